import { BaseError } from "#kernel/errors.ts";
import type { BusyHoursFact, ConductFact, EndReason, Fact, GpuDayFact, RelationFact, RentalEndFact } from "./facts.ts";

/** An operator's facts of one day, and who of those that paid in them stood on its side. */
export interface OperatorFacts {
  facts: readonly Fact[];
  relations: readonly RelationFact[];
}

const FORM = 1;
const MS_PER_HOUR = 3_600_000;

type Place = number;
type GpuDayTuple = [
  gpu: string | null,
  member: Place,
  ...numbers: [count: number, up: number, down: number, sampled: number, hot: number],
  xids: number[],
  flags: number,
  rented: number[],
];
type BusyTuple = [gpu: string | null, member: Place, count: number, payer: Place, busyMs: number, deliveredMs: number];
type EndTuple = [
  rental: string,
  gpu: string | null,
  ...places: [member: Place, count: number, payer: Place, startAt: number, endAt: number],
  reason: EndReason,
  ...rest: [wasNoticed: 0 | 1, paidSeconds: number, down: number],
];
type ConductTuple = [id: string, event: ConductFact["event"], gpu: string | null, member: Place, payer: Place];
type RelationTuple = [account: Place, fromAt: number, toAt: number | null];

/** Facts of one kind stand in tuples; accounts and members by their place in a list, −1 for none. */
interface KeptForm {
  form: number;
  payers: string[];
  members: string[];
  gpuDays: GpuDayTuple[];
  busy: BusyTuple[];
  ends: EndTuple[];
  conduct: ConductTuple[];
  relations: RelationTuple[];
}

/**
 * The facts as text: the same for the same facts, in whatever order they come. Busy time is kept in whole milliseconds, so
 * scores are worked out from what `decodeFacts` gives back.
 */
export function encodeFacts({ facts, relations }: OperatorFacts): string {
  const payers = placesOf([...facts.flatMap(payersOf), ...relations.map(({ account }) => account)]);
  const members = placesOf(facts.flatMap(({ memberId }) => memberId ?? []));
  const payer = (name: string | null): Place => (name === null ? -1 : (payers.get(name.toLowerCase()) ?? -1));
  const member = (name: string | null): Place => (name === null ? -1 : (members.get(name.toLowerCase()) ?? -1));
  const lists = {
    gpuDays: ofKind(facts, "GPU_DAY").map((fact) => gpuDayTuple(fact, member, payer)),
    busy: ofKind(facts, "BUSY_HOURS").map((fact): BusyTuple => [
      ...([fact.gpuId, member(fact.memberId), fact.count, payer(fact.payer)] as const),
      ...([Math.round(fact.busyHours * MS_PER_HOUR), Math.round(fact.deliveredHours * MS_PER_HOUR)] as const),
    ]),
    ends: ofKind(facts, "RENTAL_END").map((fact) => endTuple(fact, member, payer)),
    conduct: ofKind(facts, "CONDUCT").map(({ eventId, event, gpuId, ...fact }): ConductTuple => [
      ...([eventId, event, gpuId] as const),
      ...([member(fact.memberId), payer(fact.payer)] as const),
    ]),
    relations: relations.map(({ account, fromAt, toAt }): RelationTuple => [payer(account), fromAt, toAt]),
  } satisfies Partial<KeptForm>;
  const head = JSON.stringify({ form: FORM, payers: [...payers.keys()], members: [...members.keys()] });
  const tail = Object.entries(lists).map(([name, tuples]) => `,"${name}":[${sortedTexts(tuples).join()}]`);
  return `${head.slice(0, -1)}${tail.join("")}}`;
}

/**
 * The facts that a text keeps.
 *
 * @param day UTC day since 1970 that they are of
 * @throws BaseError `BAD_FACTS` for a text that isn't of this form
 */
export function decodeFacts(operatorId: string, day: number, text: string): OperatorFacts {
  const kept = parse(text);
  const base = (member: Place) => ({ operatorId, memberId: kept.members[member] ?? null, day });
  const payer = (place: Place): string => kept.payers[place] ?? "";
  return {
    facts: [
      ...kept.gpuDays.map((tuple) => gpuDayFact(tuple, base(tuple[1]), payer)),
      ...kept.busy.map(([gpuId, member, count, place, busyMs, deliveredMs]): BusyHoursFact => {
        const hours = { busyHours: busyMs / MS_PER_HOUR, deliveredHours: deliveredMs / MS_PER_HOUR };
        return { kind: "BUSY_HOURS", ...base(member), gpuId, count, payer: payer(place), ...hours };
      }),
      ...kept.ends.map(
        ([rentalId, gpuId, member, count, place, startAt, endAt, endReason, noticed, ...rest]): RentalEndFact => {
          const [paidSeconds, downMinutes] = rest;
          const span = { startAt, endAt, endReason, wasNoticed: noticed === 1, paidSeconds, downMinutes };
          return { kind: "RENTAL_END", ...base(member), rentalId, gpuId, count, payer: payer(place), ...span };
        },
      ),
      ...kept.conduct.map(([eventId, event, gpuId, member, place]): ConductFact => {
        return { kind: "CONDUCT", ...base(member), eventId, event, gpuId, payer: place < 0 ? null : payer(place) };
      }),
    ],
    relations: kept.relations.map(([place, fromAt, toAt]) => ({ operatorId, account: payer(place), fromAt, toAt })),
  };
}

function parse(text: string): KeptForm {
  let kept: Partial<KeptForm> | null;
  try {
    kept = JSON.parse(text) as Partial<KeptForm> | null;
  } catch (error) {
    throw badFacts("they are no JSON", error);
  }
  if (kept?.form !== FORM)
    throw badFacts(`they are of form ${String(kept?.form)}, and this version reads form ${FORM}`);
  return kept as KeptForm;
}

function badFacts(why: string, cause?: unknown): BaseError {
  return new BaseError("BAD_FACTS", `kept facts can't be read: ${why}`, {
    hints: ["somebody has changed reputation.facts: restore it from a backup, or delete the runs from there on"],
    cause,
  });
}

function gpuDayTuple(
  fact: GpuDayFact,
  member: (id: string | null) => Place,
  payer: (id: string) => Place,
): GpuDayTuple {
  const { upMinutes, downMinutes, sampledMinutes, overThermalLimitMinutes } = fact;
  const minutes = new Map<Place, number>();
  for (const one of fact.rented) minutes.set(payer(one.payer), (minutes.get(payer(one.payer)) ?? 0) + one.minutes);
  return [
    ...([fact.gpuId, member(fact.memberId), fact.count, upMinutes, downMinutes, sampledMinutes] as const),
    overThermalLimitMinutes,
    [...new Set(fact.xids)].sort((a, b) => a - b),
    (fact.hasNewUncorrectableEcc ? 1 : 0) + (fact.hasRowRemapFault ? 2 : 0),
    [...minutes].sort(([a], [b]) => a - b).flat(),
  ];
}

function gpuDayFact(
  [gpuId, , count, upMinutes, downMinutes, sampledMinutes, overThermalLimitMinutes, xids, flags, rented]: GpuDayTuple,
  base: { operatorId: string; memberId: string | null; day: number },
  payer: (place: Place) => string,
): GpuDayFact {
  const by = Array.from({ length: rented.length / 2 }, (_, at) => ({
    payer: payer(rented[2 * at] ?? -1),
    minutes: rented[2 * at + 1] ?? 0,
  }));
  const minutes = { upMinutes, downMinutes, rented: by, sampledMinutes, overThermalLimitMinutes };
  const faults = { xids, hasNewUncorrectableEcc: (flags & 1) !== 0, hasRowRemapFault: (flags & 2) !== 0 };
  return { kind: "GPU_DAY", ...base, gpuId, count, ...minutes, ...faults };
}

function endTuple(fact: RentalEndFact, member: (id: string | null) => Place, payer: (id: string) => Place): EndTuple {
  const { rentalId, gpuId, memberId, count, startAt, endAt, endReason, wasNoticed, paidSeconds, downMinutes } = fact;
  const places = [member(memberId), count, payer(fact.payer), startAt, endAt] as const;
  return [rentalId, gpuId, ...places, endReason, wasNoticed ? 1 : 0, paidSeconds, downMinutes];
}

function payersOf(fact: Fact): string[] {
  if (fact.kind === "GPU_DAY") return fact.rented.map(({ payer }) => payer);
  return fact.payer === null ? [] : [fact.payer];
}

function ofKind<K extends Fact["kind"]>(facts: readonly Fact[], kind: K): Extract<Fact, { kind: K }>[] {
  return facts.filter((fact): fact is Extract<Fact, { kind: K }> => fact.kind === kind);
}

/** Names in their order, each once in lower case, with its place. */
function placesOf(names: readonly string[]): Map<string, Place> {
  const once = [...new Set(names.map((name) => name.toLowerCase()))].sort();
  return new Map(once.map((name, place) => [name, place]));
}

/** Tuples as text, in the order of these: what is the same is interchangeable. */
function sortedTexts(tuples: readonly unknown[]): string[] {
  return tuples.map((tuple) => JSON.stringify(tuple)).sort();
}
