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
  /** the ten that lost most, with what each lost today, after decay and limit; costliest first */
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
    keepLargest(kept, costs, part, day);
  }
  return weighed;
}

/** Below the least kept one by more than rounding: those that follow are no larger then. */
const CLEARLY = 1 - 1e-9;

/**
 * Of a large subject there are thousands, of which ten may be shown, costliest first. A payer's come costliest first, too, so that
 * most are never looked at.
 */
function keepLargest(kept: LostCost[], costs: readonly Cost[], part: number, day: number): void {
  for (const cost of costs) {
    const lostNow = cost.lost * part * decay(day - cost.day);
    const least = kept.length < COST_COUNT ? undefined : kept[COST_COUNT - 1];
    if (least && lostNow < least.lostNow * CLEARLY) return;
    const one = { cost, lostNow };
    if (isBefore(least, one)) continue;
    if (least) kept.pop();
    let at = kept.length;
    while (isBefore(one, kept[at - 1])) at--;
    kept.splice(at, 0, one);
  }
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
