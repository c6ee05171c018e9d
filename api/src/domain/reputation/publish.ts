import { relationsOf } from "./arms-length.ts";
import { foldDay, type Evidence } from "./evidence.ts";
import type { Fact } from "./facts.ts";
import { improvements } from "./improve.ts";
import { decodeFacts } from "./kept-facts.ts";
import type { Part } from "./part.ts";
import type { Score } from "./score.ts";

/** A part of a score as it is published: what it cost is told beside it. */
export interface PublishedPart {
  dimension: string;
  share: number;
  n: number;
  weight: number;
  mean: number;
  low: number;
  high: number;
  /** null: no outcomes */
  observedMean: number | null;
  priorMean: number;
  points: number;
  /** payers that gave more than a fifth */
  heldPayers: number;
  /** outcomes of payers who were no strangers */
  excluded: number;
}

/** The parts of a score as they are published: to nine places, so that what is stored and what is shown are one number. */
export function publishedParts(score: Score): PublishedPart[] {
  return score.parts.map((part) => ({
    ...{ dimension: part.dimension, share: part.share, n: part.count, weight: rounded(part.weight) },
    ...{ mean: rounded(part.mean), low: rounded(part.low), high: rounded(part.high) },
    observedMean: part.observedMean.value === null ? null : rounded(part.observedMean.value),
    ...{ priorMean: rounded(part.priorMean), points: rounded(part.points) },
    ...{ heldPayers: part.heldPayers.length, excluded: part.excludedCount },
  }));
}

/** What a score cost most, and what would raise it, as they are published. */
export function publishedExplanation(score: Score) {
  return {
    costs: score.costs.map(({ lost: _lost, ...cost }) => ({ ...cost, costPoints: rounded(cost.costPoints) })),
    improvements: improvements(score).map((one) => ({ ...one, points: rounded(one.points) })),
  };
}

/** Costs and improvements as they are published. */
export type PublishedExplanation = ReturnType<typeof publishedExplanation>;

/**
 * Folds a day's kept facts, those of one operator after those of another.
 *
 * @param evidence of no use if it throws
 * @param texts kept texts by operator
 * @throws BaseError `BAD_FACTS`, `DAY_FOLDED`
 */
export function foldKept(evidence: Evidence, day: number, texts: ReadonlyMap<string, string>): void {
  const relations = relationsOf([]);
  function* facts(): Generator<Fact> {
    for (const [operatorId, text] of texts) {
      const kept = decodeFacts(operatorId, day, text);
      for (const [operator, accounts] of relationsOf(kept.relations)) relations.set(operator, accounts);
      yield* kept.facts;
    }
  }
  foldDay(evidence, day, facts(), relations);
}

function rounded(value: Part["mean"]): number {
  return Math.round(value * 1e9) / 1e9;
}
