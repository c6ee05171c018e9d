import { rows, series, type RowSpec } from "../spec.ts";
import { CHANCE_STEPS } from "./glance.ts";
import { chanceWithin, FREE_NOW, OVER_AT, POOLS, POOLS_OF_MODEL } from "./sql.ts";

const STATES = `select $__timeGroupAlias(h.at, $__interval), avg(h.booked) as "booked: slots, on demand", avg(h.spot) as "spot", avg(h.free) as "free",
  avg(h.offline) as "offline"
from (
  select x.at, sum(x.booked) as booked, sum(x.spot) as spot, sum(x.free) as free, sum(x.offline) as offline
  from (
    select t.at, (t.available_seconds - t.exposed_seconds) / 3600.0 as booked,
      greatest(t.rented_seconds - t.available_seconds + t.exposed_seconds, 0) / 3600.0 as spot,
      (t.available_seconds - t.rented_seconds) / 3600.0 as free, 0 as offline
    from ${POOLS} p join market.tick t on t.pool = p.pool
    where $__timeFilter(t.at)
    union all
    select k.at, 0, 0, 0, (least(extract(epoch from k.at), m.to_at, s.to_at) - greatest(extract(epoch from k.at) - 3600, m.from_at, s.from_at)) / 3600.0
    from ${POOLS} p
    join chain.gpu_membership m on m.pool = p.id
    join chain.gpu_status_period s on s.gpu = m.gpu and s.status = 'OFFLINE'
    join market.tick k on k.pool = p.pool and extract(epoch from k.at) > greatest(m.from_at, s.from_at)
      and extract(epoch from k.at) - 3600 < coalesce(least(m.to_at, s.to_at), 'Infinity')
    where $__timeFilter(k.at)) x
  group by 1) h
group by 1 order by 1`;

const OCCUPANCY = `select p.model || ', ' || p.region || ', pool ' || p.id as "pool",
  sum(t.rented_seconds)::float8 / nullif(sum(t.available_seconds), 0) as "occupancy"
from chain.pool p
join market.tick t on t.pool = p.id::int8
where t.at <= $__timeTo() and t.at > (select max(x.at) from market.tick x where x.at <= $__timeTo()) - interval '24 hours'
group by p.id, p.model, p.region
order by 2 desc nulls last limit 20`;

const DEPTH = `select to_char(o.rate * 1e-6, 'FM99990.00') as "USD an hour",
  sum(o.hours) filter (where o.tier = 'spot') as "spot", sum(o.hours) filter (where o.tier = 'on demand') as "on demand"
from (
  select v.tier, v.rate, (least(coalesce(f.next, f.now + 86400), f.now + 86400) - f.now) / 3600.0 as hours
  from ${FREE_NOW} f
  join ${POOLS_OF_MODEL} p on p.id = f.pool
  cross join lateral (values ('spot', p.spot_rate_dc_per_hour), ('on demand', p.on_demand_rate_dc_per_hour)) v(tier, rate)) o
group by o.rate order by o.rate`;

const HAZARD = `select 'pool ' || p.id || ', ' || p.region as "pool", ${chanceWithin(1)} as "1 h", ${chanceWithin(6)} as "6 h", ${chanceWithin(24)} as "24 h",
  z.exposed_gpu_hours / nullif(z.taken_count, 0) * 3600 as "mean time", z.taken_count as "taken", z.exposed_gpu_hours as "exposed"
from ${POOLS_OF_MODEL} p join market.hazard z on z.pool = p.pool
order by 4, 1`;

const EVICTIONS = `select $__timeGroupAlias(n.at, $__interval), 'pool ' || n.pool as metric, count(*) as "notices"
from (
  select to_timestamp(x.timestamp::float8) as at, r.pool
  from chain.preemption_notice x
  join chain.rental r on r.id = x.rental
  join ${POOLS_OF_MODEL} p on p.id = r.pool
  where x.timestamp >= $__unixEpochFrom() and x.timestamp <= $__unixEpochTo()) n
group by 1, 2 order by 1, 2`;

const FILL = `select $__timeGroupAlias(f.at, $__interval), percentile_cont(0.5) within group (order by f.idle) as "half",
  percentile_cont(0.95) within group (order by f.idle) as "19 of 20"
from (
  select to_timestamp(r.start_at::float8) as at,
    (r.start_at - lag(${OVER_AT}) over (partition by r.gpu order by r.start_at))::float8 as idle
  from ${POOLS} p join chain.rental r on r.pool = p.id
  where r.start_at >= $__unixEpochFrom() - 30 * 86400 and r.start_at <= $__unixEpochTo()) f
where $__timeFilter(f.at) and f.idle >= 0
group by 1 order by 1`;

const DELIVERED = `select 'pool ' || p.id || ', ' || p.region as "pool", o.name as "operator", count(distinct t.gpu_key) as "GPUs",
  sum(r.busy_seconds) / 3600 as "busy hours",
  sum(r.util_ratio * r.covered_seconds) / nullif(sum(r.covered_seconds) filter (where r.util_ratio is not null), 0) as "utilization",
  sum(r.tensor_active_ratio * r.covered_seconds) / nullif(sum(r.covered_seconds) filter (where r.tensor_active_ratio is not null), 0) as "tensor",
  percentile_cont(0.5) within group (order by r.busy_sm_clock_hertz) as "clock, busy",
  percentile_cont(0.5) within group (order by r.power_watts_max) as "power, daily peak",
  sum(r.throttled_seconds) / nullif(sum(r.throttle_known_seconds), 0) as "throttled"
from ${POOLS_OF_MODEL} p
join chain.operator o on o.id = p.operator
join chain.gpu g on g.pool = p.id and g.status <> 'RETIRED'
join telemetry.gpu t on t.uuid_hash = g.uuid_hash
join telemetry.rollup_1d r on r.gpu_key = t.gpu_key
where r.bucket > $__timeTo()::timestamptz - interval '8 days' and r.bucket <= $__timeTo()::timestamptz - interval '1 day'
group by p.id, p.region, o.name
order by length(p.id), p.id`;

/** What can be had, and how safe it is. */
export const SUPPLY: RowSpec = {
  title: "What is free, and how safe is it?",
  panels: [
    {
      type: "timeseries",
      title: "GPUs by state",
      description:
        "Mean count of the region's GPUs in each full hour (market.tick; OFFLINE from chain.gpu_membership and gpu_status_period). " +
        "Booked: a slot, used or not, or an on-demand rental: no reservation can take it.",
      unit: "short",
      decimals: 1,
      min: 0,
      width: 12,
      stack: "normal",
      fill: 60,
      minInterval: "1h",
      legend: ["lastNotNull", "mean"],
      overrides: [
        { match: { name: "free" }, color: { fixed: "green" } },
        { match: { name: "spot" }, color: { fixed: "yellow" } },
        { match: { regexp: "^booked" }, color: { fixed: "blue" } },
        { match: { name: "offline" }, color: { fixed: "red" } },
      ],
      queries: series(STATES),
    },
    {
      type: "bargauge",
      title: "Occupancy by pool, 24 h",
      description:
        "Sold / ACTIVE GPU time of the 24 hours up to the newest full hour, every model (market.tick), the twenty fullest. Rates rise above 80 %.",
      unit: "percentunit",
      decimals: 0,
      min: 0,
      max: 1,
      width: 6,
      isByRow: true,
      thresholds: [
        { value: null, color: "green" },
        { value: 0.8, color: "orange" },
        { value: 0.95, color: "red" },
      ],
      queries: rows(OCCUPANCY),
    },
    {
      type: "barchart",
      title: "GPU-hours on offer by price",
      description:
        "Of GPUs of the model free now, in every region: hours of the next 24 until a booking or an exit that is known, by what the pool asks.",
      unit: "suffix: h",
      decimals: 0,
      min: 0,
      width: 6,
      x: "USD an hour",
      mayBeEmpty: "every GPU of a model can be rented out",
      queries: rows(DEPTH),
    },
    {
      type: "table",
      title: "Chance that a reservation takes a spot GPU",
      description:
        "1 − exp(−λ h), λ = (n + ½) / exposed GPU-hours of the last 14 days (market.hazard): taken, slots that began on a GPU without a booking; " +
        "exposed, hours of ACTIVE GPUs without one. The mean time is exposed / taken.",
      unit: "percentunit",
      decimals: 1,
      width: 8,
      overrides: [
        { match: { name: "pool" }, unit: "none" },
        { match: { regexp: "^(1 h|6 h|taken)$" }, width: 55 },
        { match: { name: "24 h" }, cell: "color-text", thresholds: CHANCE_STEPS },
        { match: { name: "mean time" }, unit: "s", decimals: 0, noValue: "never seen" },
        { match: { name: "taken" }, unit: "short", decimals: 0 },
        { match: { name: "exposed" }, unit: "suffix: h", decimals: 0 },
      ],
      queries: rows(HAZARD),
    },
    {
      type: "timeseries",
      title: "Spot rentals told to go",
      description:
        "Notices of preemption to spot rentals of the model, by pool (chain.preemption_notice): at least 120 s before the end.",
      unit: "short",
      width: 8,
      draw: "bars",
      stack: "normal",
      minInterval: "1h",
      maxDataPoints: 60,
      legend: ["sum"],
      mayBeEmpty: "no reservation took a spot GPU",
      queries: series(EVICTIONS),
    },
    {
      type: "timeseries",
      title: "How long a GPU waits for its next rental",
      description:
        "From the end of a GPU's rental to the start of its next one in the region, by that start: half of them waited at most so long, and 19 " +
        "of 20, up to a month (chain.rental). Short waits mean that free GPUs go fast.",
      unit: "s",
      min: 0,
      width: 8,
      fill: 0,
      minInterval: "1h",
      maxDataPoints: 60,
      legend: ["mean", "lastNotNull"],
      noValue: "no rental in the range",
      queries: series(FILL),
    },
    {
      type: "table",
      title: "What a renter really gets",
      description:
        "Telemetry of the last seven whole days by pool of the model (telemetry.rollup_1d): hours with load, mean DCGM utilization and tensor activity " +
        "over all samples, the median GPU-day's clock under load and its highest power, and the share of time throttled.",
      unit: "percentunit",
      decimals: 1,
      width: 24,
      height: 6,
      overrides: [
        { match: { regexp: "^(pool|operator|GPUs)$" }, unit: "none", decimals: 0 },
        { match: { name: "busy hours" }, unit: "suffix: h", decimals: 0 },
        { match: { regexp: "^clock" }, unit: "hertz", decimals: 2 },
        { match: { regexp: "^power" }, unit: "watt", decimals: 0 },
        { match: { name: "throttled" }, decimals: 2 },
      ],
      queries: rows(DELIVERED),
    },
  ],
};
