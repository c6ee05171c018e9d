import { measured, unknown, type Measure } from "../measure.ts";
import { COST_COUNT, type Cost } from "./costs.ts";
import { decay } from "./decay.ts";
import { excludedCount, sumsOf, type Evidence } from "./evidence.ts";
import type { Dimension } from "./facts.ts";
import { payerLimit } from "./payer-cap.ts";
import { KAPPA, posterior, type Posterior } from "./posterior.ts";

/** What each dimension is of the score; together 1. */
export const SHARES: Record<Dimension, number> = {
  AVAILABILITY: 0.35,
  COMPLETION: 0.3,
  PERFORMANCE: 0.15,
  HEALTH: 0.15,
  CONDUCT: 0.05,
};

/** A subject's evidence in one dimension, with every payer held to its limit. */
export interface Weighed {
  dimension: Dimension;
  count: number;
  weight: number;
  good: number;
  /** who gave more than a fifth, and the part of it that counts */
  heldPayers: { payer: string; countedShare: number; withheldWeight: number }[];
  /** outcomes of payers who were no strangers */
  excludedCount: number;
  /** the ten that lost most, with what each lost today, after decay and limit; in no order */
  costs: readonly LostCost[];
}

interface LostCost {
  cost: Cost;
  lostNow: number;
}

/** One dimension of a score. `costPoints` of all outcomes and of the prior add up to `100 · share · (1 − mean)`. */
export interface Part extends Posterior {
  dimension: Dimension;
  share: number;
  count: number;
  /** decayed, payers held to their limit */
  weight: number;
  /** mean of the outcomes alone, without the prior */
  observedMean: Measure;
  priorMean: number;
  /** what it gives to the score: `100 · share · low` */
  points: number;
  heldPayers: Weighed["heldPayers"];
  excludedCount: number;
  costs: PartCost[];
}

/** An outcome that cost something. */
export interface PartCost extends Cost {
  /** points by which it lowers the mean of the score */
  costPoints: number;
}

/** The evidence of a subject in a dimension, as of a day. */
export function weigh(evidence: Evidence, id: string, dimension: Dimension, day: number): Weighed {
  const sums = sumsOf(evidence, id, dimension, day);
  const payerless = sums.filter(({ payer }) => payer === "").reduce((sum, { weight }) => sum + weight, 0);
  const paid = sums.filter(({ payer }) => payer !== "").map(({ weight }) => weight);
  const limit = payerLimit(KAPPA, payerless, paid);
  const kept: LostCost[] = [];
  const weighed: Weighed = {
    dimension,
    count: 0,
    weight: 0,
    good: 0,
    heldPayers: [],
    excludedCount: excludedCount(evidence, id, dimension),
    costs: kept,
  };
  for (const { payer, count, weight, good, costs } of sums) {
    const part = payer === "" || weight <= limit ? 1 : limit / weight;
    weighed.count += count;
    weighed.weight += weight * part;
    weighed.good += good * part;
    if (part < 1) weighed.heldPayers.push({ payer, countedShare: part, withheldWeight: weight * (1 - part) });
    for (const cost of costs) keepLargest(kept, cost, cost.lost * part * decay(day - cost.day));
  }
  return weighed;
}

/** Of a large subject there are thousands, of which ten may be shown. */
function keepLargest(kept: LostCost[], cost: Cost, lostNow: number): void {
  if (kept.length < COST_COUNT) return void kept.push({ cost, lostNow });
  let least = 0;
  for (let at = 1; at < kept.length; at++) if (isBefore(kept[least], kept[at])) least = at;
  if (lostNow < (kept[least]?.lostNow ?? 0)) return;
  const one = { cost, lostNow };
  if (!isBefore(kept[least], one)) kept[least] = one;
}

/** Whether the first goes before the second among the costliest. */
function isBefore(one: LostCost | undefined, other: LostCost | undefined): boolean {
  if (!one || !other) return false;
  if (one.lostNow !== other.lostNow) return one.lostNow > other.lostNow;
  return one.cost.day === other.cost.day ? one.cost.id < other.cost.id : one.cost.day > other.cost.day;
}

/** A dimension of the score from its evidence and the network's mean. */
export function partOf(weighed: Weighed, priorMean: number): Part {
  const { dimension, count, weight, good, heldPayers } = weighed;
  const share = SHARES[dimension];
  const beta = posterior(priorMean, weight, good);
  const pointsPerLoss = (100 * share) / (beta.alpha + beta.beta);
  const costs = weighed.costs.map(({ cost, lostNow }) => ({ ...cost, costPoints: lostNow * pointsPerLoss }));
  return {
    ...beta,
    dimension,
    share,
    count,
    weight,
    observedMean: weight > 0 ? measured(good / weight) : unknown("NO_OUTCOMES"),
    priorMean,
    points: 100 * share * beta.low,
    heldPayers,
    excludedCount: weighed.excludedCount,
    costs: costliest(costs),
  };
}

/** The ten that cost most, costliest first. */
export function costliest<T extends PartCost>(costs: readonly T[]): T[] {
  return [...costs]
    .sort((a, b) => b.costPoints - a.costPoints || b.day - a.day || (a.id < b.id ? -1 : 1))
    .slice(0, COST_COUNT);
}
