import { rows, series, type PanelSpec } from "../spec.ts";

/**
 * Common table expression `total`: DC minted and burned for use by the end of each hour in which either happened, and at the
 * head's block. The hours are those that the subgraph has rolled up.
 */
export const DC_TOTALS = `total as (
  select at, sum(sum(minted)) over (order by at) * 1e-6 as minted_dc, sum(sum(burned)) over (order by at) * 1e-6 as burned_dc
  from (
    select timestamp + interval '1 hour' as at, minted_dc as minted, 0 as burned from chain.economy_hour
    union all select timestamp + interval '1 hour', 0, burned_dc from chain.network_usage_hour
  ) hour group by at
  union all
  select to_timestamp(h.block_timestamp), n.minted_dc * 1e-6, n.burned_dc * 1e-6 from (select * from chain.network limit 1) n cross join chain.head h
)`;

/** Data Credits: where they come from, where they go, and that each is a dollar. */
export const CREDITS: readonly PanelSpec[] = [
  {
    type: "timeseries",
    title: "DC minted, spent, outstanding",
    description:
      "Sums since the beginning, hour by hour (chain.economy_hour, chain.network_usage_hour) and now: minted for BCT, burned for use, and " +
      "what is between, in balances and escrow. 1 DC = 1 USD.",
    unit: "currencyUSD",
    width: 12,
    draw: "steps",
    min: 0,
    legend: ["lastNotNull"],
    queries: series(`with ${DC_TOTALS}
select at as "time", minted_dc as "Minted", burned_dc as "Spent", minted_dc - burned_dc as "Outstanding"
from total where $__timeFilter(at) order by 1`),
  },
  {
    type: "timeseries",
    title: "DC minted and spent by day",
    description:
      "By UTC day: minted for BCT (chain.economy_day) and burned for use (chain.network_usage_day); of the days that the subgraph hasn't " +
      "rolled up yet, the events themselves (chain.economy_point, usage_point).",
    unit: "currencyUSD",
    width: 12,
    draw: "bars",
    minInterval: "1d",
    legend: ["sum", "mean"],
    queries: series(`with day as (
  select timestamp as at, minted_dc as minted, 0 as burned from chain.economy_day
  union all select timestamp, 0, burned_dc from chain.network_usage_day
  union all select date_trunc('day', timestamp, 'UTC'), minted_dc, 0 from chain.economy_point
  where timestamp >= (select coalesce(max(timestamp) + interval '1 day', '-infinity') from chain.economy_day)
  union all select date_trunc('day', timestamp, 'UTC'), 0, amount_dc from chain.usage_point
  where timestamp >= (select coalesce(max(timestamp) + interval '1 day', '-infinity') from chain.network_usage_day)
)
select at as "time", sum(minted) * 1e-6 as "Minted", sum(burned) * 1e-6 as "Spent"
from day where $__timeFilter(at) group by 1 order by 1`),
    overrides: [
      { match: { name: "Minted" }, color: { fixed: "blue" } },
      { match: { name: "Spent" }, color: { fixed: "green" }, isMirrored: true },
    ],
  },
  {
    type: "timeseries",
    title: "Who brings the money in?",
    description:
      "DC minted by UTC day: under a payment reference, that is for somebody who paid a processor in money, or straight from a wallet's " +
      "BCT (chain.credits_mint).",
    unit: "currencyUSD",
    width: 12,
    draw: "bars",
    stack: "normal",
    min: 0,
    minInterval: "1d",
    legend: ["sum", "mean"],
    queries: series(`select to_timestamp(floor(timestamp / 86400) * 86400) as "time",
  coalesce(sum(amount_dc) filter (where payment_reference is null), 0) * 1e-6 as "From BCT",
  coalesce(sum(amount_dc) filter (where payment_reference is not null), 0) * 1e-6 as "From payments in money"
from chain.credits_mint where $__unixEpochFilter(timestamp) group by 1 order by 1`),
  },
  {
    type: "stat",
    title: "A dollar for a credit?",
    description:
      "Dollars of BCT burned for each DC minted in the range, at the price that each mint used (chain.credits_mint): the mean, least and " +
      "most. Never below 1; above it by rounding alone.",
    unit: "currencyUSD",
    decimals: 6,
    width: 6,
    height: 8,
    text: "value_and_name",
    thresholds: [
      { value: null, color: "red" },
      { value: 1, color: "green" },
      { value: 1.0001, color: "yellow" },
    ],
    noValue: "no mint",
    queries:
      rows(`select sum(m.usd) / nullif(sum(m.dc), 0) as "Mean", min(m.usd / m.dc) as "Least", max(m.usd / m.dc) as "Most"
from (select amount_bct * price * 1e-26 as usd, amount_dc * 1e-6 as dc from chain.credits_mint
  where $__unixEpochFilter(timestamp) and amount_dc > 0) m`),
  },
  {
    type: "stat",
    title: "Where outstanding DC are",
    description:
      "Now: free in wallets, and in escrow of rentals and of slots (chain.account, chain.keeper). 1 DC = 1 USD.",
    unit: "currencyUSD",
    decimals: 2,
    width: 6,
    height: 8,
    text: "value_and_name",
    queries: rows(`select (select coalesce(sum(balance_dc), 0) from chain.account) * 1e-6 as "Free",
  (select coalesce(sum(escrow_dc), 0) from chain.keeper) * 1e-6 as "In escrow"`),
  },
];
