import { rising } from "../fields.ts";
import { DATA_AS_OF } from "../shared.ts";
import { BCT, rows, series, type RowSpec, type StatPanel } from "../spec.ts";
import { chanceWithin, discountsOf, FREE_NOW, OF_INDEX, POOLS, POOLS_OF_MODEL, slotRate } from "./sql.ts";

const stat = (spec: Omit<StatPanel, "type" | "width"> & { width?: number }): StatPanel => ({
  type: "stat",
  width: 3,
  ...spec,
});

/** A chance of eviction in a day that a customer with checkpoints bears, and one that hardly any does. */
export const CHANCE_STEPS = rising(0.1, 0.3);

const index = (kind: string): string => `select i.at as "time", i.dc_per_hour * 1e-6 as "USD"
from market.price_index i
where ${OF_INDEX} and i.kind = '${kind}' and i.at <= $__timeTo()
  and i.at >= coalesce((select max(x.at) from market.tick x where x.at <= $__timeFrom()), $__timeFrom()::timestamptz)
order by 1`;

const YEAR_HOURS = 8_760;
const YEAR = `select t.at as "time", min(${slotRate("t.reserved_rate", "d.bps")}) * 1e-6 as "USD"
from ${POOLS} p
join market.tick t on t.pool = p.pool
left join ${discountsOf(String(YEAR_HOURS))} d on d.pool = p.id and d.since <= t.at and (d.until is null or d.until > t.at)
where $__timeFilter(t.at)
group by 1 order by 1`;

const FREE = `select count(*) filter (where p.region = \${region:sqlstring}) as "in the region", count(*) as "of the model"
from ${FREE_NOW} f join chain.pool p on p.id = f.pool`;

const OCCUPANCY = `select h.at as "time", (sum(h.rented) over w)::float8 / nullif(sum(h.available) over w, 0) as "occupancy"
from (
  select t.at, sum(t.rented_seconds) as rented, sum(t.available_seconds) as available
  from ${POOLS} p join market.tick t on t.pool = p.pool
  where t.at > $__timeFrom()::timestamptz - interval '24 hours' and t.at <= $__timeTo()
  group by 1) h
window w as (order by h.at range between interval '23 hours' preceding and current row)
order by 1`;

const CHEAPEST = `select 'pool ' || p.id || ', ' || p.region as "pool", least(min(p.spot_rate_dc_per_hour), min(p.on_demand_rate_dc_per_hour)) * 1e-6 as "an hour"
from ${POOLS_OF_MODEL} p join ${FREE_NOW} f on f.pool = p.id
group by p.id, p.region order by 2, 1 limit 1`;

const EVICTION = `select min(${chanceWithin(1)}) as "1 h", min(${chanceWithin(6)}) as "6 h", min(${chanceWithin(24)}) as "24 h"
from ${POOLS} p join market.hazard z on z.pool = p.pool`;

const IN_BCT = `select (i.dc_per_hour * 100)::numeric / nullif(w.price, 0) as "on demand, an hour", w.price * 1e-8 as "a BCT"
from chain.network w
left join lateral (
  select x.dc_per_hour from market.price_index x
  where x.model = \${model:sqlstring} and x.region = \${region:sqlstring} and x.kind = 'ASK_ON_DEMAND' and x.at <= $__timeTo()
  order by x.at desc limit 1) i on true`;

const price = (title: string, description: string, sql: string): StatPanel =>
  stat({ title, description, unit: "currencyUSD", decimals: 2, noValue: "nothing asked", queries: series(sql) });

/** The market of one model in one region at a glance. */
export const GLANCE: RowSpec = {
  panels: [
    price(
      "Spot",
      "Median of the spot rates in force in the region, each pool weighing as many as it has ACTIVE GPUs (market.price_index, " +
        "ASK_SPOT): per GPU and hour, at each full hour.",
      index("ASK_SPOT"),
    ),
    price(
      "On demand",
      "Median of the on-demand rates in force in the region, weighed likewise (market.price_index, ASK_ON_DEMAND).",
      index("ASK_ON_DEMAND"),
    ),
    price(
      "Reserved, 1 y",
      `The cheapest hour of a slot of ${YEAR_HOURS} hours that a pool in the region asks, its discount for the term taken off ` +
        "(market.tick, chain.discount_change).",
      YEAR,
    ),
    price(
      "Paid, 24 h",
      "What use in the region was settled at: volume-weighted mean of 24 h, a tenth of the volume trimmed at each side " +
        "(market.price_index, TRADE). Never mixed with what is asked.",
      index("TRADE"),
    ),
    stat({
      title: "Free now",
      description:
        "GPUs of the model that can be rented at the last indexed block: ACTIVE, not rented, not booked within the minute (chain).",
      unit: "short",
      text: "value_and_name",
      queries: rows(FREE),
    }),
    stat({
      title: "Occupancy, 24 h",
      description:
        "Sold GPU time (rentals, and hours of slots, used or not) / time in which GPUs were ACTIVE, in the region, over the 24 hours " +
        "up to each full hour (market.tick). Rates rise above 80 %.",
      unit: "percentunit",
      decimals: 1,
      thresholds: rising(0.8, 0.95),
      queries: series(OCCUPANCY),
    }),
    DATA_AS_OF,
    stat({
      title: "Cheapest hour now",
      description:
        "The least that a pool with a free GPU of the model asks for an hour from now, in any region (chain.pool).",
      unit: "currencyUSD",
      decimals: 2,
      width: 8,
      text: "value",
      noValue: "none is free",
      mayBeEmpty: "every GPU of a model can be rented out",
      queries: rows(CHEAPEST),
    }),
    stat({
      title: "Chance that a spot GPU is taken away",
      description:
        "Within 1, 6 and 24 hours, in the region's safest pool: 1 − exp(−λ h), λ = (slots that began on a free GPU in 14 days + ½) / hours " +
        "of ACTIVE GPUs without a booking (market.hazard). Where a booking is known, the offers below say so.",
      unit: "percentunit",
      decimals: 1,
      width: 8,
      text: "value_and_name",
      thresholds: CHANCE_STEPS,
      queries: rows(EVICTION),
    }),
    stat({
      title: "In BCT",
      description:
        "The on-demand median at the price that the network accepted last (market.price_index, chain.network), and that price. " +
        "Data Credits are minted at it.",
      unit: BCT,
      decimals: 3,
      width: 8,
      text: "value_and_name",
      overrides: [{ match: { name: "a BCT" }, unit: "currencyUSD", decimals: 3 }],
      queries: rows(IN_BCT),
    }),
  ],
};
