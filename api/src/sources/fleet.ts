import type { Page } from "./chain.ts";
import type { Snapshot } from "./snapshot.ts";

/** A GPU of an operator beside what its exporter last said of it. */
export interface FleetRow {
  /** token id */
  id: string;
  /** as DCGM prints it; null: no exporter has shown it */
  uuid: string | null;
  hostname: string | null;
  driverVersion: string | null;
  targetUrl: string | null;
  isPresent: boolean | null;
  xids: number[] | null;
  /** newest sample of the last day */
  sampledAt: Date | null;
  utilization: number | null;
  powerWatts: number | null;
  temperatureCelsius: number | null;
}

/** One exporter of an operator. */
export interface TargetRow {
  id: string;
  url: string;
  isUp: boolean | null;
  scrapedAt: Date | null;
  dueAt: Date | null;
  goodAt: Date | null;
  durationMs: number | null;
  gpuCount: number | null;
  sampleCount: number | null;
  clockSkewSeconds: number | null;
  failedAt: Date | null;
  failureReason: string | null;
  failureDetail: string | null;
}

/** How far back a last sample or scrape is looked for. */
const DAY = `$4::timestamptz - interval '1 day'`;

/** An operator's GPUs by token id, retired ones left out. */
export function listFleet(
  snapshot: Snapshot,
  { after, limit }: Page,
  operatorId: string,
  now: Date,
): Promise<FleetRow[]> {
  return snapshot.rows<FleetRow>(
    "fleet-page",
    `select c.id, g.uuid, g.labels->>'hostname' as hostname, g.labels->>'driver_version' as "driverVersion",
       t.url as "targetUrl", g.is_present as "isPresent", g.xids, s.time as "sampledAt", s.util_ratio as utilization,
       s.power_watts as "powerWatts", s.gpu_temp_celsius as "temperatureCelsius"
     from (
       select id, uuid_hash from chain.gpu
       where operator = $3 and status::text <> 'RETIRED' and ($1::text is null or (length(id), id) > (length($1), $1))
       order by length(id), id limit $2
     ) c
     left join telemetry.gpu g on g.uuid_hash = c.uuid_hash
     left join telemetry.target t on t.target_key = g.target_key
     left join lateral (
       select time, util_ratio, power_watts, gpu_temp_celsius from telemetry.sample x
       where x.gpu_key = g.gpu_key and x.time > ${DAY} order by x.time desc limit 1
     ) s on true
     order by length(c.id), c.id`,
    [after, limit, operatorId, now],
  );
}

/**
 * An operator's exporters: those listed under its name, those it pushes, and those on which its GPUs were seen last, unless
 * they are listed under another's.
 */
export function listTargets(
  snapshot: Snapshot,
  { after, limit }: Page,
  operatorId: string,
  now: Date,
): Promise<TargetRow[]> {
  return snapshot.rows<TargetRow>(
    "fleet-targets-page",
    `select t.target_key::text as id, t.url, s.is_up as "isUp", s.time as "scrapedAt", s.due_until as "dueAt",
       good.time as "goodAt", s.duration_ms as "durationMs", s.gpu_count as "gpuCount", s.sample_count as "sampleCount",
       s.clock_skew_seconds as "clockSkewSeconds", bad.time as "failedAt", bad.reason as "failureReason",
       bad.detail as "failureDetail"
     from (
       select target_key, url from telemetry.target x
       where ($1::int8 is null or target_key > $1::int8)
         and (labels->>'operator' = $3 or starts_with(url, 'push://operator-' || $3 || '/')
           or (coalesce(labels->>'operator', $3) = $3 and not starts_with(url, 'push://') and target_key in (
             select g.target_key from chain.gpu c join telemetry.gpu g on g.uuid_hash = c.uuid_hash
             where c.operator = $3 and c.status::text <> 'RETIRED')))
       order by target_key limit $2
     ) t
     ${newest("s", "true")} ${newest("good", "x.is_up")} ${newest("bad", "not x.is_up")}
     order by t.target_key`,
    [after, limit, operatorId, now],
  );
}

function newest(as: string, which: string): string {
  return `left join lateral (
       select * from telemetry.scrape x where x.target_key = t.target_key and x.time > ${DAY} and ${which}
       order by x.time desc limit 1
     ) ${as} on true`;
}
