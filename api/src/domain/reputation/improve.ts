import { HALF_LIFE_DAYS } from "./decay.ts";
import type { Dimension } from "./facts.ts";
import type { Part } from "./part.ts";
import { KAPPA, posteriorLow } from "./posterior.ts";
import type { Score } from "./score.ts";

/** Something that would raise a score, and by how much. */
export interface Improvement {
  dimension: Dimension;
  /**
   * MEND: the listed outcomes had been 1. KEEP_UP: another 30 days like those seen, none of them below 1.
   * FIRST_OUTCOMES: as much faultless evidence as the prior weighs, where there is none yet. MORE_PAYERS: outcomes
   * that a payer's limit withholds, had they come from many payers.
   */
  action: "MEND" | "KEEP_UP" | "FIRST_OUTCOMES" | "MORE_PAYERS";
  /** points of the score */
  points: number;
  text: string;
}

/** What would raise a score, most first. The network's means are taken as they stand. */
export function improvements(score: Score): Improvement[] {
  return score.parts
    .flatMap((part) => improvementsOf(part))
    .filter(({ points }) => points > 0)
    .sort((a, b) => b.points - a.points || (`${a.dimension} ${a.action}` < `${b.dimension} ${b.action}` ? -1 : 1));
}

function improvementsOf(part: Part): Improvement[] {
  const name = part.dimension.toLowerCase();
  const good = part.alpha - KAPPA * part.priorMean;
  if (part.weight === 0) {
    const text = `nothing is known of ${name} yet: outcomes of weight ${KAPPA} without a fault`;
    return [improvement(part, "FIRST_OUTCOMES", KAPPA, KAPPA, text)];
  }
  // after a half-life what was seen weighs half, and as much again has come
  const kept = improvement(part, "KEEP_UP", part.weight, (good + part.weight) / 2, keepUpText(name));
  return [kept, ...mend(part, good), ...morePayers(part, good)];
}

function mend(part: Part, good: number): Improvement[] {
  if (part.costs.length === 0) return [];
  const lossPerPoint = (part.alpha + part.beta) / (100 * part.share);
  const lost = part.costs.reduce((sum, { costPoints }) => sum + costPoints * lossPerPoint, 0);
  const text = `the ${part.costs.length} costliest outcomes of ${part.dimension.toLowerCase()}: ${part.costs[0]?.text ?? ""} …`;
  return [improvement(part, "MEND", part.weight, Math.min(part.weight, good + lost), text)];
}

/** As if the held payers' outcomes, taken to be like the rest, counted in full. */
function morePayers(part: Part, good: number): Improvement[] {
  if (part.heldPayers.length === 0) return [];
  const withheld = part.heldPayers.reduce((sum, { withheldWeight }) => sum + withheldWeight, 0);
  const factor = (part.weight + withheld) / part.weight;
  const text = `${part.heldPayers.length} payers are held to a fifth of ${part.dimension.toLowerCase()}: customers beside them`;
  return [improvement(part, "MORE_PAYERS", part.weight * factor, good * factor, text)];
}

function improvement(
  part: Part,
  action: Improvement["action"],
  weight: number,
  good: number,
  text: string,
): Improvement {
  const low = posteriorLow(part.priorMean, weight, good);
  return { dimension: part.dimension, action, points: 100 * part.share * (low - part.low), text };
}

function keepUpText(name: string): string {
  return `another ${HALF_LIFE_DAYS} days like those seen, with no fault in ${name}`;
}
