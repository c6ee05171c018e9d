import { columnOf, linkTo, type Mapping } from "../fields.ts";
import { rollups } from "../shared.ts";
import { rows, series, type RowSpec } from "../spec.ts";
import { EVENT_CLASS, FATAL_XIDS } from "../telemetry.ts";
import { UPTIME_STEPS, USE_LATER } from "./glance.ts";
import { DOWN_MINUTES_ALLOWED, ENDED_AND_LOST, GPU_KEYS, IS_BROKEN, OVER_AT, POOLS } from "./sql.ts";

const UPTIME = `select to_timestamp((n.genesis_time + x.epoch * n.epoch_length)::float8) as "time", 'pool ' || p.id as metric,
  sum(x.up_minutes) / nullif(sum(x.up_minutes + x.down_minutes), 0) as "uptime"
from ledger.network n
cross join ${POOLS} p
join ledger.use_sum x on x.pool = p.pool
where n.genesis_time + x.epoch * n.epoch_length between extract(epoch from $__timeFrom()::timestamptz) and extract(epoch from $__timeTo()::timestamptz)
group by 1, 2 order by 1, 2`;

/** From this distance of points on, hosts are shown by day, milliseconds: half a day. */
const DAYS_FROM_MS = 43_200_000;
const STATES: readonly Mapping[] = [
  { value: 0, text: "UP", color: "green" },
  { value: 1, text: "UNKNOWN", color: "#8e8e8e" },
  { value: 2, text: "PARTLY DOWN", color: "orange" },
  { value: 3, text: "DOWN", color: "red" },
];

/** What samples cover of each bucket, as `ledger.gpu_use` counts: whole minutes up, at most what wasn't DOWN. */
const covered = (view: string, serves: string): string => `
  select r.gpu_key, r.bucket, r.covered_seconds
  from telemetry.${view} r
  where ${serves} and $__timeFilter(r.bucket) and r.gpu_key = any(array(select gpu_key from seat))`;

const HOSTS = `with seat as materialized (
  select t.gpu_key, t.first_seen_at, coalesce(t.labels ->> 'hostname', x.labels ->> 'host', x.url) as host
  from chain.gpu g
  join telemetry.gpu t on t.uuid_hash = g.uuid_hash
  left join telemetry.target x on x.target_key = t.target_key
  where g.operator = \${operator:sqlstring} and g.pool in (\${pool:sqlstring}) and g.status <> 'RETIRED'),
covered as materialized (${covered("rollup_1h", `$__interval_ms < ${DAYS_FROM_MS}`)}
  union all${covered("rollup_1d", `$__interval_ms >= ${DAYS_FROM_MS}`)}),
down as materialized (
  select d.gpu_key, date_trunc(case when $__interval_ms < ${DAYS_FROM_MS} then 'hour' else 'day' end, d.hour, 'UTC') as bucket,
    sum(reputation.minute_count(d.minutes)) as minutes
  from telemetry.gpu_down_hour d
  where $__timeFilter(d.hour) and d.gpu_key = any(array(select gpu_key from seat))
  group by 1, 2),
part as (
  select s.host, k.bucket, coalesce(d.minutes, 0) as down, least(ceil(coalesce(c.covered_seconds, 0) / 60), k.minutes - coalesce(d.minutes, 0)) as up,
    extract(epoch from least(k.bucket + k.minutes * interval '1 minute', w.sampled_through) - greatest(k.bucket, s.first_seen_at)) / 60 as minutes
  from (
    select bucket, case when $__interval_ms < ${DAYS_FROM_MS} then 60 else 1440 end as minutes
    from (select bucket from covered union select bucket from down) b) k
  cross join seat s
  cross join telemetry.watermark w
  left join covered c on c.gpu_key = s.gpu_key and c.bucket = k.bucket
  left join down d on d.gpu_key = s.gpu_key and d.bucket = k.bucket)
select bucket as "time", host as metric,
  case when sum(down) >= sum(minutes) / 2 then 3 when sum(down) > 0 then 2 when sum(up) < sum(minutes) / 2 then 1 else 0 end as "state"
from part
where minutes >= 1
group by 1, 2 order by 1, 2`;

const SOLD = `select $__timeGroupAlias(h.hour, $__interval), sum(h.sold) as "sold", sum(h.lost) as "DOWN while rented"
from (
  select t.at - interval '1 hour' as hour, sum(t.rented_seconds) / 3600.0 as sold, null::numeric as lost
  from ${POOLS} p join market.tick t on t.pool = p.pool
  where $__timeFilter(t.at)
  group by 1
  union all
  select d.hour, null, sum(reputation.minute_count(d.minutes & reputation.minutes_between(
    r.start_at - extract(epoch from d.hour), ${OVER_AT} - extract(epoch from d.hour)))) / 60.0
  from telemetry.gpu_down_hour d
  join telemetry.gpu t on t.gpu_key = d.gpu_key
  join chain.gpu g on g.uuid_hash = t.uuid_hash
  join chain.rental r on r.gpu = g.id and r.pool in (\${pool:sqlstring})
    and r.start_at < extract(epoch from d.hour) + 3600 and ${OVER_AT} > extract(epoch from d.hour)
  where $__timeFilter(d.hour) and d.gpu_key = any(${GPU_KEYS})
  group by 1) h
group by 1 order by 1`;

const BROKEN = `${ENDED_AND_LOST}
select e.over as "over at", e.id as "rental", e.gpu as "gpu", e.pool as "pool", e.tier::text as "tier",
  '0x' || encode(e.customer, 'hex') as "customer", coalesce(l.minutes, 0) as "DOWN", e.refunded_dc * 1e-6 as "refunded",
  concat_ws(', ', case when e.end_reason = 'GPU_OFFLINE' then 'taken OFFLINE' end,
    case when l.minutes > ${DOWN_MINUTES_ALLOWED} then case when v.is_lost then 'GPU lost, its host answered' else 'no sample, its host was asked' end end,
    'XID ' || v.xids) as "cause"
from ended e
left join lost l on l.id = e.id
left join lateral (
  select bool_or(x.kind = 'DISAPPEARED') as is_lost,
    string_agg(distinct x.code::text, ' ') filter (where x.kind = 'XID' and x.code in (${FATAL_XIDS.join(", ")})) as xids
  from chain.gpu g join telemetry.gpu t on t.uuid_hash = g.uuid_hash
  join telemetry.gpu_event x on x.gpu_key = t.gpu_key and x.time >= e.began and x.time <= e.over
  where g.id = e.gpu) v on ${IS_BROKEN}
where ${IS_BROKEN}
order by 1 desc limit 200`;

const FAULTS = `select $__timeGroupAlias(e.time, $__interval), ${EVENT_CLASS} as metric, count(*) as "faults"
from telemetry.gpu_event e
where e.gpu_key = any(${GPU_KEYS}) and $__timeFilter(e.time) and e.kind not in ('APPEARED', 'COUNTER_RESET')
group by 1, 2 order by 1, 2`;

const BUSY = `select $__timeGroupAlias(r.bucket, $__interval), sum(r.busy_seconds) / nullif(sum(r.covered_seconds), 0) as "busy (utilization)",
  sum(r.throttled_seconds) / nullif(sum(r.throttle_known_seconds), 0) as "throttled"
from ${rollups("bucket, busy_seconds, covered_seconds, throttled_seconds, throttle_known_seconds", {
  where: `gpu_key = any(${GPU_KEYS})`,
  hoursFromMs: 300_000,
})} r
group by 1 order by 1`;

const OCCUPANCY = `select $__timeGroupAlias(t.at, $__interval), 'pool ' || p.id || ' occupancy' as metric,
  sum(t.rented_seconds)::float8 / nullif(sum(t.available_seconds), 0) as "occupancy"
from ${POOLS} p join market.tick t on t.pool = p.pool
where $__timeFilter(t.at)
group by 1, 2 order by 1, 2`;

/** Whether what was sold is delivered. */
export const DELIVERY: RowSpec = {
  title: "Do my GPUs deliver what I sell?",
  panels: [
    {
      type: "timeseries",
      title: "Uptime by pool and epoch",
      description:
        "UP / (UP + DOWN) minutes of each final epoch (ledger.use_sum), UNKNOWN ones in neither. The lines are at two and three nines.",
      unit: "percentunit",
      decimals: 2,
      max: 1,
      width: 12,
      draw: "steps",
      fill: 0,
      thresholds: UPTIME_STEPS,
      hasThresholdLines: true,
      color: "palette",
      legend: ["mean", "min"],
      noValue: "no final epoch in the range",
      mayBeEmpty: USE_LATER,
      queries: series(UPTIME),
    },
    {
      type: "state-timeline",
      title: "Hosts by hour, or by day",
      description:
        "Minutes of all GPUs of a host (telemetry.rollup_1h or 1d, gpu_down_hour): DOWN at half of them and more, PARTLY DOWN at any, " +
        "UNKNOWN where less than half are known, else UP. A gap: nothing is known of any host.",
      unit: "none",
      width: 12,
      maxDataPoints: 60,
      minInterval: "1h",
      mappings: STATES,
      queries: series(HOSTS),
    },
    {
      type: "timeseries",
      title: "GPU-hours sold, and DOWN while rented",
      description:
        "Sold: hours of rentals and of slots, used or not, on ACTIVE GPUs (market.tick). Below zero: what rentals met DOWN " +
        "(telemetry.gpu_down_hour).",
      unit: "suffix: h",
      width: 8,
      draw: "bars",
      minInterval: "1h",
      maxDataPoints: 60,
      legend: ["sum"],
      overrides: [{ match: { name: "DOWN while rented" }, isMirrored: true, color: { fixed: "red" } }],
      queries: series(SOLD),
    },
    {
      type: "timeseries",
      title: "Occupancy and utilization",
      description:
        "Occupancy: sold / ACTIVE time by pool (market.tick). Busy: time with a DCGM utilization of 5 % and more / time covered " +
        "by samples, and throttled time, of all chosen GPUs (telemetry roll-ups). Different numbers: a rented GPU may idle.",
      unit: "percentunit",
      min: 0,
      max: 1,
      width: 8,
      maxDataPoints: 60,
      minInterval: "1h",
      legend: ["mean", "lastNotNull"],
      overrides: [{ match: { regexp: "^(busy|throttled)" }, isDashed: true, fill: 0 }],
      queries: [...series(OCCUPANCY), ...series(BUSY)],
    },
    {
      type: "timeseries",
      title: "Faults by kind",
      description:
        `Events of the chosen GPUs (telemetry.gpu_event). XIDs are fatal (${FATAL_XIDS.join(", ")}), of hardware that dealt with it, or a ` +
        "program's own; only the fatal ones cost the score's health.",
      unit: "short",
      width: 8,
      draw: "bars",
      stack: "normal",
      minInterval: "1h",
      maxDataPoints: 60,
      legend: ["sum"],
      mayBeEmpty: "a fleet without a fault",
      overrides: [{ match: { name: "XID, fatal" }, color: { fixed: "red" } }],
      queries: series(FAULTS),
    },
    {
      type: "table",
      title: "Rentals that broke",
      description:
        "Over within the range as their GPU went OFFLINE, or with more than 5 minutes DOWN inside (chain.rental, " +
        "telemetry.gpu_down_hour, gpu_event): what the score's completion counts as failed. The newest 200.",
      unit: "none",
      width: 24,
      height: 7,
      mayBeEmpty: "an operator that broke no rental",
      overrides: [
        { match: { name: "over at" }, unit: "dateTimeAsIso", width: 170 },
        {
          match: { name: "DOWN" },
          unit: "suffix: min",
          cell: "color-text",
          thresholds: [
            { value: null, color: "green" },
            { value: 6, color: "red" },
          ],
        },
        { match: { name: "refunded" }, unit: "currencyUSD", decimals: 2 },
        { match: { name: "gpu" }, links: [linkTo("This GPU", "bc-gpu", { gpu: columnOf("gpu") })] },
        { match: { name: "customer" }, width: 360 },
      ],
      queries: rows(BROKEN),
    },
  ],
};
