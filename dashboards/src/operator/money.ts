import { BCT, rows, series, type RowSpec } from "../spec.ts";
import { GPU_KEYS, POOLS } from "./sql.ts";

const REVENUE = `select to_timestamp((n.genesis_time + x.epoch * n.epoch_length)::float8) as "time", 'pool ' || p.id as metric, x.burned_dc * 1e-6 as "DC"
from ledger.network n
cross join ${POOLS} p
join ledger.pool_amount x on x.pool = p.pool
where n.genesis_time + x.epoch * n.epoch_length between extract(epoch from $__timeFrom()::timestamptz) and extract(epoch from $__timeTo()::timestamptz)
order by 1, 2`;

const REWARDS = `select to_timestamp((n.genesis_time + x.epoch * n.epoch_length)::float8) as "time", sum(x.operator_amount) * 1e-18 as "operator",
  sum(x.share_amount) * 1e-18 as "all GPUs", sum(x.bonus_amount) * 1e-18 as "GPUs used"
from ledger.network n
cross join ${POOLS} p
join ledger.pool_amount x on x.pool = p.pool
where n.genesis_time + x.epoch * n.epoch_length between extract(epoch from $__timeFrom()::timestamptz) and extract(epoch from $__timeTo()::timestamptz)
group by 1 order by 1`;

/** What is asked and advised of a tier, hour by hour, and what was paid for the same model in the same region. */
const prices = (tier: "SPOT" | "ON_DEMAND", rate: string): string => `select t.at as "time", 'pool ' || p.id as metric,
  t.${rate} * 1e-6 as "asks", a.rate * 1e-6 as "is advised"
from ${POOLS} p
join market.tick t on t.pool = p.pool
join market.advice a on a.pool = t.pool and a.at = t.at and a.tier = '${tier}'
where $__timeFilter(t.at)
order by 1, 2`;

const ADVICE = `select p.id as "pool", k.model as "model", k.region as "region", a.tier as "tier",
  (case a.tier when 'SPOT' then t.spot_rate when 'ON_DEMAND' then t.on_demand_rate else t.reserved_rate end) * 1e-6 as "asked",
  a.rate * 1e-6 as "advised",
  a.rate::float8 / nullif(case a.tier when 'SPOT' then t.spot_rate when 'ON_DEMAND' then t.on_demand_rate else t.reserved_rate end, 0) - 1 as "change",
  coalesce(a.reason, a.bound_by) as "why not more", t.occupancy as "occupancy, 24 h", t.cost_floor * 1e-6 as "cost", i.dc_per_hour * 1e-6 as "median ask",
  paid.dc_per_hour * 1e-6 as "paid"
from ${POOLS} p
join chain.pool k on k.id = p.id
cross join lateral (select * from market.tick x where x.pool = p.pool and x.at <= $__timeTo() order by x.at desc limit 1) t
join market.advice a on a.pool = t.pool and a.at = t.at
left join market.price_index i on i.model = k.model and i.region = k.region and i.kind = 'ASK_' || a.tier and i.at = t.at
left join market.price_index paid on paid.model = k.model and paid.region = k.region and paid.kind = 'TRADE' and paid.at = t.at
order by length(p.id), p.id, array_position(array['SPOT', 'ON_DEMAND', 'RESERVED'], a.tier)`;

const ENERGY = `with used as (
  select r.bucket, sum(r.energy_watt_hours) as watt_hours
  from telemetry.rollup_1d r
  where $__timeFilter(r.bucket) and r.gpu_key = any(${GPU_KEYS})
  group by 1),
sold as (
  select date_trunc('day', t.at - interval '1 hour', 'UTC') as bucket, sum(t.rented_seconds) / 3600.0 as hours
  from ${POOLS} p join market.tick t on t.pool = p.pool
  where t.at > date_trunc('day', $__timeFrom()::timestamptz, 'UTC') and t.at <= $__timeTo()
  group by 1)
select u.bucket as "time", u.watt_hours as "energy",
  u.watt_hours / 1000 / nullif(s.hours, 0) * nullif(\${tariff:sqlstring}, '')::numeric as "cost of a sold hour"
from used u left join sold s on s.bucket = u.bucket
order by 1`;

const ratePanel = (title: string, tier: "SPOT" | "ON_DEMAND", rate: string) =>
  ({
    type: "timeseries",
    title,
    description:
      "Rate in force at each full hour and what the tick advises next: rate · exp(k · (occupancy − 0.8)) within bounds " +
      "(market.tick, market.advice). Per GPU and hour; 1 DC = 1 USD.",
    unit: "currencyUSD",
    decimals: 3,
    width: 8,
    draw: "steps",
    fill: 0,
    legend: ["lastNotNull"],
    overrides: [{ match: { regexp: "advised" }, isDashed: true }],
    queries: series(prices(tier, rate)),
  }) as const;

/** What the operator earns, and what it might charge. */
export const MONEY: RowSpec = {
  title: "What do I earn, and what should I charge?",
  panels: [
    {
      type: "timeseries",
      title: "DC burned by epoch",
      description:
        "Burned for use of each pool in each settled epoch (ledger.pool_amount), at the epoch's start; 1 DC = 1 USD.",
      unit: "currencyUSD",
      decimals: 0,
      min: 0,
      width: 8,
      draw: "bars",
      stack: "normal",
      legend: ["sum", "mean"],
      noValue: "no settled epoch in the range",
      queries: series(REVENUE),
    },
    {
      type: "timeseries",
      title: "Who gets the epoch's BCT",
      description:
        "What the chosen pools get of each settled epoch, as the share rule parts it (ledger.pool_amount): operator, all healthy GPUs, GPUs used.",
      unit: BCT,
      decimals: 0,
      min: 0,
      width: 8,
      draw: "bars",
      stack: "normal",
      legend: ["sum", "mean"],
      noValue: "no settled epoch in the range",
      queries: series(REWARDS),
    },
    {
      type: "timeseries",
      title: "Energy, and what it costs a sold hour",
      description:
        "Energy of the GPUs alone by day (telemetry.rollup_1d), and, at the tariff above, by GPU-hour sold that day (market.tick): idle " +
        "GPUs' energy is in it.",
      unit: "watth",
      min: 0,
      width: 8,
      draw: "bars",
      legend: ["sum", "mean"],
      overrides: [
        {
          match: { name: "cost of a sold hour" },
          unit: "currencyUSD",
          decimals: 3,
          isOnRight: true,
          draw: "line",
          fill: 0,
        },
      ],
      queries: series(ENERGY),
    },
    ratePanel("On-demand: asked and advised", "ON_DEMAND", "on_demand_rate"),
    ratePanel("Spot: asked and advised", "SPOT", "spot_rate"),
    {
      type: "table",
      title: "Advice now",
      description:
        "The newest tick of each pool (market.tick, market.advice), beside the median that pools ask for the model in the region and " +
        "what was paid in the last 24 h (market.price_index). Cost: as declared with `bc pricing declare`.",
      unit: "currencyUSD",
      decimals: 3,
      width: 8,
      overrides: [
        { match: { regexp: "^(pool|model|region|tier|why)" }, unit: "none" },
        { match: { regexp: "^(change|occupancy)" }, unit: "percentunit", decimals: 1 },
        {
          match: { name: "change" },
          cell: "color-text",
          thresholds: [
            { value: null, color: "red" },
            { value: 0, color: "green" },
          ],
        },
        { match: { name: "cost" }, noValue: "not declared" },
        { match: { name: "paid" }, noValue: "no trade" },
      ],
      queries: rows(ADVICE),
    },
  ],
};
