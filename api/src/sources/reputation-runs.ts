import { createHash } from "node:crypto";
import type { Pool, PoolClient, QueryResultRow } from "#kernel/pg.ts";

/** Anything that statements can be asked of. */
export type Queryable = Pick<Pool | PoolClient, "query">;

/** What a run stands on. */
export interface RunRow {
  /** seconds since 1970 */
  at: number;
  methodologyVersion: number;
  blockNumber: bigint;
  /** 0x hex */
  blockHash: string;
  sampledThrough: Date;
  /** hex, without 0x */
  factsHash: string;
}

/** A run to be stored, with all that it found. */
export interface RunContent extends RunRow {
  priorMeans: Readonly<Record<string, number>>;
  operatorCount: number;
  tookMs: number;
  /** kept texts by operator */
  facts: ReadonlyMap<string, string>;
  scores: readonly ScoreContent[];
}

/** A subject's score to be stored; what stands as JSON is text. */
export interface ScoreContent {
  subject: string;
  operatorId: string;
  memberId: string | null;
  score: number;
  high: number;
  mean: number;
  rank: number;
  rankOf: number;
  isPriorOnly: boolean;
  parts: string;
  costs: string;
  improvements: string;
}

const AT = (place: number): string => `to_timestamp($${place}::float8)`;
const RUN = `extract(epoch from at)::float8 as at, methodology_version as "methodologyVersion", block_number as "blockNumber",
  '0x' || encode(block_hash, 'hex') as "blockHash", sampled_through as "sampledThrough", encode(facts_hash, 'hex') as "factsHash"`;

/** SHA-256 of kept texts, hex: of a line `operator sha256(text)` for each, in the order given. */
export function hashFacts(texts: ReadonlyMap<string, string>): string {
  const hash = createHash("sha256");
  for (const [operator, text] of texts) hash.update(`${operator} ${createHash("sha256").update(text).digest("hex")}\n`);
  return hash.digest("hex");
}

/** Stores a run with its facts and scores; the explanations of the newest run take the place of those before. */
export async function storeRun(client: Queryable, run: RunContent): Promise<void> {
  const { at, scores, facts } = run;
  await client.query(
    `insert into reputation.run (at, methodology_version, block_number, block_hash, sampled_through, facts_hash, prior_means,
       operator_count, took_ms)
     values (${AT(1)}, $2, $3, decode(substr($4, 3), 'hex'), $5, decode($6, 'hex'), $7, $8, $9)`,
    [
      ...[at, run.methodologyVersion, String(run.blockNumber), run.blockHash, run.sampledThrough, run.factsHash],
      ...[JSON.stringify(run.priorMeans), run.operatorCount, run.tookMs],
    ],
  );
  await insert(client, "reputation.facts (at, operator, facts)", AT(1), at, [...facts]);
  const column = <K extends keyof ScoreContent>(name: K): ScoreContent[K][] => scores.map((score) => score[name]);
  await client.query(
    `insert into reputation.score (subject, at, operator, member, score, high, mean, rank, rank_of, is_prior_only, parts)
     select s, ${AT(1)}, o, m, score, high, mean, rank, rank_of, p, parts::jsonb
     from unnest($2::text[], $3::text[], $4::text[], $5::float8[], $6::float8[], $7::float8[], $8::int4[], $9::int4[], $10::boolean[],
       $11::text[]) x(s, o, m, score, high, mean, rank, rank_of, p, parts)`,
    [
      ...[
        at,
        column("subject"),
        column("operatorId"),
        column("memberId"),
        column("score"),
        column("high"),
        column("mean"),
      ],
      ...[column("rank"), column("rankOf"), column("isPriorOnly"), column("parts")],
    ],
  );
  await client.query("delete from reputation.explanation");
  const told = scores.map(({ subject, costs, improvements }) => [subject, costs, improvements]);
  await insert(client, "reputation.explanation (at, subject, costs, improvements)", AT(1), at, told);
}

/** Takes back the runs after `at`, with their facts and scores, and the evidence that later days' runs stand on. */
export async function dropRunsAfter(client: Queryable, at: number): Promise<void> {
  await client.query(`delete from reputation.run where at > ${AT(1)}`, [at]);
  await client.query(`delete from reputation.evidence where day >= (${AT(1)} at time zone 'UTC')::date`, [at]);
}

/** The newest runs up to a time, newest first. */
export function readRunsBefore(client: Queryable, at: number, limit: number): Promise<RunRow[]> {
  return rows<RunRow>(
    client,
    `select ${RUN} from reputation.run where at <= ${AT(1)} order by reputation.run.at desc limit $2`,
    [at, limit],
  );
}

/** The runs in `[from, until]`, in their order. */
export function readRunsBetween(client: Queryable, from: number, until: number): Promise<RunRow[]> {
  return rows<RunRow>(
    client,
    `select ${RUN} from reputation.run where at >= ${AT(1)} and at <= ${AT(2)} order by reputation.run.at`,
    [from, until],
  );
}

/** The last run of each UTC day in `(from, until]`, in order: a run at midnight is of the day that it ends. */
export function readLastRuns(client: Queryable, from: number, until: number): Promise<RunRow[]> {
  return rows<RunRow>(
    client,
    `select ${RUN} from (
       select distinct on (day) * from (
         select *, ((at - interval '1 microsecond') at time zone 'UTC')::date as day from reputation.run
         where at > ${AT(1)} and at <= ${AT(2)}) r
       order by day, at desc) r
     order by r.at`,
    [from, until],
  );
}

/** Kept texts of a run by operator, in the order of the operators' numbers. */
export async function readFacts(client: Queryable, at: number): Promise<Map<string, string>> {
  const found = await rows<{ operator: string; facts: string }>(
    client,
    `select operator, facts from reputation.facts where at = ${AT(1)} order by length(operator), operator`,
    [at],
  );
  return new Map(found.map(({ operator, facts }) => [operator, facts]));
}

/** The day of the newest kept evidence up to a day, as days since 1970, and what tells it from any other. */
export async function findEvidence(
  client: Queryable,
  throughDay: number,
): Promise<{ day: number; mark: string } | undefined> {
  const [row] = await rows<{ day: number; mark: string }>(
    client,
    `select day - date '1970-01-01' as day, sums as mark from reputation.evidence
     where subject = '' and day <= date '1970-01-01' + $1::int4 order by evidence.day desc limit 1`,
    [throughDay],
  );
  return row;
}

/** Kept sums of a day by subject. */
export async function readEvidence(client: Queryable, day: number): Promise<[subject: string, sums: string][]> {
  const found = await rows<{ subject: string; sums: string }>(
    client,
    "select subject, sums from reputation.evidence where day = date '1970-01-01' + $1::int4 and subject <> ''",
    [day],
  );
  return found.map(({ subject, sums }) => [subject, sums]);
}

/** Makes room for a day's sums; of older days only those of the last 8 and every seventh are kept. */
export async function forgetEvidence(client: Queryable, day: number): Promise<void> {
  await client.query(
    "delete from reputation.evidence where day = date '1970-01-01' + $1::int4 or (day <= date '1970-01-01' + $1::int4 - 8 and (day - date '1970-01-01') % 7 <> 0)",
    [day],
  );
}

/** Stores sums of a day by subject; its mark comes last, under no subject. */
export async function storeEvidence(
  client: Queryable,
  day: number,
  sums: readonly (readonly [subject: string, sums: string])[],
): Promise<void> {
  await insert(client, "reputation.evidence (day, subject, sums)", `date '1970-01-01' + $1::int4`, day, sums);
}

/** The most rows of a statement: each value is a parameter, since arrays would have to be quoted here and read there. */
const ROWS_AT_ONCE = 500;

/** Inserts rows of texts behind a first value that all have. */
async function insert(
  client: Queryable,
  into: string,
  first: string,
  value: number,
  texts: readonly (readonly string[])[],
): Promise<void> {
  for (let at = 0; at < texts.length; at += ROWS_AT_ONCE) {
    let place = 2;
    const part = texts.slice(at, at + ROWS_AT_ONCE);
    const places = part.map((row) => `(${first}, ${row.map(() => `$${place++}`).join()})`);
    await client.query(`insert into ${into} values ${places.join()}`, [value, ...part.flat()]);
  }
}

async function rows<Row extends QueryResultRow>(client: Queryable, text: string, values: unknown[]): Promise<Row[]> {
  return (await (client as Pool).query<Row>(text, values)).rows;
}
