import { rows, type AnnotationSpec, type Query, type RowSpec } from "../spec.ts";
import { EVENT_CLASS } from "../telemetry.ts";
import { KEY } from "./sql.ts";

/** Codes of the states in the timeline, and what they are called. */
const STATES = [
  { value: 0, text: "unknown", color: "#6e7681" },
  { value: 1, text: "down", color: "red" },
  { value: 2, text: "partly up", color: "orange" },
  { value: 3, text: "up", color: "green" },
  { value: 10, text: "free", color: "#6e7681" },
  { value: 11, text: "spot", color: "yellow" },
  { value: 12, text: "on demand", color: "blue" },
  { value: 13, text: "reserved", color: "purple" },
  { value: 20, text: "offline", color: "red" },
  { value: 21, text: "draining", color: "orange" },
  { value: 22, text: "active", color: "green" },
  { value: 23, text: "other", color: "#6e7681" },
] as const;

/**
 * Up and down: minute by minute while points are close (the rule of telemetry.gpu_minutes), else by hour from what samples
 * cover. The comparison of constants is decided before either is read.
 */
const TELEMETRY = `select minute as "time", 'telemetry' as metric,
  case state when 'UP' then 3 when 'DOWN' then 1 else 0 end as "state"
from telemetry.gpu_minutes(greatest($__timeFrom()::timestamptz, $__timeTo()::timestamptz - interval '3 days'), $__timeTo()::timestamptz, array[${KEY}])
where $__interval_ms <= 60000
union all
select h.bucket, 'telemetry', case when r.covered_seconds >= 3400 then 3 when r.covered_seconds > 0 then 2
  when h.bucket < (select first_seen_at from telemetry.gpu where gpu_key = ${KEY}) then 0 else 1 end
from generate_series(date_trunc('hour', $__timeFrom()::timestamptz, 'UTC'),
  least($__timeTo()::timestamptz, (select sampled_through from telemetry.watermark)) - interval '1 hour', interval '1 hour') h(bucket)
left join (
  select bucket, covered_seconds from telemetry.rollup_1h where gpu_key = ${KEY} and $__timeFilter(bucket)
) r using (bucket)
where $__interval_ms > 60000
order by 1`;

/** Rented or free: a point at each beginning and each end of a rental, the one under way at the range's beginning first. */
const RENTED = `with rented as (
  select r.start_at, coalesce(r.end_at, least(r.paid_until, r.ends_by)) as over_at,
    case r.tier when 'SPOT' then 11 when 'ON_DEMAND' then 12 else 13 end as tier
  from chain.rental r
  where r.gpu = \${gpu:sqlstring} and r.start_at <= $__unixEpochTo()
    and coalesce(r.end_at, least(r.paid_until, r.ends_by)) >= $__unixEpochFrom()
)
select p."time", 'rental' as metric, max(p.state) as "state"
from (
  select to_timestamp($__unixEpochFrom()) as "time", 10 as state
  union all
  select to_timestamp(greatest(start_at, $__unixEpochFrom())), tier from rented
  union all
  select to_timestamp(over_at), 10 from rented where over_at <= $__unixEpochTo()
) p
group by 1 order by 1`;

/** Its status on the chain. */
const STATUS = `select to_timestamp(greatest(s.from_at, $__unixEpochFrom())) as "time", 'on the chain' as metric,
  case s.status when 'ACTIVE' then 22 when 'OFFLINE' then 20 when 'DRAINING' then 21 else 23 end as "state"
from chain.gpu_status_period s
where s.gpu = \${gpu:sqlstring} and s.from_at <= $__unixEpochTo() and (s.to_at is null or s.to_at >= $__unixEpochFrom())
order by 1`;

const states = (sql: string): Query => ({ sql, format: "time_series" });

/** XIDs of the chosen GPU, on every panel over time. */
export const XIDS: AnnotationSpec = {
  name: "XIDs",
  color: "red",
  mayBeEmpty: "a GPU may have none for months",
  sql: `select e.time, 'XID ' || e.code || ' ' || coalesce(e.detail, '') as text, 'xid' as tags
from telemetry.gpu_event e where e.gpu_key = ${KEY} and e.kind = 'XID' and $__timeFilter(e.time) order by e.time desc limit 200`,
};

/** What it was, when. */
export const STATE: RowSpec = {
  title: "What was it doing?",
  panels: [
    {
      type: "state-timeline",
      title: "States",
      description:
        "Telemetry up or down (by minute up to a day, by hour beyond), rented or free by tier (chain.rental), and its status on the chain (chain.gpu_status_period).",
      unit: "none",
      width: 24,
      height: 6,
      mappings: STATES,
      minInterval: "10s",
      queries: [states(TELEMETRY), states(RENTED), states(STATUS)],
    },
    {
      type: "table",
      title: "Events",
      description:
        "XIDs, memory errors, throttling, resets and absences, the latest 100 of all times (telemetry.gpu_event).",
      unit: "none",
      width: 12,
      queries:
        rows(`select extract(epoch from e.time) * 1000 as "when", ${EVENT_CLASS} as class, nullif(e.code, 0) as code, e.detail
from telemetry.gpu_event e where e.gpu_key = ${KEY} order by e.time desc limit 100`),
      overrides: [{ match: { name: "when" }, unit: "dateTimeAsIso", width: 170 }],
    },
    {
      type: "table",
      title: "Rentals",
      description: "The latest 100 rentals: tier, hours, rate and what was burned; 1 DC = 1 USD (chain.rental).",
      unit: "none",
      width: 12,
      noValue: "no rental yet",
      queries: rows(`select r.id as rental, lower(replace(r.tier::text, '_', ' ')) as tier, r.start_at * 1000 as "from",
  (least(extract(epoch from now()), coalesce(r.end_at, least(r.paid_until, r.ends_by))) - r.start_at) / 3600 as hours,
  r.rate_dc_per_hour / 1e6 as "rate per hour", r.burned_dc / 1e6 as burned,
  case when r.is_ended then lower(replace(r.end_reason::text, '_', ' ')) else 'runs' end as "ended by"
from chain.rental r where r.gpu = \${gpu:sqlstring} order by r.start_at desc limit 100`),
      overrides: [
        { match: { name: "from" }, unit: "dateTimeAsIso", width: 170 },
        { match: { name: "hours" }, unit: "none", decimals: 1, width: 80 },
        { match: { name: "rate per hour" }, unit: "currencyUSD", decimals: 2 },
        { match: { name: "burned" }, unit: "currencyUSD", decimals: 2 },
      ],
    },
  ],
};
