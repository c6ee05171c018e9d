import { MINUTE_MS } from "#kernel/time.ts";
import type { GpuState, Registry } from "../identity/registry.ts";
import { sliceUuid } from "../identity/uuid.ts";
import type { GpuRow } from "../parse/result.ts";
import type { CollectorRecord, Heartbeat } from "../records.ts";
import type { ScrapeResult } from "../scrape/scrape.ts";
import { derive, MAX_COVER_MS, remember } from "./derive.ts";
import { edges, signsOf, type GpuEvent } from "./events.ts";
import type { Cell } from "./table.ts";
import { joinSpans, type Span } from "./watermark.ts";

/** All that a batch of records writes. */
export interface Plan {
  /** rows of `SAMPLE` */
  samples: Cell[][];
  /** rows of `SCRAPE` */
  scrapes: Cell[][];
  events: (GpuEvent & { gpuKey: number })[];
  /** GPUs that came to a target */
  seats: { gpuKey: number; since: number; targetKey: number }[];
  heartbeats: Heartbeat[];
  /** GPUs whose row in telemetry.gpu changes */
  changed: GpuState[];
  /** every GPU touched, as it is after the batch */
  states: Map<string, GpuState>;
  /** oldest and newest time of a scrape; undefined without one */
  span: Span | undefined;
  /** samples not kept because their GPU is alive on another target */
  conflictCount: number;
}

/** What a plan asks of the registry. */
export type KnownGpus = Pick<Registry, "gpu" | "gpusOf" | "targetKey">;

/** Works out a batch. Pure: it reads the registry and changes nothing. */
export function planBatch(records: readonly CollectorRecord[], registry: KnownGpus, collectorKey: number): Plan {
  const planner = new Planner(registry, collectorKey);
  for (const record of records) {
    if (record.kind === "scrape") planner.addScrape(record);
    else planner.plan.heartbeats.push(record);
  }
  return planner.finish();
}

class Planner {
  readonly plan: Plan = {
    samples: [],
    scrapes: [],
    events: [],
    seats: [],
    heartbeats: [],
    changed: [],
    states: new Map(),
    span: undefined,
    conflictCount: 0,
  };
  readonly #registry: KnownGpus;
  readonly #collectorKey: number;

  constructor(registry: KnownGpus, collectorKey: number) {
    this.#registry = registry;
    this.#collectorKey = collectorKey;
  }

  addScrape(result: ScrapeResult): void {
    const targetKey = this.#registry.targetKey(result.url);
    this.plan.span = joinSpans(this.plan.span, { from: result.at, to: result.at });
    let conflicts = 0;
    if (result.failure === null) {
      const seen = new Set<string>();
      for (const row of result.rows) if (!this.#addRow(row, result, targetKey, seen)) conflicts++;
      this.#addXids(result, targetKey, seen);
      this.#addAbsences(result.at, targetKey, seen);
    }
    this.plan.conflictCount += conflicts;
    this.plan.scrapes.push(scrapeCells(result, targetKey, this.#collectorKey, conflicts));
  }

  finish(): Plan {
    for (const state of this.plan.states.values()) {
      const before = this.#registry.gpu(state.uuid);
      const isSeenLater = state.last !== null && state.last.at - before.storedSeenAt >= MINUTE_MS;
      if (!isSeenLater && !hasChanged(before, state)) continue;
      const stored = { ...state, storedSeenAt: Math.max(state.last?.at ?? 0, before.storedSeenAt) };
      this.plan.changed.push(stored);
      this.plan.states.set(state.uuid, stored);
    }
    return this.plan;
  }

  #state(uuid: string): GpuState {
    return this.plan.states.get(uuid) ?? this.#registry.gpu(uuid);
  }

  /** @returns false if the GPU is alive elsewhere, and this row therefore not kept */
  #addRow(row: GpuRow, { at, dueUntil, intervalMs }: ScrapeResult, targetKey: number, seen: Set<string>): boolean {
    const uuid = row.migId === null ? row.uuid : sliceUuid(row.uuid, row.migId);
    const state = this.#state(uuid);
    const isElsewhere = state.targetKey !== null && state.targetKey !== targetKey;
    if (isElsewhere && at < state.coversUntil) return false;
    seen.add(uuid);
    const coversUntil = Math.min(dueUntil, at + MAX_COVER_MS);
    // Sent again, or from after the clock was set back: the row may go in, but nothing follows from it.
    const isOld = state.last !== null && at <= state.last.at;
    const derived = derive(at, row.values, isOld ? null : state.last, intervalMs);
    const { gpuKey } = state;
    const head = [at, gpuKey, coversUntil, derived.coveredSeconds, derived.energyJoules, derived.utilRatio];
    this.plan.samples.push(head.concat(row.values));
    if (isOld) return true;
    const signs = signsOf(row.values, state.signs);
    if (!state.isPresent && !state.isSlice) this.#event(state, { at, kind: "APPEARED", code: 0, detail: null });
    if (derived.isCounterReset) this.#event(state, { at, kind: "COUNTER_RESET", code: 0, detail: null });
    for (const edge of edges(at, state.signs, signs)) this.#event(state, edge);
    // After a silence it may have been elsewhere meanwhile, as another collector has seen it, and come back.
    const isBack = state.last === null || at - state.last.at > MAX_COVER_MS;
    if (state.targetKey !== targetKey || isBack) this.plan.seats.push({ gpuKey, since: at, targetKey });
    this.plan.states.set(uuid, {
      ...state,
      targetKey,
      isPresent: true,
      model: row.model ?? state.model,
      migProfile: row.migProfile ?? state.migProfile,
      labels: row.labels,
      coversUntil,
      last: remember(at, row.values, state.last),
      signs,
    });
    return true;
  }

  /** XIDs are sticky: only those not shown before are new. */
  #addXids({ at, events }: ScrapeResult, targetKey: number, seen: ReadonlySet<string>): void {
    const shown = new Map<string, Map<number, string>>();
    for (const { uuid, code, text } of events) {
      const codes = shown.get(uuid) ?? new Map<number, string>();
      shown.set(uuid, codes.set(code, text));
    }
    for (const uuid of new Set([...seen, ...shown.keys()])) {
      const state = this.#state(uuid);
      const codes = shown.get(uuid);
      if (!codes && state.xids.length === 0) continue;
      const isElsewhere = state.targetKey !== null && state.targetKey !== targetKey;
      if (state.isSlice || isElsewhere || (state.last !== null && at < state.last.at)) continue;
      for (const [code, text] of codes ?? []) {
        if (!state.xids.includes(code))
          this.#event(state, { at, kind: "XID", code, detail: text === "" ? null : text });
      }
      this.plan.states.set(uuid, { ...state, xids: [...(codes?.keys() ?? [])].sort((a, b) => a - b) });
    }
  }

  /** The host answered without a GPU that was there: lost, as after XID 79. */
  #addAbsences(at: number, targetKey: number, seen: ReadonlySet<string>): void {
    for (const { uuid } of this.#registry.gpusOf(targetKey)) {
      const state = this.#state(uuid);
      if (seen.has(uuid) || !state.isPresent || state.targetKey !== targetKey || at < (state.last?.at ?? 0)) continue;
      if (!state.isSlice) this.#event(state, { at, kind: "DISAPPEARED", code: 0, detail: null });
      this.plan.states.set(uuid, { ...state, isPresent: false });
    }
  }

  #event({ gpuKey }: GpuState, event: GpuEvent): void {
    this.plan.events.push({ gpuKey, ...event });
  }
}

function hasChanged(before: GpuState, now: GpuState): boolean {
  const { targetKey, isPresent, xids, model, migProfile, labels } = now;
  return (
    before.targetKey !== targetKey ||
    before.isPresent !== isPresent ||
    before.model !== model ||
    before.migProfile !== migProfile ||
    before.xids.join() !== xids.join() ||
    JSON.stringify(before.labels) !== JSON.stringify(labels)
  );
}

function scrapeCells(result: ScrapeResult, targetKey: number, collectorKey: number, conflicts: number): Cell[] {
  const rejects = conflicts > 0 ? { ...result.rejects, conflict: conflicts } : result.rejects;
  return [
    result.at,
    targetKey,
    collectorKey,
    result.dueUntil,
    result.failure === null,
    result.failure?.reason ?? null,
    result.failure?.detail ?? null,
    result.durationMs,
    result.bodyBytes,
    result.sampleCount,
    result.rows.filter(({ migId }) => migId === null).length,
    Object.keys(rejects).length > 0 ? JSON.stringify(rejects) : null,
    result.clockSkewSeconds,
  ];
}
