import type { Snapshot } from "./snapshot.ts";

/** An operator's newest score, which is its interval's lower end, and the upper one; 0 to 100. */
export interface ScoreRow {
  operatorId: string;
  score: number;
  low: number;
  high: number;
}

/** Newest scores of operators, in any order; none while nobody keeps scores in this database, or before the first hour. */
export async function readScores(snapshot: Snapshot, operatorIds: readonly string[]): Promise<ScoreRow[]> {
  const [kept] = await snapshot.rows<{ isKept: boolean }>(
    "scores-kept",
    `select to_regclass('reputation.score') is not null as "isKept"`,
  );
  if (!kept?.isKept) return [];
  return snapshot.rows<ScoreRow>(
    "scores",
    `select operator as "operatorId", score, score as low, high from reputation.score
     where at = (select max(at) from reputation.run) and member is null and operator = any($1)`,
    [operatorIds],
  );
}
