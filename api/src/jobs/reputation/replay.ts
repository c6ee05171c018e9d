import { isDeepStrictEqual } from "node:util";
import type { Pool } from "#kernel/pg.ts";
import { copyEvidence } from "../../domain/reputation/evidence.ts";
import { foldKept } from "../../domain/reputation/publish.ts";
import { scoreAll, type Scores } from "../../domain/reputation/score.ts";
import { hashFacts, readFacts, readRunsBetween, type RunRow } from "../../sources/reputation-runs.ts";
import { readScoresAt, type ScoreRow } from "../../sources/reputation-scores.ts";
import { withSnapshot } from "../../sources/snapshot.ts";
import { dayOfRun, foldOn, nothing, readBase, type Base } from "./base.ts";
import { scoreRows } from "./content.ts";

/** What is replayed: the runs in `[from, until]`, seconds since 1970. */
export interface ReplaySpan {
  from: number;
  until: number;
  /** from the first fact on, whatever sums were kept in between */
  isFull?: boolean;
}

/** Scores worked out again, and where they aren't what was published. */
export interface Replayed {
  run: RunRow;
  scores: Scores;
  /** in words; empty: all is the same */
  differences: string[];
}

/**
 * Works scores that were published out again, from kept facts alone, in their order.
 *
 * @throws BaseError `BAD_EVIDENCE`, `BAD_FACTS`
 */
export async function* replay(pool: Pool, { from, until, isFull = false }: ReplaySpan): AsyncGenerator<Replayed> {
  let base: Base | undefined;
  for (const run of await readRunsBetween(pool, from, until)) {
    const day = dayOfRun(run.at);
    if (base === undefined || base.day !== day - 1) {
      base = isFull ? await foldOn(pool, base ?? nothing(), day - 1) : await readBase(pool, day - 1, base);
    }
    const texts = await readFacts(pool, run.at);
    const evidence = copyEvidence(base.evidence);
    foldKept(evidence, day, texts);
    const published = await withSnapshot(pool, (snapshot) => readScoresAt(snapshot, new Date(run.at * 1_000)));
    const scores = scoreAll(evidence, published, run.at);
    const hash = hashFacts(texts);
    const changed =
      hash === run.factsHash ? [] : [`the kept facts hash to ${hash}, those published to ${run.factsHash}`];
    yield { run, scores, differences: [...changed, ...differencesOf(scores, published)] };
  }
}

function differencesOf(scores: Scores, published: readonly ScoreRow[]): string[] {
  const bySubject = new Map(published.map((row) => [row.subject, row]));
  return scoreRows(scores).scores.flatMap(({ subject, parts, ...again }) => {
    const row = bySubject.get(subject);
    if (!row) return [`${subject} has no published score`];
    const names = ["score", "high", "mean", "rank", "rankOf"] as const;
    const differing = names
      .filter((name) => again[name] !== row[name])
      .map((name) => `${name} ${again[name]}, published ${row[name]}`);
    if (!isDeepStrictEqual(JSON.parse(parts), row.parts)) differing.push("other parts than published");
    return differing.map((text) => `${subject}: ${text}`);
  });
}
