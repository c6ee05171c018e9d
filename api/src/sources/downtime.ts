import { withTransaction, type Pool } from "#kernel/pg.ts";
import { bucketStart, HOUR_MS, SECOND_MS } from "#kernel/time.ts";
import type { Snapshot } from "./snapshot.ts";

/** The minutes of a UTC hour in which a GPU was DOWN, as bits: bit n of `low` is minute n, bit n of `high` minute 30 + n. */
export interface DownHourRow {
  /** hex, without 0x */
  uuidHash: string;
  /** start of the hour, seconds since 1970 */
  hour: number;
  low: number;
  high: number;
}

/** Where DOWN minutes are read: in the minutes' roll-ups, or in the samples and scrapes themselves. */
export type DownSource = "minutes" | "samples";

const ROWS = `select encode(g.uuid_hash, 'hex') as "uuidHash", extract(epoch from d.hour)::float8 as hour,
  (d.minutes & 1073741823)::int4 as low, (d.minutes >> 30)::int4 as high`;

/** The hours that begin in `[from, until)` of which DOWN minutes are kept, ascending; seconds since 1970. */
export async function readKeptHours(snapshot: Snapshot, from: number, until: number): Promise<number[]> {
  const rows = await snapshot.rows<{ hour: number }>(
    "kept-hours",
    `select extract(epoch from hour)::float8 as hour from telemetry.down_hour
     where hour >= to_timestamp($1::float8) and hour < to_timestamp($2::float8) order by hour`,
    [from, until],
  );
  return rows.map(({ hour }) => hour);
}

/** DOWN minutes that are kept of the hours that begin in `[from, until)`, in any order; seconds since 1970. */
export async function readKeptDown(snapshot: Snapshot, from: number, until: number): Promise<DownHourRow[]> {
  return snapshot.rows<DownHourRow>(
    "kept-down",
    `${ROWS} from telemetry.gpu_down_hour d join telemetry.gpu g on g.gpu_key = d.gpu_key
     where d.hour >= to_timestamp($1::float8) and d.hour < to_timestamp($2::float8)`,
    [from, until],
  );
}

/** DOWN minutes that start in `[from, until)`, looked for now, in any order; seconds since 1970. */
export async function findDown(
  snapshot: Snapshot,
  from: number,
  until: number,
  source: DownSource,
): Promise<DownHourRow[]> {
  return snapshot.rows<DownHourRow>(
    "find-down",
    `${ROWS} from telemetry.down_hours(to_timestamp($1::float8), to_timestamp($2::float8), $3) d
     join telemetry.gpu g on g.gpu_key = d.gpu_key`,
    [from, until, source === "samples"],
  );
}

/** The level of telemetry that has been forgotten of a span, though there was some: its retention has passed. */
export async function readForgotten(
  snapshot: Snapshot,
  from: number,
  until: number,
): Promise<{ samples: boolean; minutes: boolean }> {
  const [row] = await snapshot.rows<{ samples: boolean; minutes: boolean }>(
    "telemetry-forgotten",
    `with oldest as (
       select c.hypertable_name as name, min(c.range_start) as at from timescaledb_information.chunks c
       where c.hypertable_schema = 'telemetry' and c.hypertable_name = 'sample'
         or c.hypertable_name = (select a.materialization_hypertable_name from timescaledb_information.continuous_aggregates a
           where a.view_schema = 'telemetry' and a.view_name = 'gpu_1m')
       group by 1
     )
     select
       exists (select from telemetry.gpu_1m m where m.bucket >= to_timestamp($1::float8)
         and m.bucket < least(to_timestamp($2::float8), coalesce((select at from oldest where name = 'sample'), 'infinity'))) as samples,
       exists (select from telemetry.gpu_1d d where d.bucket + interval '1 day' > to_timestamp($1::float8)
         and d.bucket < to_timestamp($2::float8)
         and d.bucket + interval '1 day' <= coalesce((select at from oldest where name <> 'sample'), 'infinity')) as minutes`,
    [from, until],
  );
  return row ?? { samples: false, minutes: false };
}

/** How many hours one statement keeps: in the embedded database nobody else is served meanwhile. */
const KEPT_AT_ONCE = 6;

/**
 * Keeps the DOWN minutes of all whole hours that the watermark has passed, from the newest kept one on, in short
 * statements; nothing to do costs a query. To be called every some minutes, by anybody who may write.
 *
 * @param from of an epoch that is to be settled, where nothing is kept yet; seconds since 1970
 * @returns how many hours were kept now
 */
export async function keepDownHours(pool: Pool, from: number, signal?: AbortSignal): Promise<number> {
  const { rows } = await pool.query<{ next: Date; through: Date | null }>(
    `select coalesce((select max(hour) + interval '1 hour' from telemetry.down_hour),
              date_trunc('hour', to_timestamp($1::float8), 'UTC')) as next,
            (select sampled_through from telemetry.watermark) as through`,
    [from],
  );
  const [{ next, through } = { next: new Date(0), through: null }] = rows;
  const until = bucketStart(through?.getTime() ?? 0, HOUR_MS);
  let count = 0;
  for (let at = next.getTime(); at < until && signal?.aborted !== true; at += KEPT_AT_ONCE * HOUR_MS) {
    const to = Math.min(at + KEPT_AT_ONCE * HOUR_MS, until);
    count += await withTransaction(pool, async (client) => {
      // one snapshot for the aggregates' rows and how far they reach: of two, a refresh in between would look like DOWN
      await client.query("set transaction isolation level repeatable read");
      const kept = await client.query<{ count: number }>("select telemetry.keep_down_hours($1, $2) as count", [
        new Date(at),
        new Date(to),
      ]);
      return kept.rows[0]?.count ?? 0;
    });
  }
  return count;
}

/** Forgets what was kept of hours from `from` on: telemetry that was mended since then counts. Seconds since 1970. */
export async function forgetDownHours(pool: Pool, from: number): Promise<void> {
  const hour = new Date(bucketStart(from * SECOND_MS, HOUR_MS));
  await withTransaction(pool, async (client) => {
    await client.query("delete from telemetry.gpu_down_hour where hour >= $1", [hour]);
    await client.query("delete from telemetry.down_hour where hour >= $1", [hour]);
  });
}
