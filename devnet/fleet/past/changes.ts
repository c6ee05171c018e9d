import { SECOND_MS } from "#kernel/time.ts";
import type { PlayedDay, Trouble, Use } from "../../market/history/use.ts";
import type { ClearFault, FleetModel } from "../types.ts";

/** Something that happens to the fleet, at a time in milliseconds since 1970. */
interface Change {
  at: number;
  /** ends come before beginnings of the same time, but a day's first beginnings before all */
  rank: number;
  apply(): void;
}

/**
 * Makes the fleet's loads and faults follow the days of a past, one after the other. A GPU bears the sum of its uses, at
 * most 1. What a day no longer names has ended where it begins.
 */
export class FleetChanges {
  readonly #model: FleetModel;
  readonly #uses = new Map<string, Set<Use>>();
  readonly #faults = new Map<string, { clear: ClearFault; to: number }>();
  #changes: Change[] = [];
  #next = 0;

  constructor(model: FleetModel) {
    this.#model = model;
  }

  /** Takes a day; all changes of the one before must have been applied. */
  take({ from, to, uses, troubles }: PlayedDay): void {
    const begin: Change = { at: from * SECOND_MS, rank: 0, apply: () => this.#begin(from, uses, troubles) };
    this.#changes = [
      begin,
      ...uses.flatMap((use) => this.#changesOf(use, from, to)),
      ...troubles.flatMap((trouble) => this.#troublesOf(trouble, from, to)),
    ].sort((one, other) => one.at - other.at || one.rank - other.rank);
    this.#next = 0;
  }

  /** Lets happen what happens up to a time, and moves the fleet there. */
  applyTo(at: number): void {
    for (;;) {
      const change = this.#changes[this.#next];
      if (!change || change.at > at) break;
      this.#next++;
      this.#model.leapTo(change.at);
      change.apply();
    }
    this.#model.leapTo(at);
  }

  /** Takes all faults back. */
  heal(): void {
    for (const { clear } of this.#faults.values()) clear();
    this.#faults.clear();
  }

  #changesOf(use: Use, from: number, to: number): Change[] {
    const changes: Change[] = [];
    const begins = use.from > from && use.from < to;
    if (begins) changes.push({ at: use.from * SECOND_MS, rank: 2, apply: () => this.#use(use, true) });
    if (use.to > from && use.to < to && (begins || use.from <= from))
      changes.push({ at: use.to * SECOND_MS, rank: 1, apply: () => this.#use(use, false) });
    return changes;
  }

  #troublesOf(trouble: Trouble, from: number, to: number): Change[] {
    const changes: Change[] = [];
    if (trouble.from > from && trouble.from < to)
      changes.push({ at: trouble.from * SECOND_MS, rank: 2, apply: () => this.#order(trouble) });
    if (trouble.to > from && trouble.to < to)
      changes.push({ at: trouble.to * SECOND_MS, rank: 1, apply: () => this.#clear(trouble) });
    return changes;
  }

  /** Where a day begins, what it names goes on, and everything else ends. */
  #begin(from: number, uses: readonly Use[], troubles: readonly Trouble[]): void {
    const before = [...this.#uses.keys()];
    this.#uses.clear();
    const running = uses.filter((use) => use.from <= from && use.to > from);
    for (const use of running) this.#usesOf(use.uuid).add(use);
    for (const uuid of new Set([...before, ...this.#uses.keys()])) this.#load(uuid);
    const named = troubles.filter((trouble) => trouble.from <= from && trouble.to > from);
    const keys = new Set(named.map(keyOf));
    for (const [key, { clear }] of this.#faults) {
      if (keys.has(key)) continue;
      clear();
      this.#faults.delete(key);
    }
    // What happens at once happened on the day before, unless it falls on this very second.
    for (const trouble of named) if (isLasting(trouble) || trouble.from === from) this.#order(trouble);
  }

  #use(use: Use, isBegin: boolean): void {
    if (isBegin) this.#usesOf(use.uuid).add(use);
    else this.#usesOf(use.uuid).delete(use);
    this.#load(use.uuid);
  }

  #usesOf(uuid: string): Set<Use> {
    const uses = this.#uses.get(uuid) ?? new Set();
    this.#uses.set(uuid, uses);
    return uses;
  }

  #load(uuid: string): void {
    const sum = [...this.#usesOf(uuid)].reduce((total, { load }) => total + load, 0);
    this.#model.setLoad(uuid, Math.min(1, sum));
  }

  #order(trouble: Trouble): void {
    const known = this.#faults.get(keyOf(trouble));
    if (known) known.to = Math.max(known.to, trouble.to);
    else if (isLasting(trouble))
      this.#faults.set(keyOf(trouble), { clear: this.#model.order(trouble.fault), to: trouble.to });
    else this.#model.order(trouble.fault);
  }

  #clear(trouble: Trouble): void {
    const fault = this.#faults.get(keyOf(trouble));
    if (!fault || fault.to > trouble.to) return;
    fault.clear();
    this.#faults.delete(keyOf(trouble));
  }
}

const keyOf = ({ fault }: Trouble): string => JSON.stringify(fault);

function isLasting({ fault }: Trouble): boolean {
  return fault.kind !== "COUNTER_RESET" && fault.kind !== "ECC_ERROR";
}
