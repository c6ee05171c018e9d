import { ENDED, usd } from "../money.ts";
import { BCT, series, type PanelSpec } from "../spec.ts";

/** What burning and minting make of the token. */
export const TOKENS: readonly PanelSpec[] = [
  {
    type: "timeseries",
    title: "Burned for DC, minted as rewards",
    description:
      "BCT by final epoch, drawn at its beginning: minted as rewards above zero, burned to mint DC below (chain.epoch).",
    unit: BCT,
    width: 12,
    draw: "bars",
    minInterval: "1d",
    legend: ["sum", "mean"],
    queries: series(`with ${ENDED}
select start_at as "time", minted_bct * 1e-18 as "Minted as rewards", burned_bct * 1e-18 as "Burned for DC"
from ended where $__timeFilter(at) order by 1`),
    overrides: [
      { match: { name: "Minted as rewards" }, color: { fixed: "blue" } },
      { match: { name: "Burned for DC" }, color: { fixed: "orange" }, isMirrored: true },
    ],
  },
  {
    type: "timeseries",
    title: "The same in dollars",
    description:
      "By final epoch: rewards minted at the last price by its end, and DC burned for use, which are dollars (chain.epoch, chain.price_tick).",
    unit: "currencyUSD",
    width: 12,
    draw: "bars",
    minInterval: "1d",
    legend: ["sum", "mean"],
    queries: series(`with ${ENDED}
select start_at as "time", ${usd("minted_bct", "price")} as "Rewards", burned_dc * 1e-6 as "Spent by customers"
from ended where $__timeFilter(at) order by 1`),
    overrides: [
      { match: { name: "Rewards" }, color: { fixed: "blue" } },
      { match: { name: "Spent by customers" }, color: { fixed: "green" }, isMirrored: true },
    ],
  },
  {
    type: "timeseries",
    title: "Equilibrium",
    description:
      "Over seven epochs: BCT burned for DC / BCT minted as rewards; at 1 the supply stands still, above it shrinks. And what use was worth / " +
      "minted, which is at least 1 while κ is at most 1. Drawn up to 3 (chain.epoch).",
    unit: "none",
    decimals: 2,
    width: 12,
    fill: 0,
    min: 0,
    max: 3,
    minInterval: "1d",
    thresholds: [
      { value: null, color: "green" },
      { value: 1, color: "red" },
    ],
    hasThresholdLines: true,
    legend: ["lastNotNull", "min"],
    queries: series(`with ${ENDED}, week as (
  select start_at, at, sum(burned_bct) over w / nullif(sum(minted_bct) over w, 0) as burned,
    sum(bct_equivalent) over w / nullif(sum(minted_bct) over w, 0) as used
  from ended window w as (order by epoch rows between 6 preceding and current row)
)
select start_at as "time", burned as "Burned / minted", used as "Worth of use / minted" from week where $__timeFilter(at) order by 1`),
  },
  {
    type: "timeseries",
    title: "What bounds an epoch's budget",
    description:
      "budget = min(schedule + re-emission, κ × worth of use): the two terms, and what was minted. The smaller one decides; " +
      "schedule and re-emission against the right axis (chain.epoch).",
    unit: BCT,
    width: 12,
    min: 0,
    minInterval: "1d",
    legend: ["lastNotNull", "mean"],
    queries: series(`with ${ENDED}
select start_at as "time", ceiling_bct * 1e-18 as "κ × worth of use", minted_bct * 1e-18 as "Minted",
  (scheduled_bct + re_emission_bct) * 1e-18 as "Schedule + re-emission"
from ended where $__timeFilter(at) order by 1`),
    overrides: [
      { match: { name: "Schedule + re-emission" }, isOnRight: true, isDashed: true },
      { match: { name: "Minted" }, draw: "points" },
    ],
  },
  {
    type: "timeseries",
    title: "Price: accepted, and as reported",
    description:
      "USD per BCT: what the network accepted (chain.price_tick), the lowest and highest of its reporters' in each hour " +
      "(chain.price_report), and what mints of DC used, the lower of feed and 30-minute mean (chain.credits_mint).",
    unit: "currencyUSD",
    decimals: 4,
    width: 24,
    legend: ["lastNotNull", "min", "max"],
    queries: [
      ...series(`select timestamp as "time", price * 1e-8 as "Accepted" from chain.price_tick
where $__timeFilter(timestamp) order by 1`),
      ...series(`select to_timestamp(floor(timestamp / 3600) * 3600 + 1800) as "time", max(price) * 1e-8 as "Highest report",
  min(price) * 1e-8 as "Lowest report" from chain.price_report where $__unixEpochFilter(timestamp) group by 1 order by 1`),
      ...series(`select to_timestamp(timestamp) as "time", min(price) * 1e-8 as "Used by a mint" from chain.credits_mint
where $__unixEpochFilter(timestamp) group by timestamp order by 1`),
    ],
    overrides: [
      { match: { name: "Accepted" }, draw: "steps", lineWidth: 2, fill: 0 },
      { match: { regexp: "report$" }, color: { fixed: "text" }, lineWidth: 1, fill: 0 },
      { match: { name: "Highest report" }, fillBelowTo: "Lowest report", fill: 15 },
      { match: { name: "Used by a mint" }, draw: "points" },
    ],
  },
];
