import { decay } from "./decay.ts";
import { describe, factId } from "./describe.ts";
import type { Dimension, Fact } from "./facts.ts";
import type { Outcome } from "./outcomes.ts";

/** How many of the costliest outcomes are kept. */
export const COST_COUNT = 10;

/** An outcome below 1, as kept beside the sums. */
export interface Cost {
  day: number;
  /** tells it from the others of its day */
  id: string;
  gpuId: string | null;
  dimension: Dimension;
  value: number;
  weight: number;
  /** whose rental gave the weight; null: none did. A rented GPU-day costs twice: once by itself, once by its payer */
  payer: string | null;
  /** weight × (1 − value), on its own day */
  lost: number;
  text: string;
}

/**
 * The costs with an outcome among them if it is one of the costliest. What two outcomes cost decays alike, so those that fall
 * out never come back. Ties go to the later one, then by id, so that the order of facts is nothing.
 */
export function keepCost(costs: readonly Cost[], fact: Fact, outcome: Outcome, lost: number): readonly Cost[] {
  const last = costs[COST_COUNT - 1];
  if (last && lost < last.lost * decay(fact.day - last.day)) return costs;
  const { dimension, value, weight, payer } = outcome;
  const cost = { day: fact.day, id: factId(fact), gpuId: fact.gpuId, dimension, value, weight, payer, lost, text: "" };
  const found = costs.findIndex((kept) => byCost(cost, kept) < 0);
  const at = found === -1 ? costs.length : found;
  if (at >= COST_COUNT) return costs;
  cost.text = describe(fact, dimension);
  const kept = costs.slice();
  kept.splice(at, 0, cost);
  if (kept.length > COST_COUNT) kept.pop();
  return kept;
}

/** Costliest first. */
function byCost(a: Cost, b: Cost): number {
  const day = Math.max(a.day, b.day);
  const left = a.lost * decay(day - a.day);
  const right = b.lost * decay(day - b.day);
  if (left !== right) return right - left;
  return b.day - a.day || (a.id < b.id ? -1 : 1);
}
