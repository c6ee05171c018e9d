import { BCT, rows, series, type AnnotationSpec, type RowSpec } from "../spec.ts";

/** What it is paid, and what it would cost. */
export const MONEY: RowSpec = {
  title: "What does it earn?",
  panels: [
    {
      type: "timeseries",
      title: "Data Credits burned by hour",
      description: "Burned for use of this GPU, by hour of the burn in UTC, the first hour whole; 1 DC = 1 USD.",
      unit: "currencyUSD",
      decimals: 2,
      width: 8,
      draw: "bars",
      min: 0,
      legend: ["sum"],
      mayBeEmpty: "nothing is burned while nobody rents it",
      noValue: "not rented in this range",
      queries: series(`select $__timeGroupAlias(timestamp, '1h'), sum(amount_dc) / 1e6 as "DC burned"
from chain.usage_point
where gpu = \${gpu:sqlstring} and timestamp >= date_trunc('hour', $__timeFrom()::timestamptz, 'UTC') and timestamp <= $__timeTo()
group by 1
order by 1`),
    },
    {
      type: "barchart",
      title: "Rewards by epoch",
      description:
        "BCT for the holders of this GPU in each of the last 30 settled epochs: its part of the pool's share, and the bonus for its own use (ledger.gpu_amount).",
      unit: BCT,
      decimals: 2,
      width: 8,
      x: "epoch",
      stack: "normal",
      min: 0,
      noValue: "no epoch settled yet",
      queries:
        rows(`select epoch::text as epoch, share_amount / 1e18 as "share of the pool", bonus_amount / 1e18 as "bonus for use"
from (
  select a.epoch, a.share_amount, a.bonus_amount from ledger.gpu_amount a
  where a.gpu = (\${gpu:sqlstring})::bigint order by a.epoch desc limit 30
) t order by t.epoch`),
    },
    {
      type: "timeseries",
      title: "Rates of its pool",
      description: "Rates per GPU-hour that its pool is asked to charge, by hour (market.tick); 1 DC = 1 USD.",
      unit: "currencyUSD",
      decimals: 2,
      width: 8,
      draw: "steps",
      fill: 0,
      legend: ["lastNotNull", "mean"],
      minInterval: "1h",
      queries:
        series(`select t.at as "time", t.spot_rate / 1e6 as "spot", t.on_demand_rate / 1e6 as "on demand", t.reserved_rate / 1e6 as "reserved"
from market.tick t
where t.pool = (select g.pool::bigint from chain.gpu g where g.id = \${gpu:sqlstring}) and $__timeFilter(t.at)
order by 1`),
    },
  ],
};

/** Ends of epochs whose rewards are settled. */
export const EPOCHS: AnnotationSpec = {
  name: "Epochs",
  color: "blue",
  mayBeEmpty: "a short range may hold no epoch's end",
  sql: `select to_timestamp(e.end_at) as time, 'Epoch ' || e.epoch || ', ' || lower(e.state) as text, 'epoch' as tags
from ledger.epoch e where $__unixEpochFilter(e.end_at) order by e.epoch`,
};
