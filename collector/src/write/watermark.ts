import { messageOf } from "#kernel/errors.ts";
import { backoffMs, bucketStart, HOUR_MS, MINUTE_MS, sleep } from "#kernel/time.ts";
import type { Pool } from "#kernel/pg.ts";

/**
 * Rows younger than this are read from the samples themselves: the minute aggregates' policies leave the newest 5 minutes
 * alone (end_offset in sql/0003_policies.sql), and a minute is left for the batch to be committed in.
 */
const FRESH_MS = 4 * MINUTE_MS;
const SLICE_MS = 6 * HOUR_MS;
/** While another refreshes the same aggregate: about half a minute. */
const REFRESH_TRIES = 20;
/** Samples are kept for 30 days: a refresh of what is older would delete minutes that can't be computed again. */
const OLDEST_REFRESH_MS = 29 * 24 * HOUR_MS;

/** A span of time, milliseconds since 1970. */
export interface Span {
  from: number;
  to: number;
}

/** The two spans as one. */
export function joinSpans(a: Span | undefined, b: Span | undefined): Span | undefined {
  if (!a || !b) return a ?? b;
  return { from: Math.min(a.from, b.from), to: Math.max(a.to, b.to) };
}

/** The part of a batch that the minute aggregates may already have passed, and would hide. */
export function lateSpan(span: Span | undefined, nowMs: number): Span | undefined {
  if (!span || span.from >= nowMs - FRESH_MS) return undefined;
  return { from: span.from, to: Math.min(span.to, nowMs - FRESH_MS) };
}

/** Refreshes the minute aggregates over late rows, so that what the watermark calls complete is what readers see. */
export async function refreshMinutes(pool: Pool, span: Span, nowMs: number): Promise<void> {
  const end = Math.min(bucketStart(span.to, MINUTE_MS) + MINUTE_MS, bucketStart(nowMs - FRESH_MS, MINUTE_MS));
  const start = bucketStart(Math.max(span.from, nowMs - OLDEST_REFRESH_MS), MINUTE_MS);
  for (let from = start; from < end; from += SLICE_MS) {
    const to = Math.min(from + SLICE_MS, end);
    for (const view of ["telemetry.gpu_1m", "telemetry.target_1m"]) await refresh(pool, view, { from, to });
  }
}

/**
 * As one transaction: TimescaleDB 2.28 would commit batches, the newest first, and hide what isn't refreshed before it. Servers
 * that know no batches have no such parameter.
 */
const OPTIONS = `select bool_or('options' = any(proargnames)) as has from pg_proc where proname = 'refresh_continuous_aggregate'`;
const AS_ONE = `, options => '{"buckets_per_batch": 0}'`;

/** Refreshes one aggregate over whole buckets of its own. Where a worker is refreshing it too, one comes after the other. */
export async function refresh(pool: Pool, view: string, { from, to }: Span): Promise<void> {
  const { rows } = await pool.query<{ has: boolean | null }>(OPTIONS);
  const options = rows[0]?.has ? AS_ONE : "";
  for (let attempt = 0; ; attempt++) {
    try {
      await pool.query(`call refresh_continuous_aggregate($1::regclass, $2::timestamptz, $3::timestamptz${options})`, [
        view,
        new Date(from),
        new Date(to),
      ]);
      return;
    } catch (error) {
      // TimescaleDB 2.28 refuses the second of two at a time, which the one before and ours may both be for.
      if (attempt === REFRESH_TRIES || !/due to a concurrent refresh/.test(messageOf(error))) throw error;
      await sleep(backoffMs(attempt, 100, 2_000));
    }
  }
}

/** What a collector says of itself. */
export interface CollectorState {
  collectorKey: number;
  nowMs: number;
  /** everything before it is in the tables */
  sampledThrough: number;
  spoolBytes: number;
  droppedRecords: number;
}

/** Publishes a collector's state. The watermark never falls. */
export async function publish(pool: Pool, state: CollectorState): Promise<void> {
  await pool.query(
    `update telemetry.collector
     set seen_at = $2, sampled_through = greatest(sampled_through, $3), spool_bytes = $4, dropped_records = $5
     where collector_key = $1`,
    [state.collectorKey, new Date(state.nowMs), new Date(state.sampledThrough), state.spoolBytes, state.droppedRecords],
  );
}

/** A collector as the database knows it. */
export interface KnownCollector {
  key: number;
  /** what it published last; undefined if nothing yet */
  sampledThrough: number | undefined;
}

/** Registers a collector by its name, and makes it responsible again if it had been retired. */
export async function registerCollector(pool: Pool, name: string, nowMs: number): Promise<KnownCollector> {
  const { rows } = await pool.query<{ collector_key: number; sampled_through: Date | null }>(
    `insert into telemetry.collector (name, started_at, seen_at) values ($1, $2, $2)
     on conflict (name) do update set started_at = excluded.started_at, seen_at = excluded.seen_at, retired_at = null
     returning collector_key, sampled_through`,
    [name, new Date(nowMs)],
  );
  const [row] = rows;
  if (!row) throw new Error("BUG: registering a collector returns its row");
  return { key: row.collector_key, sampledThrough: row.sampled_through?.getTime() };
}

/** Ends a collector's responsibility: nothing of it is waited for any more. */
export async function retireCollector(pool: Pool, collectorKey: number, nowMs: number): Promise<void> {
  await pool.query("update telemetry.collector set retired_at = $2 where collector_key = $1", [
    collectorKey,
    new Date(nowMs),
  ]);
}
