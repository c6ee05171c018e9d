import { BaseError } from "#kernel/errors.ts";
import { isArmsLength, type Relations } from "./arms-length.ts";
import { keepCost, type Cost } from "./costs.ts";
import { decay } from "./decay.ts";
import type { Dimension, Fact, Subject } from "./facts.ts";
import { outcomesOf, SELF, type Outcome } from "./outcomes.ts";

/**
 * Weights are counted in whole units, of which minutes of a day and seconds of an hour are multiples: a day's sums are
 * exact up to 10⁷ (hours by one payer on one operator), and the order of its facts is nothing.
 */
const UNITS = 86_400 * 10_000;

/** What one payer's outcomes of one dimension come to; the ends are decayed to `day`, today's are exact integers. */
export interface Sums {
  day: number;
  count: number;
  /** of days before `day` */
  weight: number;
  good: number;
  unitsToday: number;
  goodUnitsToday: number;
  costs: readonly Cost[];
}

/** A subject's outcomes of one dimension. */
export interface DimensionEvidence {
  /** by payer; "" for what nobody paid for */
  byPayer: Map<string, Sums>;
  /** outcomes that count nothing because their payer was no stranger */
  excludedCount: number;
}

/** What is known of a subject. */
export type SubjectEvidence = Partial<Record<Dimension, DimensionEvidence>>;

/** All that scores need of the facts up to a day, of a size that doesn't grow with the days: the incremental form. */
export interface Evidence {
  /** the last day folded in; null before the first */
  day: number | null;
  subjects: Map<string, SubjectEvidence>;
  /** sums up to this day may be those of a copy, too, and are copied before anything is added to them */
  sharedDay?: number | null;
}

/** Sums of one payer, decayed to the day asked for. */
export interface PayerSums {
  /** "" for what nobody paid for */
  payer: string;
  count: number;
  weight: number;
  good: number;
  costs: readonly Cost[];
}

/** The evidence before any fact. */
export function noEvidence(): Evidence {
  return { day: null, subjects: new Map() };
}

/** The key of a subject: its member id, or else its operator's. */
export function subjectId(subject: Subject): string {
  return subject.memberId ?? subject.operatorId;
}

/**
 * Adds one day's facts, in any order. Days come in ascending order; a day may be added to until the next one begins.
 *
 * @throws BaseError `DAY_FOLDED` for a day before the last one: recompute in full; `WRONG_DAY` for a fact of another
 */
export function foldDay(evidence: Evidence, day: number, facts: Iterable<Fact>, relations: Relations): void {
  if (evidence.day !== null && day < evidence.day) {
    throw new BaseError("DAY_FOLDED", `day ${day} is over: the evidence has reached day ${evidence.day}`, {
      hints: ["fold the days in order", "recompute from the first day if late facts matter"],
    });
  }
  evidence.day = day;
  for (const fact of facts) {
    if (fact.day !== day) throw new BaseError("WRONG_DAY", `a fact of day ${fact.day} came among those of day ${day}`);
    for (const outcome of outcomesOf(fact)) {
      const isExcluded =
        outcome.payer !== null && outcome.payer !== SELF && !isArmsLength(relations, fact, outcome.payer);
      add(evidence, fact.operatorId, fact, outcome, isExcluded);
      if (fact.memberId !== null) add(evidence, fact.memberId, fact, outcome, isExcluded);
    }
  }
}

/** Adds facts of many days, in any order. */
export function foldAll(evidence: Evidence, facts: Iterable<Fact>, relations: Relations): void {
  const days = new Map<number, Fact[]>();
  for (const fact of facts) {
    const day = days.get(fact.day);
    if (day) day.push(fact);
    else days.set(fact.day, [fact]);
  }
  for (const day of [...days.keys()].sort((a, b) => a - b)) foldDay(evidence, day, days.get(day) ?? [], relations);
}

/**
 * A copy that can be folded on while the original stays: a day that isn't over is folded into a copy each hour. Sums are shared
 * until one of the two adds to them.
 */
export function copyEvidence(evidence: Evidence): Evidence {
  const subjects = new Map<string, SubjectEvidence>();
  for (const [id, subject] of evidence.subjects) {
    const copy: SubjectEvidence = {};
    for (const [name, { byPayer, excludedCount }] of Object.entries(subject) as [Dimension, DimensionEvidence][])
      copy[name] = { byPayer: new Map(byPayer), excludedCount };
    subjects.set(id, copy);
  }
  evidence.sharedDay = evidence.day;
  return { day: evidence.day, subjects, sharedDay: evidence.day };
}

/** A subject's sums in one dimension as of `day`, by payer in the payers' order. */
export function sumsOf(evidence: Evidence, id: string, dimension: Dimension, day: number): PayerSums[] {
  const found: PayerSums[] = [];
  for (const [payer, sums] of evidence.subjects.get(id)?.[dimension]?.byPayer ?? []) {
    const { weight, good } = decayedTo(sums, day);
    found.push({ payer, count: sums.count, weight, good, costs: sums.costs });
  }
  return found.sort((a, b) => (a.payer < b.payer ? -1 : 1));
}

/** How many outcomes of a dimension counted nothing because their payer was no stranger. */
export function excludedCount(evidence: Evidence, id: string, dimension: Dimension): number {
  return evidence.subjects.get(id)?.[dimension]?.excludedCount ?? 0;
}

function add(evidence: Evidence, id: string, fact: Fact, outcome: Outcome, isExcluded: boolean): void {
  let subject = evidence.subjects.get(id);
  if (!subject) evidence.subjects.set(id, (subject = {}));
  const dimension = (subject[outcome.dimension] ??= { byPayer: new Map(), excludedCount: 0 });
  if (isExcluded) {
    dimension.excludedCount++;
    return;
  }
  const payer = outcome.payer?.toLowerCase() ?? "";
  let sums = dimension.byPayer.get(payer);
  if (!sums || sums.day <= (evidence.sharedDay ?? -1)) {
    sums = sums ? { ...sums } : emptySums(fact.day);
    dimension.byPayer.set(payer, sums);
  }
  if (fact.day > sums.day) turnDay(sums, fact.day);
  const units = Math.round(outcome.weight * UNITS);
  const goodUnits = Math.round(outcome.weight * outcome.value * UNITS);
  sums.count += outcome.count;
  sums.unitsToday += units;
  sums.goodUnitsToday += goodUnits;
  if (goodUnits < units) sums.costs = keepCost(sums.costs, fact, outcome, (units - goodUnits) / UNITS);
}

/** Lets a payer's today become one of the days before. */
function turnDay(sums: Sums, day: number): void {
  const { weight, good } = decayedTo(sums, day);
  sums.day = day;
  sums.weight = weight;
  sums.good = good;
  sums.unitsToday = 0;
  sums.goodUnitsToday = 0;
}

function emptySums(day: number): Sums {
  return { day, count: 0, weight: 0, good: 0, unitsToday: 0, goodUnitsToday: 0, costs: [] };
}

function decayedTo(sums: Sums, day: number): { weight: number; good: number } {
  const factor = decay(day - sums.day);
  return {
    weight: (sums.weight + sums.unitsToday / UNITS) * factor,
    good: (sums.good + sums.goodUnitsToday / UNITS) * factor,
  };
}
