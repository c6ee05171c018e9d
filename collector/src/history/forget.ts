import { bucketStart, HOUR_MS } from "#kernel/time.ts";
import { withTransaction, type Pool, type PoolClient } from "#kernel/pg.ts";
import { refreshAll } from "./refresh.ts";
import type { Span } from "../write/watermark.ts";

const TABLES = [
  ...["sample", "scrape", "heartbeat", "gpu_event", "gpu_target", "conflict", "gpu", "target", "collector"],
  ...["plausibility", "plausibility_hour", "duty", "down_hour", "gpu_down_hour"],
];
const AGGREGATES = ["gpu_1m", "gpu_1h", "gpu_1d", "target_1m"];
const DAY_MS = 24 * HOUR_MS;

/** Whose telemetry is to go. */
export interface Forgotten {
  /** of physical GPUs */
  uuids: readonly string[];
  /** of targets */
  urls: readonly string[];
}

/**
 * Deletes all that is known of some GPUs and targets, so that another past can be written for them. In a database that
 * knows no others this takes no time, whatever it holds.
 */
export async function forget(pool: Pool, { uuids, urls }: Forgotten): Promise<void> {
  const { rows } = await pool.query<{ gpus: boolean; targets: boolean }>(
    `select exists (select from telemetry.gpu where parent_key is null and uuid <> all($1)) as gpus,
       exists (select from telemetry.target where url <> all($2)) as targets`,
    [uuids, urls],
  );
  const hasOthers = rows.some(({ gpus, targets }) => gpus || targets);
  if (!hasOthers) return forgetAll(pool);
  const span = await withTransaction(pool, (client) => forgetSome(client, { uuids, urls }));
  if (span) await refreshAll(pool, span);
}

/** Together in one transaction, so that no aggregate outlives its samples. */
async function forgetAll(pool: Pool): Promise<void> {
  await withTransaction(pool, async (client) => {
    await client.query(`truncate ${TABLES.map((table) => `telemetry.${table}`).join(", ")} restart identity`);
    for (const view of AGGREGATES) await client.query(`truncate telemetry.${view}`);
  });
}

/** @returns whole days that hold all rows deleted; undefined if there were none */
async function forgetSome(client: PoolClient, { uuids, urls }: Forgotten): Promise<Span | undefined> {
  const { rows } = await client.query<{ from_at: Date | null; to_at: Date | null }>(
    `with gone as (
       select g.gpu_key from telemetry.gpu g left join telemetry.gpu p on p.gpu_key = g.parent_key
       where coalesce(p.uuid, g.uuid) = any($1)),
     samples as (delete from telemetry.sample where gpu_key in (select gpu_key from gone) returning time),
     scrapes as (
       delete from telemetry.scrape s using telemetry.target t
       where t.target_key = s.target_key and t.url = any($2) returning s.time),
     events as (delete from telemetry.gpu_event where gpu_key in (select gpu_key from gone)),
     seats as (delete from telemetry.gpu_target where gpu_key in (select gpu_key from gone)),
     conflicts as (delete from telemetry.conflict where gpu_key in (select gpu_key from gone)),
     hours as (delete from telemetry.plausibility_hour where gpu_key in (select gpu_key from gone)),
     days as (delete from telemetry.plausibility where gpu_key in (select gpu_key from gone))
     select min(time) as from_at, max(time) as to_at from (select time from samples union all select time from scrapes) t`,
    [uuids, urls],
  );
  await client.query(
    `update telemetry.gpu set is_present = false, xids = '{}', xid_counts = null, target_key = null
     where split_part(uuid, '/', 1) = any($1)`,
    [uuids],
  );
  const [{ from_at, to_at } = { from_at: null, to_at: null }] = rows;
  if (!from_at || !to_at) return undefined;
  const span = { from: bucketStart(from_at.getTime(), DAY_MS), to: bucketStart(to_at.getTime(), DAY_MS) + DAY_MS };
  for (const table of ["down_hour", "gpu_down_hour"]) {
    const days = [new Date(span.from), new Date(span.to)];
    await client.query(`delete from telemetry.${table} where hour >= $1 and hour < $2`, days);
  }
  return span;
}
