import { columnOf, linkTo } from "../fields.ts";
import { rows, series, type RowSpec } from "../spec.ts";
import { SCORE_STEPS } from "../operator/glance.ts";
import { CHANCE_STEPS } from "./glance.ts";
import { chanceWithin, discountsOf, FREE_NOW, OF_INDEX, POOLS, POOLS_OF_MODEL, slotRate } from "./sql.ts";

const INDICES = `select i.at as "time",
  case i.kind when 'TRADE' then 'paid' when 'ASK_SPOT' then 'spot, asked' when 'ASK_ON_DEMAND' then 'on demand, asked' else 'reserved, asked' end as metric,
  i.dc_per_hour * 1e-6 as "USD"
from market.price_index i
where ${OF_INDEX} and $__timeFilter(i.at)
order by 1, 2`;

const VOLUME = `select i.at as "time", i.volume / 3600.0 as "paid for in 24 h"
from market.price_index i
where ${OF_INDEX} and i.kind = 'TRADE' and $__timeFilter(i.at)
order by 1`;

const CURVE = `with price as (
  select m.name as moment, t.name as term, t.hours, min(${slotRate("r.reserved_rate_dc_per_hour", "d.bps")}) as reserved,
    min(r.on_demand_rate_dc_per_hour) as on_demand
  from (values ('now', extract(epoch from $__timeTo()::timestamptz)),
    ('before', extract(epoch from $__timeTo()::timestamptz - interval '30 days'))) m(name, at)
  cross join (values ('1 hour', 1), ('1 day', 24), ('3 days', 72), ('1 week', 168), ('30 days', 720), ('1 year', 8760)) t(name, hours)
  cross join ${POOLS} p
  cross join lateral (
    select x.reserved_rate_dc_per_hour, x.on_demand_rate_dc_per_hour from chain.rate_change x
    where x.pool = p.id and x.timestamp <= m.at order by x.timestamp desc, x.block_number desc limit 1) r
  left join lateral (
    select max(s.bps) as bps
    from (select c.min_hours, c.bps from chain.discount_change c
      where c.pool = p.id and c.timestamp <= m.at order by c.timestamp desc, c.block_number desc limit 1) c
    cross join lateral unnest(c.min_hours, c.bps) s(hours, bps)
    where s.hours <= t.hours) d on true
  group by 1, 2, 3)
select term as "term", min(reserved) filter (where moment = 'now') * 1e-6 as "reserved", min(reserved) filter (where moment = 'before') * 1e-6 as "reserved, 30 days ago",
  min(on_demand) filter (where moment = 'now') * 1e-6 as "on demand"
from price
group by term, hours order by hours`;

const DISCOUNT = `select t.at as "time", 'pool ' || p.id as metric,
  (1 - ${slotRate("t.reserved_rate", "d.bps")} / nullif(t.on_demand_rate, 0))::float8 as "discount"
from ${POOLS_OF_MODEL} p
join market.tick t on t.pool = p.pool
left join ${discountsOf("${term:sqlstring}::int4")} d on d.pool = p.id and d.since <= t.at and (d.until is null or d.until > t.at)
where $__timeFilter(t.at)
order by 1, 2`;

const OFFERS = `select 'pool ' || p.id as "pool", p.region as "region", o.name as "operator", p.operator as "operator id", s.score as "score", s.high as "upper end",
  coalesce(f.gpus, 0) as "free GPUs", coalesce(f.day, 0) as "free for a day",
  p.spot_rate_dc_per_hour * 1e-6 as "spot", ${chanceWithin(24)} as "taken in 24 h", p.on_demand_rate_dc_per_hour * 1e-6 as "on demand",
  ${slotRate("p.reserved_rate_dc_per_hour", "d.bps")} * 1e-6 as "reserved", ${slotRate("p.reserved_rate_dc_per_hour", "d.bps")} / p.on_demand_rate_dc_per_hour - 1 as "against on demand"
from ${POOLS_OF_MODEL} p
join chain.operator o on o.id = p.operator
left join reputation.score s on s.subject = p.operator and s.at = (select max(r.at) from reputation.run r)
left join market.hazard z on z.pool = p.pool
left join (
  select x.pool, count(*) as gpus, count(*) filter (where x.next is null or x.next >= x.now + 86400) as day
  from ${FREE_NOW} x group by 1) f on f.pool = p.id
left join lateral (
  select max(c.bps) as bps from unnest(p.discount_min_hours, p.discount_bps) c(hours, bps) where c.hours <= \${term:sqlstring}::int4) d on true
order by 11, length(p.id), p.id`;

/** What the model costs, where, and for how long. */
export const PRICES: RowSpec = {
  title: "What does it cost?",
  panels: [
    {
      type: "table",
      title: "Pools of the model, in every region",
      description:
        "Rates in force per GPU and hour (chain.pool), reserved for the chosen term with its discount; the operator's score and the upper end of " +
        "its interval (reputation.score); GPUs free now, and free for a day; the chance that a reservation takes a spot GPU (market.hazard).",
      unit: "currencyUSD",
      decimals: 3,
      width: 24,
      height: 6,
      overrides: [
        { match: { regexp: "^(pool|region|operator|operator id)$" }, unit: "none" },
        {
          match: { name: "operator" },
          links: [linkTo("This operator", "bc-operator", { operator: columnOf("operator id") })],
        },
        { match: { name: "operator id" }, isHidden: true },
        {
          match: { name: "score" },
          unit: "none",
          decimals: 1,
          cell: "color-text",
          thresholds: SCORE_STEPS,
          noValue: "not yet",
        },
        { match: { name: "upper end" }, unit: "none", decimals: 1 },
        { match: { regexp: "^free" }, unit: "short", decimals: 0 },
        {
          match: { name: "taken in 24 h" },
          unit: "percentunit",
          decimals: 1,
          cell: "color-text",
          thresholds: CHANCE_STEPS,
        },
        { match: { name: "against on demand" }, unit: "percentunit", decimals: 1 },
      ],
      queries: rows(OFFERS),
    },
    {
      type: "timeseries",
      title: "Paid and asked",
      description:
        "Indices of the model in the region at each full hour, per GPU and hour (market.price_index): what use was settled at in 24 h, and the " +
        "medians of what is asked by tier, weighed by ACTIVE GPUs. A gap: no trade, or nobody asks.",
      unit: "currencyUSD",
      decimals: 3,
      width: 12,
      fill: 0,
      draw: "steps",
      legend: ["lastNotNull", "min", "max"],
      overrides: [{ match: { name: "paid" }, lineWidth: 3, color: { fixed: "purple" } }],
      queries: series(INDICES),
    },
    {
      type: "barchart",
      title: "Price by term",
      description:
        "The cheapest hour of a slot of each length that a pool in the region asks, now and 30 days before, its discount taken off and rounded " +
        "up as the contract does (chain.rate_change, discount_change); beside it on demand, which needs no term.",
      unit: "currencyUSD",
      decimals: 3,
      min: 0,
      width: 12,
      x: "term",
      queries: rows(CURVE),
    },
    {
      type: "timeseries",
      title: "Discount of the term against on demand",
      description:
        "1 − reserved rate for the chosen term / on-demand rate of the same pool, every pool of the model (market.tick, chain.discount_change).",
      unit: "percentunit",
      decimals: 1,
      width: 12,
      draw: "steps",
      fill: 0,
      legend: ["lastNotNull", "min", "max"],
      queries: series(DISCOUNT),
    },
    {
      type: "timeseries",
      title: "GPU-hours traded",
      description:
        "GPU time that the burns of the last 24 h paid for in the region, at each full hour (market.price_index, TRADE).",
      unit: "suffix: h",
      min: 0,
      width: 12,
      legend: ["mean", "max"],
      queries: series(VOLUME),
    },
  ],
};
