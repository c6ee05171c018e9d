import type { Snapshot } from "./snapshot.ts";

/** A part of a published score; see `PublishedPart` of the domain. */
export interface ScorePartRow {
  dimension: string;
  share: number;
  n: number;
  weight: number;
  mean: number;
  low: number;
  high: number;
  observedMean: number | null;
  priorMean: number;
  points: number;
  heldPayers: number;
  excluded: number;
}

/** A published score, with what it stands on. */
export interface ScoreRow {
  /** member's id, or else the operator's */
  subject: string;
  operatorId: string;
  memberId: string | null;
  at: Date;
  score: number;
  high: number;
  mean: number;
  rank: number;
  rankOf: number;
  isPriorOnly: boolean;
  parts: ScorePartRow[];
  methodologyVersion: number;
  blockNumber: bigint;
  /** 0x hex */
  blockHash: string;
  sampledThrough: Date;
}

/** What the newest score cost, and what would raise it; see `PublishedExplanation` of the domain. */
export interface ExplanationRow {
  subject: string;
  costs: {
    dimension: string;
    day: number;
    id: string;
    gpuId: string | null;
    value: number;
    weight: number;
    payer: string | null;
    costPoints: number;
    text: string;
  }[];
  improvements: { dimension: string; action: string; points: number; text: string }[];
}

const SCORE = `s.subject, s.operator as "operatorId", s.member as "memberId", s.at, s.score, s.high, s.mean, s.rank, s.rank_of as "rankOf",
  s.is_prior_only as "isPriorOnly", s.parts, r.methodology_version as "methodologyVersion", r.block_number as "blockNumber",
  '0x' || encode(r.block_hash, 'hex') as "blockHash", r.sampled_through as "sampledThrough"`;

/** When the newest scores up to a time are of; nothing before the first. */
export async function readScoredAt(snapshot: Snapshot, until: Date | null): Promise<Date | undefined> {
  const [row] = await snapshot.rows<{ at: Date }>(
    "scored-at",
    "select at from reputation.run where $1::timestamptz is null or at <= $1 order by at desc limit 1",
    [until],
  );
  return row?.at;
}

/** The newest scores of some subjects; those who have none are left out. In any order. */
export function readNewestScores(snapshot: Snapshot, subjects: readonly string[]): Promise<ScoreRow[]> {
  return snapshot.rows<ScoreRow>(
    "newest-scores",
    `select ${SCORE} from reputation.run r join reputation.score s on s.at = r.at
     where r.at = (select max(at) from reputation.run) and s.subject = any($1)`,
    [subjects],
  );
}

/** The explanations of the newest scores of some subjects. In any order. */
export function readExplanations(snapshot: Snapshot, subjects: readonly string[]): Promise<ExplanationRow[]> {
  return snapshot.rows<ExplanationRow>(
    "explanations",
    "select subject, costs, improvements from reputation.explanation where subject = any($1)",
    [subjects],
  );
}

/** Scores of one run: of all operators by rank, or of one operator with its members after it. */
export function readRanking(
  snapshot: Snapshot,
  at: Date,
  operatorId: string | null,
  limit: number | null = null,
): Promise<ScoreRow[]> {
  const [name, own] =
    operatorId === null ? ["ranking", "s.member is null and $2::text is null"] : ["ranking-of-one", "s.operator = $2"];
  return snapshot.rows<ScoreRow>(
    name,
    `select ${SCORE} from reputation.score s join reputation.run r on r.at = s.at
     where s.at = $1 and ${own}
     order by ${operatorId === null ? "" : "s.member is not null, "}s.rank, s.subject limit $3`,
    [at, operatorId, limit],
  );
}

/** Scores of a subject in `[from, to)`, at most one in `everySeconds`, the last of each such span; by time. */
export function readScoreHistory(
  snapshot: Snapshot,
  subject: string,
  { from, to, everySeconds }: { from: Date; to: Date; everySeconds: number },
): Promise<ScoreRow[]> {
  return snapshot.rows<ScoreRow>(
    "score-history",
    `select distinct on (floor(extract(epoch from s.at - interval '1 microsecond') / $4)) ${SCORE}
     from reputation.score s join reputation.run r on r.at = s.at
     where s.subject = $1 and s.at >= $2 and s.at < $3
     order by floor(extract(epoch from s.at - interval '1 microsecond') / $4), s.at desc`,
    [subject, from, to, everySeconds],
  );
}

/** Scores of one run by subject. In any order. */
export function readScoresAt(snapshot: Snapshot, at: Date): Promise<ScoreRow[]> {
  return snapshot.rows<ScoreRow>(
    "scores-at",
    `select ${SCORE} from reputation.score s join reputation.run r on r.at = s.at where s.at = $1`,
    [at],
  );
}
