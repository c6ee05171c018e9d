import { subjectId } from "../../domain/reputation/evidence.ts";
import { publishedExplanation, publishedParts } from "../../domain/reputation/publish.ts";
import type { Score, Scores } from "../../domain/reputation/score.ts";
import type { ScoreContent } from "../../sources/reputation-runs.ts";

/** Scores as they are stored, and how many operators are among them. */
export function scoreRows({ scores }: Scores): { scores: ScoreContent[]; operatorCount: number } {
  const sizes = new Map<string, number>();
  for (const score of scores) sizes.set(groupOf(score), (sizes.get(groupOf(score)) ?? 0) + 1);
  const rows = scores.map((score): ScoreContent => {
    const { costs, improvements } = publishedExplanation(score);
    return {
      subject: subjectId(score),
      ...{ operatorId: score.operatorId, memberId: score.memberId },
      ...{ score: score.score, high: score.high, mean: score.mean, rank: score.rank },
      rankOf: sizes.get(groupOf(score)) ?? 0,
      isPriorOnly: score.isPriorOnly,
      parts: JSON.stringify(publishedParts(score)),
      costs: JSON.stringify(costs),
      improvements: JSON.stringify(improvements),
    };
  });
  return { scores: rows, operatorCount: sizes.get("") ?? 0 };
}

/** Operators are ranked together, members among those of their operator. */
function groupOf({ operatorId, memberId }: Score): string {
  return memberId === null ? "" : operatorId;
}
