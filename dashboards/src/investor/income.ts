import { FINAL, usd } from "../money.ts";
import { BCT, rows, series, type PanelSpec } from "../spec.ts";
import { GPUS, POOLS, REWARD, TRADE, WALLET } from "./scope.ts";

const byPool = (value: string): string => `with ${FINAL}
select f.start_at as "time", 'Pool ' || p.id || ' ' || p.model as "metric", ${value} as "value"
from final f join ledger.line_sum s on s.epoch = f.epoch join chain.pool p on p.id = s.pool::text
where s.account = ${WALLET} and p.id = any(${POOLS}) and $__timeFilter(f.at)
group by f.start_at, f.price, p.id, p.model order by 1, 2`;

/** What came in, and which rule brought it. */
export const INCOME: readonly PanelSpec[] = [
  {
    type: "timeseries",
    title: "Rewards by epoch and pool",
    description:
      "BCT that each final epoch pays the wallet, by pool (ledger.line_sum), drawn at the epoch's beginning. Chosen pools.",
    unit: BCT,
    width: 12,
    draw: "bars",
    stack: "normal",
    min: 0,
    minInterval: "1d",
    legend: ["sum", "mean"],
    queries: series(byPool("sum(s.amount) * 1e-18")),
  },
  {
    type: "timeseries",
    title: "The same in dollars",
    description: "Each epoch's rewards at the last price that the network had accepted by its end. Chosen pools.",
    unit: "currencyUSD",
    width: 12,
    draw: "bars",
    stack: "normal",
    min: 0,
    minInterval: "1d",
    legend: ["sum", "mean"],
    queries: series(byPool(usd("sum(s.amount)", "f.price"))),
  },
  {
    type: "timeseries",
    title: "Where a reward comes from",
    description:
      "BCT by share rule: pool share (for every GPU that wasn't down), bonus for the GPUs used (by what was burned for them), and the " +
      "operator's share where the wallet is paid one. Kinds of ledger.line_sum; whole wallet.",
    unit: BCT,
    width: 12,
    draw: "bars",
    stack: "normal",
    min: 0,
    minInterval: "1d",
    legend: ["sum", "mean"],
    queries: series(`with ${FINAL}, ${REWARD}
select start_at as "time", sum(wei) filter (where kind = 1) * 1e-18 as "Pool share",
  sum(wei) filter (where kind = 2) * 1e-18 as "Bonus for use", sum(wei) filter (where kind = 0) * 1e-18 as "Operator's share"
from reward where $__timeFilter(at) group by 1 order by 1`),
  },
  {
    type: "timeseries",
    title: "Smoothness: mine against the pool",
    description:
      "Reward per member-second over the pool's mean in that epoch: of the chosen GPUs together, and the 10th and 90th percentile of all " +
      "GPUs of the chosen pools. 1: exactly the mean. A narrow band is what pooling promises (ledger.gpu_amount).",
    unit: "none",
    decimals: 2,
    width: 12,
    min: 0,
    minInterval: "1d",
    thresholds: [
      { value: null, color: "green" },
      { value: 1, color: "text" },
    ],
    hasThresholdLines: true,
    queries: series(`with ${FINAL}, gpu as (
  select f.start_at, a.gpu, a.member_seconds, (a.share_amount + a.bonus_amount) as amount,
    sum(a.share_amount + a.bonus_amount) over pool / nullif(sum(a.member_seconds) over pool, 0) * a.member_seconds as mean
  from final f join ledger.gpu_amount a on a.epoch = f.epoch
  where $__timeFilter(f.at) and a.pool = any(${POOLS}::int8[])
  window pool as (partition by a.epoch, a.pool)
)
select start_at as "time",
  percentile_cont(0.9) within group (order by (amount / mean)::float8) as "90th percentile",
  sum(amount) filter (where gpu = any(${GPUS}::int8[])) / nullif(sum(mean) filter (where gpu = any(${GPUS}::int8[])), 0) as "My GPUs",
  percentile_cont(0.1) within group (order by (amount / mean)::float8) as "10th percentile"
from gpu where mean > 0 group by 1 order by 1`),
    overrides: [
      { match: { regexp: "percentile" }, color: { fixed: "text" }, lineWidth: 1, fill: 0 },
      { match: { name: "90th percentile" }, fillBelowTo: "10th percentile", fill: 15 },
      { match: { name: "My GPUs" }, color: { fixed: "green" }, lineWidth: 3, fill: 0 },
    ],
  },
  {
    type: "timeseries",
    title: "How the GPUs were used",
    description:
      "By epoch, of the wallet's GPUs in the chosen pools while they were its (ledger.use_sum). Occupancy: rented / available time. Uptime: " +
      "up / (up + down). Utilization: busy / covered by samples. Three numbers, never mixed.",
    unit: "percentunit",
    width: 12,
    fill: 0,
    min: 0,
    max: 1,
    minInterval: "1d",
    mayBeEmpty: "use is kept an epoch at a time, once its telemetry is complete: in the first minutes there is none",
    legend: ["mean", "min"],
    queries: series(`with ${FINAL}
select f.start_at as "time", sum(u.rented_seconds) / nullif(sum(u.available_seconds), 0) as "Occupancy",
  sum(u.up_minutes) / nullif(sum(u.up_minutes + u.down_minutes), 0) as "Uptime",
  sum(u.busy_seconds) / nullif(sum(u.covered_seconds), 0) as "Utilization"
from final f join ledger.use_sum u on u.epoch = f.epoch
where u.account = ${WALLET} and u.pool = any(${POOLS}::int8[]) and $__timeFilter(f.at)
group by 1 order by 1`),
  },
  {
    type: "timeseries",
    title: "Cumulative cash flow",
    description:
      "Dollars since the wallet's first cash flow, each at the price of its time: rewards when paid, trades on the exchange (sales and " +
      "royalties less purchases), and both. Ends where a price was in a token without a price in dollars. Whole wallet.",
    unit: "currencyUSD",
    width: 12,
    draw: "steps",
    thresholds: [
      { value: null, color: "green" },
      { value: 0, color: "red" },
    ],
    hasThresholdLines: true,
    legend: ["lastNotNull", "min"],
    queries: series(`with ${FINAL}, ${REWARD}, ${TRADE}, flow as (
  select at, usd as reward, 0 as trade, false as is_unknown from reward
  union all select at, 0, usd, usd is null from trade
), total as (
  select at, sum(sum(reward)) over before as rewards, sum(sum(trade)) over before as trades,
    bool_or(bool_or(is_unknown)) over before as is_unknown
  from flow group by at window before as (order by at)
)
select at as "time", rewards as "Rewards", case when not is_unknown then trades end as "Trades",
  case when not is_unknown then rewards + trades end as "Net"
from total where $__timeFilter(at) order by 1`),
    overrides: [{ match: { name: "Net" }, lineWidth: 3, fill: 0 }],
  },
];

/** Every line of the statement. */
export const STATEMENT: PanelSpec = {
  type: "table",
  title: "Statement",
  description:
    "Cash flows of the range, the latest first, at most 1,000: rewards by epoch, kind and pool (ledger.line_sum), and trades " +
    "(chain.sale). The API's statement has each GPU's line with its burns and transactions.",
  unit: "none",
  width: 24,
  height: 10,
  queries: rows(`with ${FINAL}, ${TRADE}
select * from (
  select f.at as "Time", (array['Operator''s share', 'Pool share', 'Bonus for use'])[s.kind + 1] as "Kind", f.epoch as "Epoch",
    s.pool::text as "Pool", null as "GPU", s.line_count as "Lines", s.amount * 1e-18 as "Amount", 'BCT' as "Token",
    ${usd("s.amount", "f.price")} as "USD"
  from final f join ledger.line_sum s on s.epoch = f.epoch
  where s.account = ${WALLET} and $__timeFilter(f.at)
  union all
  select r.at, r.kind, null, null, coalesce(r.gpu, 'slot ' || r.slot), 1, r.wei / 10::numeric ^ coalesce(t.decimals, 0),
    coalesce(t.symbol, '0x' || encode(r.currency, 'hex')), r.usd
  from trade r left join ledger.token t on t.address = r.currency where $__timeFilter(r.at)
) x order by "Time" desc, "Kind", "Pool" limit 1000`),
  overrides: [
    { match: { name: "Time" }, unit: "dateTimeAsIso", width: 170 },
    { match: { name: "Amount" }, decimals: 4 },
    { match: { name: "USD" }, unit: "currencyUSD", decimals: 2 },
  ],
};
