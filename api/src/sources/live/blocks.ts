import { BaseError } from "#kernel/errors.ts";
import type { Pool } from "#kernel/pg.ts";
import { toDatabaseFault, type Snapshot } from "../snapshot.ts";

/** A block, and the one that it stands on. */
export interface BlockRow {
  number: number;
  /** 0x hex */
  hash: string;
  parentHash: string;
  /** seconds since 1970 */
  timestamp: bigint;
}

/** The last block that was indexed, and where its deployment keeps its rows. */
export interface TipRow {
  number: number;
  hash: string;
  timestamp: bigint;
  deployment: string;
  /** schema of the entities with their block ranges */
  entities: string;
  /** schema of the blocks that may still change */
  chain: string;
}

/** Blocks whose changes are read: those of `blocks`, which follow `after` without a gap. */
export interface BlockSpan {
  /** schema of the entities with their block ranges */
  entities: string;
  after: BlockRow;
  blocks: readonly BlockRow[];
}

/** How long the one statement of a look may take before its connection is given up. */
const LOOK_MS = 10_000;
/** A schema that an engine made, which becomes part of statements. */
const SCHEMA = /^[a-z]+\d+$/;

/**
 * What tells whether anything has changed since the last look: the head's hash and its deployment; nothing before the
 * first block. One statement, outside of any transaction.
 *
 * @throws BaseError `UPSTREAM_UNAVAILABLE`
 */
export async function readTipMark(pool: Pool): Promise<string | undefined> {
  try {
    const { rows } = await pool.query<{ mark: string }>({
      text: "select deployment || ' ' || block_hash as mark from chain.head where block_hash is not null",
      query_timeout: LOOK_MS,
    } as { text: string });
    return rows[0]?.mark;
  } catch (error) {
    throw toDatabaseFault(error);
  }
}

/**
 * The last block that was indexed.
 *
 * @throws BaseError `NOT_INDEXED` before the first
 */
export async function readTip(snapshot: Snapshot): Promise<TipRow> {
  const [row] = await snapshot.rows<TipRow>(
    "live-tip",
    `select h.block_number as number, h.block_hash as hash, h.block_timestamp as timestamp, h.deployment,
       s.name as entities, c.namespace as chain
     from chain.head h
     join public.deployment_schemas s on s.subgraph = h.deployment and s.active
     join public.chains c on c.name = s.network
     where h.block_hash is not null`,
  );
  if (!row) {
    throw new BaseError("NOT_INDEXED", "no block has been indexed yet", {
      isRetryable: true,
      hints: ["wait for the indexer, or look at its /health"],
    });
  }
  for (const schema of [row.entities, row.chain])
    if (!SCHEMA.test(schema)) throw new Error(`BUG: ${schema} is no schema of an engine's`);
  return row;
}

/** Blocks from a height on whose hashes are kept, those of abandoned branches too, in no order. */
export async function readBlocks(snapshot: Snapshot, chain: string, from: number): Promise<BlockRow[]> {
  return snapshot.rows<BlockRow>(
    `live-blocks-${chain}`,
    `select number::int4 as number, '0x' || encode(hash, 'hex') as hash, '0x' || encode(parent_hash, 'hex') as "parentHash",
       coalesce(data->>'timestamp', (('x' || lpad(substr(data->'block'->>'timestamp', 3), 16, '0'))::bit(64)::int8)::text)::int8
         as timestamp
     from ${chain}.blocks where number >= $1`,
    [from],
  );
}

/** The values that statements on a span take: $1 < block <= $2, and of each block $3 number, $4 time; $5 the time before. */
export function spanValues({ after, blocks }: BlockSpan): unknown[] {
  return [
    after.number,
    blocks.at(-1)?.number ?? after.number,
    blocks.map(({ number }) => number),
    blocks.map(({ timestamp }) => timestamp),
    after.timestamp,
  ];
}

/** The blocks of a span as a table `b(number, at, before)`, `before` being the time of the block before it. */
export const SPAN_BLOCKS = `b as (select number, at, lag(at, 1, $5::int8) over (order by number) as before
  from unnest($3::int4[], $4::int8[]) t(number, at))`;

/** A column of bytes as 0x hex. */
export const hex = (column: string, as: string): string => `'0x' || encode(${column}, 'hex') as "${as}"`;

/** Place of a log in its block, from the id of an action: transaction hash, then log index in four bytes, little end first. */
export function logIndexOf(id: string): number {
  return Buffer.from(id.slice(66, 74), "hex").readInt32LE();
}

/** Whether the settlement job's ledger is in this database. */
export async function hasLedger(snapshot: Snapshot): Promise<boolean> {
  const [row] = await snapshot.rows<{ isThere: boolean }>(
    "live-ledger",
    `select to_regclass('ledger.network') is not null as "isThere"`,
  );
  return row?.isThere ?? false;
}

/** Epochs that became final in $1 < block <= $2. */
export const finalizedSql = (schema: string): string => `
  select lower(e.block_range) as block, e.id, e.number as epoch from ${schema}.epoch e
  where lower(e.block_range) > $1::int4 and lower(e.block_range) <= $2::int4 and e.status = 'FINALIZED'
    and not exists (select from ${schema}.epoch p
                    where p.id = e.id and p.block_range @> lower(e.block_range) - 1 and p.status = 'FINALIZED')`;
