import { falling } from "../fields.ts";
import { FINAL } from "../money.ts";
import { DATA_AS_OF } from "../shared.ts";
import { BCT, rows, series, type PanelSpec } from "../spec.ts";
import { COST_AND_INCOME, HOLDING, RECENT_DAYS, REWARD, TOKEN_UNKNOWN, TRADE, WALLET } from "./scope.ts";

const rewards = (column: string, name: string): string => `with ${FINAL}, ${REWARD}
select start_at as "time", sum(${column}) as "${name}"
from reward where $__timeFilter(at) group by 1 order by 1`;

/** The wallet in six numbers. */
export const GLANCE: readonly PanelSpec[] = [
  {
    type: "stat",
    title: "Earned",
    description:
      "BCT that final epochs of the range pay this wallet, claimed or not: Σ ledger.line_sum of epochs whose root the chain has. " +
      "An epoch's rewards fall on its last second. Whole wallet, all pools.",
    unit: BCT,
    decimals: 2,
    width: 3,
    calc: "sum",
    noValue: "none yet",
    queries: series(rewards("wei * 1e-18", "Rewards")),
  },
  {
    type: "stat",
    title: "Value earned",
    description:
      "The same in dollars: each epoch's BCT at the last price that the network had accepted by the epoch's end (chain.price_tick).",
    unit: "currencyUSD",
    decimals: 2,
    width: 3,
    calc: "sum",
    noValue: "none yet",
    queries: series(rewards("usd", "Value")),
  },
  {
    type: "stat",
    title: "Claimable now",
    description:
      "What the wallet has earned by the last final epoch (its leaf, ledger.claim) less what it was paid (chain.account.claimed_bct), " +
      "and that at the present price. Anyone may push it into the wallet.",
    unit: BCT,
    decimals: 2,
    width: 3,
    text: "value",
    noValue: "never earned",
    queries: rows(`select c.due * 1e-18 as "Claimable", c.due * n.price * 1e-26 as "USD"
from (select * from chain.network limit 1) n cross join (
  select greatest(c.cumulative - coalesce(a.claimed_bct, 0), 0) as due
  from ledger.epoch l join ledger.claim c on c.epoch = l.epoch left join chain.account a on a.id = c.account
  where l.settled_at is not null and c.account = ${WALLET}
    and l.epoch = (select max(e.number) from chain.epoch e where e.status::text = 'FINALIZED')
) c`),
    overrides: [{ match: { name: "USD" }, unit: "currencyUSD" }],
  },
  {
    type: "stat",
    title: "Net cash flow",
    description:
      "Dollars since the wallet's first cash flow up to the range's end: rewards when paid, plus sales and royalties, less purchases on " +
      "the exchange, each at the price of its time. Blank once a price was in a token that has no price in dollars.",
    unit: "currencyUSD",
    decimals: 2,
    width: 3,
    thresholds: [
      { value: null, color: "red" },
      { value: 0, color: "green" },
    ],
    noValue: "–",
    mayBeEmpty: TOKEN_UNKNOWN,
    queries: rows(`with ${FINAL}, ${REWARD}, ${TRADE}, flow as (
  select at, usd from reward union all select at, usd from trade)
select case when count(*) = count(usd) then sum(usd) end as "Net"
from flow where at <= $__timeTo()`),
  },
  {
    type: "stat",
    title: "Yield on cost",
    description:
      "Income of the last 30 days of final epochs (or since the GPU was got, where that is less), × 365 / days / cost, simple, over the " +
      "chosen GPUs that the wallet bought on the exchange; what came in another way has no cost and is left out.",
    unit: "percentunit",
    decimals: 1,
    width: 3,
    thresholds: falling(0.1, 0.25),
    noValue: "cost unknown",
    mayBeEmpty: "a wallet that bought nothing on the exchange has no cost",
    queries: rows(`with ${FINAL}, ${HOLDING}, ${COST_AND_INCOME}
select sum(365 / d.days * i.usd) / nullif(sum(c.usd), 0) as "Yield"
from holding h join cost c on c.gpu = h.gpu
cross join lateral (select ${RECENT_DAYS} as days) d
left join lateral (select sum(usd) as usd from income where gpu = h.gpu and is_recent) i on true
where d.days is not null`),
  },
  {
    type: "stat",
    title: "GPUs held",
    description: "GPU NFTs that the wallet holds, day by day (chain.gpu_ownership); retired ones too.",
    unit: "short",
    width: 3,
    queries: series(`select t.at as "time", count(o.id) as "GPUs"
from generate_series($__timeFrom()::timestamptz, $__timeTo()::timestamptz, ($__timeTo()::timestamptz - $__timeFrom()::timestamptz) / 60) t(at)
left join chain.gpu_ownership o on o.owner = ${WALLET} and to_timestamp(o.from_at) <= t.at
  and (o.to_at is null or to_timestamp(o.to_at) > t.at)
group by 1 order by 1`),
  },
  DATA_AS_OF,
];
