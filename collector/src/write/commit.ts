import { from as copyFrom } from "pg-copy-streams";
import { finished } from "node:stream/promises";
import type { Pool, PoolClient } from "#kernel/pg.ts";
import { writeConflicts } from "../identity/conflicts.ts";
import { copyStatement, encodeCopy } from "./copy.ts";
import { additionStatement, insertParameters, insertStatement } from "./insert.ts";
import type { ChangedGpu, Plan } from "./plan.ts";
import { byGpuThenNewest, cellsOf, SampleEncoder } from "./sample.ts";
import { SAMPLE, SCRAPE, type BulkTable, type Cell } from "./table.ts";

const UNIQUE_VIOLATION = "23505";

/** Whether rows were there already: then the batch must be written again, by insert. */
export function isDuplicate(error: unknown): boolean {
  return (error as { code?: string }).code === UNIQUE_VIOLATION;
}

/** A plan's samples and scrapes as COPY takes them. */
export interface Encoded {
  samples: Buffer;
  scrapes: Buffer;
}

/** @param encoder whose memory the samples are in; one of their own when left out */
export function encodePlan({ samples, scrapes }: Plan, encoder = new SampleEncoder()): Encoded {
  return { samples: encoder.encode(samples.sort(byGpuThenNewest)), scrapes: encodeCopy(SCRAPE, scrapes) };
}

/**
 * Writes a plan within a transaction, but for when its GPUs were last seen. By copy, rows that are there already make it fail; by insert, which is slower, they
 * are left as they are.
 */
export async function writePlan(
  client: PoolClient,
  plan: Plan,
  collectorKey: number,
  how: "insert" | Encoded,
): Promise<void> {
  if (how === "insert") {
    await insert(client, SAMPLE, [...plan.samples].sort(byGpuThenNewest).map(cellsOf));
    await insert(client, SCRAPE, plan.scrapes);
  } else {
    if (plan.samples.length > 0) await copy(client, SAMPLE, how.samples);
    if (plan.scrapes.length > 0) await copy(client, SCRAPE, how.scrapes);
  }
  await addToRows(client, SAMPLE, [...plan.additions].sort(byGpuThenNewest).map(cellsOf));
  await writeHeartbeats(client, plan, collectorKey);
  await writeEvents(client, plan);
  await writeSeats(client, plan);
  await writeConflicts(client, plan.conflicts);
  await writeGpus(client, plan.changed);
}

async function copy(client: PoolClient, table: BulkTable, rows: Buffer): Promise<void> {
  const stream = client.query(copyFrom(copyStatement(table)));
  stream.end(rows);
  await finished(stream);
}

async function insert(client: PoolClient, table: BulkTable, rows: readonly Cell[][]): Promise<void> {
  if (rows.length > 0) await client.query(insertStatement(table), insertParameters(table, rows));
}

async function addToRows(client: PoolClient, table: BulkTable, rows: readonly Cell[][]): Promise<void> {
  if (rows.length > 0) await client.query(additionStatement(table, ["gpu_key", "time"]), insertParameters(table, rows));
}

async function writeHeartbeats(client: PoolClient, { heartbeats }: Plan, collectorKey: number): Promise<void> {
  if (heartbeats.length === 0) return;
  const rows = heartbeats.map(({ minute, targetCount, spoolBytes }) => ({
    minute: new Date(minute),
    target_count: targetCount,
    spool_bytes: spoolBytes,
  }));
  await client.query(
    `insert into telemetry.heartbeat (collector_key, minute, target_count, spool_bytes)
     select $1, minute, target_count, spool_bytes
     from jsonb_to_recordset($2::jsonb) as h(minute timestamptz, target_count int, spool_bytes bigint)
     on conflict do nothing`,
    [collectorKey, JSON.stringify(rows)],
  );
}

async function writeEvents(client: PoolClient, { events }: Plan): Promise<void> {
  if (events.length === 0) return;
  const rows = events.map(({ at, gpuKey, ...event }) => ({ ...event, time: new Date(at), gpu_key: gpuKey }));
  await client.query(
    `insert into telemetry.gpu_event (time, gpu_key, kind, code, detail)
     select time, gpu_key, kind, code, detail
     from jsonb_to_recordset($1::jsonb) as e(time timestamptz, gpu_key int, kind text, code int, detail text)
     on conflict do nothing`,
    [JSON.stringify(rows)],
  );
}

async function writeSeats(client: PoolClient, { seats }: Plan): Promise<void> {
  if (seats.length === 0) return;
  const rows = seats.map(({ gpuKey, since, targetKey }) => ({
    gpu_key: gpuKey,
    since: new Date(since),
    target_key: targetKey,
  }));
  await client.query(
    `insert into telemetry.gpu_target (gpu_key, since, target_key)
     select gpu_key, since, target_key from jsonb_to_recordset($1::jsonb) as s(gpu_key int, since timestamptz, target_key int)
     on conflict do nothing`,
    [JSON.stringify(rows)],
  );
}

async function writeGpus(client: PoolClient, changed: readonly ChangedGpu[]): Promise<void> {
  if (changed.length === 0) return;
  const rows = changed.map(({ lastSeenAt, labels, ...gpu }) => ({
    gpu_key: gpu.gpuKey,
    last_seen_at: new Date(lastSeenAt),
    target_key: gpu.targetKey,
    is_present: gpu.isPresent,
    xids: gpu.xids,
    xid_counts: gpu.xidCounts,
    model: gpu.model,
    mig_profile: gpu.migProfile,
    labels,
  }));
  await client.query(
    `update telemetry.gpu g
     set last_seen_at = n.last_seen_at, target_key = n.target_key, is_present = n.is_present, xids = n.xids,
       xid_counts = n.xid_counts,
       model = n.model, mig_profile = n.mig_profile, labels = n.labels::jsonb
     from jsonb_to_recordset($1::jsonb) as n(
       gpu_key int, last_seen_at timestamptz, target_key int, is_present boolean, xids int[], xid_counts jsonb,
       model text, mig_profile text, labels text)
     where g.gpu_key = n.gpu_key`,
    [JSON.stringify(rows)],
  );
}

/** Writes when GPUs were last seen: by key, milliseconds since 1970. It waits until nobody else writes. */
export async function writeSeen(pool: Pool, seen: ReadonlyMap<number, number>): Promise<void> {
  if (seen.size === 0) return;
  await pool.query(
    `with turn as materialized (select from telemetry.turn for update)
     update telemetry.gpu g set last_seen_at = greatest(g.last_seen_at, to_timestamp(n.at / 1000))
     from (select from turn limit 1) t, unnest($1::int[], $2::float8[]) as n(gpu_key, at) where g.gpu_key = n.gpu_key`,
    [[...seen.keys()], [...seen.values()]],
  );
}
