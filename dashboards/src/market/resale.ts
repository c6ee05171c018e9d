import { rows, series, type RowSpec } from "../spec.ts";
import { POOLS_OF_MODEL, slotRate } from "./sql.ts";

/** The network's last price of BCT by a time, USD with 8 decimals. */
const priceBy = (at: string): string => `left join lateral (
  select k.price from chain.price_tick k where k.timestamp <= ${at} order by k.timestamp desc, k.id desc limit 1) u on true`;

/** What a price in the token of `ledger.token c` is in dollars: null for a token but BCT, as nobody tells its price. */
const USD = (price: string): string => `case when c.is_bct then ${price} / 10 ^ c.decimals * u.price * 1e-8 end`;

/** Sales of slots of the model: hours left when sold, dollars by hour, and what the hour had cost. */
const SALES = `select to_timestamp(s.timestamp::float8) as at, l.id as slot, l.pool, greatest(l.end_hour - greatest(l.start_hour, ceil(s.timestamp / 3600)), 0) as hours,
    s.price / 10 ^ c.decimals as paid, c.symbol, ${USD("s.price")} as usd, l.hourly_dc * 1e-6 as cost
  from chain.sale s
  join chain.slot l on l.id = s.slot
  join ${POOLS_OF_MODEL} p on p.id = l.pool
  left join ledger.token c on c.address = s.currency
  ${priceBy("to_timestamp(s.timestamp::float8)")}`;

const TRADES = `select x.at as "at", x.slot as "slot", 'pool ' || x.pool as "pool", x.hours as "hours left", x.paid as "paid", x.symbol as "token",
  x.usd as "USD", x.usd / nullif(x.hours, 0) as "USD an hour", x.cost as "first cost", x.usd / nullif(x.hours, 0) / nullif(x.cost, 0) - 1 as "margin"
from (${SALES}) x
where $__timeFilter(x.at)
order by 1 desc limit 200`;

const MARGIN = `select x.at as "time", 'pool ' || x.pool as metric, (x.usd / nullif(x.hours, 0) / nullif(x.cost, 0) - 1)::float8 as "margin"
from (${SALES}) x
where $__timeFilter(x.at)
order by 1, 2`;

const LISTED = `select l.id as "slot", 'pool ' || l.pool as "pool", to_timestamp(l.start_hour::float8 * 3600) as "from",
  w.hours as "hours left", o.price / 10 ^ c.decimals as "price", c.symbol as "token",
  ${USD("o.price")} / v.hours as "USD an hour", v.direct * 1e-6 as "reserved anew", ${USD("o.price")} / v.hours / (v.direct * 1e-6) - 1 as "against it"
from chain.head h
cross join chain.listing o
join chain.slot l on l.id = o.slot and not l.is_gone and l.end_hour::int8 * 3600 > h.block_timestamp
join ${POOLS_OF_MODEL} p on p.id = l.pool
left join ledger.token c on c.address = o.currency
${priceBy("to_timestamp(h.block_timestamp)")}
cross join lateral (select l.end_hour - greatest(l.start_hour, ceil(h.block_timestamp / 3600.0)::int4) as hours) w
left join lateral (select max(d.bps) as bps from unnest(p.discount_min_hours, p.discount_bps) d(hours, bps) where d.hours <= w.hours) d on true
cross join lateral (select nullif(w.hours, 0) as hours, ${slotRate("p.reserved_rate_dc_per_hour", "d.bps")} as direct) v
where o.is_open
order by 9 nulls last limit 200`;

const SPLITS = `select 'pool ' || p.id || ', ' || p.region as "pool", d.hours - 1 as "hours", e.rate * (d.hours - 1) * 1e-6 as "directly",
  d.hours as "longer slot", f.rate * d.hours * 1e-6 as "as the longer slot", (f.rate * d.hours - e.rate * (d.hours - 1)) * 1e-6 as "difference"
from ${POOLS_OF_MODEL} p
cross join lateral unnest(p.discount_min_hours, p.discount_bps) with ordinality d(hours, bps, place)
left join lateral unnest(p.discount_min_hours, p.discount_bps) with ordinality b(hours, bps, place) on b.place = d.place - 1
cross join lateral (select ${slotRate("p.reserved_rate_dc_per_hour", "b.bps")} as rate) e
cross join lateral (select ${slotRate("p.reserved_rate_dc_per_hour", "d.bps")} as rate) f
where d.hours > 1
order by 6, length(p.id), p.id, d.hours`;

/** What slots change hands for, and where a price can be beaten. */
export const RESALE: RowSpec = {
  title: "What are slots resold for, and where can a price be beaten?",
  panels: [
    {
      type: "table",
      title: "Slots on sale",
      description:
        "Open listings of slots of the model (chain.listing): dollars for each hour left, at the last price of BCT, beside what the pool asks for a slot of " +
        "as many hours reserved anew. Below zero: cheaper than from the pool.",
      unit: "none",
      width: 14,
      mayBeEmpty: "no slot of the model is listed",
      overrides: [
        { match: { name: "from" }, unit: "dateTimeAsIso", width: 150 },
        { match: { regexp: "^(slot|pool|token)$" }, width: 65 },
        { match: { regexp: "^(price|hours left)$" }, width: 85 },
        { match: { regexp: "^(USD an hour|reserved anew)$" }, unit: "currencyUSD", decimals: 3 },
        { match: { name: "price" }, decimals: 2 },
        {
          match: { name: "against it" },
          unit: "percentunit",
          decimals: 1,
          cell: "color-text",
          thresholds: [
            { value: null, color: "green" },
            { value: 0, color: "red" },
          ],
        },
      ],
      queries: rows(LISTED),
    },
    {
      type: "table",
      title: "Just below a discount",
      description:
        "What a slot an hour shorter than a discount's first term costs directly, and the longer slot with the discount, whose last hour can be split off and " +
        "sold (chain.pool). Below zero: the longer one is cheaper.",
      unit: "currencyUSD",
      decimals: 2,
      width: 10,
      overrides: [
        { match: { name: "pool" }, unit: "none" },
        { match: { regexp: "^(hours|longer slot)$" }, unit: "suffix: h", decimals: 0 },
        {
          match: { name: "difference" },
          cell: "color-text",
          thresholds: [
            { value: null, color: "green" },
            { value: 0, color: "text" },
          ],
        },
      ],
      mayBeEmpty: "a model whose pools have no discounts",
      queries: rows(SPLITS),
    },
    {
      type: "table",
      title: "Slots sold",
      description:
        "Sales of slots of the model within the range (chain.sale, slot): what was paid, in dollars at the price of BCT then, by hour left, and against what the " +
        "hour had cost at first. Tokens but BCT have no price.",
      unit: "none",
      width: 12,
      mayBeEmpty: "no slot of the model was sold",
      overrides: [
        { match: { name: "at" }, unit: "dateTimeAsIso", width: 160 },
        { match: { regexp: "^(USD|USD an hour|first cost)$" }, unit: "currencyUSD", decimals: 3 },
        { match: { name: "paid" }, decimals: 2 },
        { match: { name: "margin" }, unit: "percentunit", decimals: 1 },
      ],
      queries: rows(TRADES),
    },
    {
      type: "timeseries",
      title: "Margin of resales",
      description:
        "Dollars for an hour left when the slot was sold / what the hour had cost at first − 1, each sale (chain.sale, slot).",
      unit: "percentunit",
      decimals: 1,
      width: 12,
      draw: "points",
      legend: ["mean"],
      mayBeEmpty: "no slot of the model was sold",
      queries: series(MARGIN),
    },
  ],
};
