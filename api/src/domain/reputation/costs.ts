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
 * Keeps an outcome if it is among the costliest. What two outcomes cost decays alike, so those that fall out never
 * come back. Ties go to the later one, then by id, so that the order of facts is nothing.
 */
export function keepCost(costs: Cost[], fact: Fact, outcome: Outcome, lost: number): void {
  const last = costs[COST_COUNT - 1];
  if (last && lost < last.lost * decay(fact.day - last.day)) return;
  const { dimension, value, weight, payer } = outcome;
  const cost = { day: fact.day, id: factId(fact), gpuId: fact.gpuId, dimension, value, weight, payer, lost, text: "" };
  const at = costs.findIndex((kept) => byCost(cost, kept) < 0);
  if (at === -1 && costs.length >= COST_COUNT) return;
  costs.splice(at === -1 ? costs.length : at, 0, { ...cost, text: describe(fact, dimension) });
  costs.length = Math.min(costs.length, COST_COUNT);
}

/** Costliest first. */
function byCost(a: Cost, b: Cost): number {
  const day = Math.max(a.day, b.day);
  const [left, right] = [a.lost * decay(day - a.day), b.lost * decay(day - b.day)];
  if (left !== right) return right - left;
  return b.day - a.day || (a.id < b.id ? -1 : 1);
}
