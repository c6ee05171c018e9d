import { columnOf, linkTo, rising } from "../fields.ts";
import { ENDED, hex, nameOf } from "../money.ts";
import { BCT, rows, series, type PanelSpec } from "../spec.ts";

/** Common table expressions `payer` and `earner`: what each burned and earned in the range, and its share. */
const SHARES = `with ${ENDED}, payer as (
  select payer as account, sum(amount_dc) as dc, sum(amount_dc) / sum(sum(amount_dc)) over () as share
  from chain.usage_point where $__timeFilter(timestamp) group by payer
), earner as (
  select c.account, sum(c.earned) as wei, sum(c.earned) / nullif(sum(sum(c.earned)) over (), 0) as share
  from ended e join ledger.claim c on c.epoch = e.epoch where $__timeFilter(e.at) group by c.account
)`;

/** Who earns and who pays, and on how few the network stands. */
export const SHARE_PANELS: readonly PanelSpec[] = [
  {
    type: "table",
    title: "Rewards by operator",
    description:
      "Of the range's final epochs (ledger.pool_amount): what customers spent at the operator's pools and what these were paid, operator " +
      "and owners together. Each epoch's budget is parted by DC: what the two shares differ by in any epoch, at most, is rounding.",
    unit: "none",
    width: 16,
    queries: rows(`with ${ENDED}, part as (
  select e.epoch, e.price, a.operator, sum(a.burned_dc) as dc, sum(a.amount) as wei, sum(a.operator_amount) as own,
    sum(a.burned_dc) / nullif(sum(sum(a.burned_dc)) over epoch, 0) as dc_share,
    sum(a.amount) / nullif(sum(sum(a.amount)) over epoch, 0) as paid_share
  from ended e join ledger.pool_amount a on a.epoch = e.epoch where $__timeFilter(e.at)
  group by e.epoch, e.price, a.operator window epoch as (partition by e.epoch)
)
select o.name as "Operator", sum(p.dc) * 1e-6 as "DC burned", sum(p.dc) / nullif(sum(sum(p.dc)) over (), 0) as "Share of DC",
  sum(p.wei) * 1e-18 as "Paid", sum(p.wei * p.price) * 1e-26 as "Paid USD",
  sum(p.wei) / nullif(sum(sum(p.wei)) over (), 0) as "Share of rewards", sum(p.own) * 1e-18 as "To the operator",
  max(abs(p.dc_share - p.paid_share)) as "Differs by"
from part p join chain.operator o on o.id = p.operator::text
group by o.id, o.name order by sum(p.dc) desc`),
    overrides: [
      { match: { regexp: "^(DC burned|Paid USD)$" }, unit: "currencyUSD", decimals: 0 },
      { match: { regexp: "^(Paid|To the operator)$" }, unit: BCT, decimals: 0 },
      { match: { regexp: "^Share" }, unit: "percentunit", decimals: 1, min: 0, max: 1, cell: "gauge" },
      {
        match: { name: "Differs by" },
        unit: "percentunit",
        decimals: 4,
        cell: "color-text",
        thresholds: [
          { value: null, color: "green" },
          { value: 1e-6, color: "red" },
        ],
      },
    ],
  },
  {
    type: "stat",
    title: "Concentration",
    description:
      "Herfindahl–Hirschman index, Σ share², of the range: of customers by DC burned (chain.usage_point) and of earners by rewards " +
      "(ledger.claim). 1 / n if all are alike, 1 if it is one alone; 0.25 is usually called concentrated.",
    unit: "none",
    decimals: 3,
    width: 8,
    height: 8,
    text: "value_and_name",
    thresholds: rising(0.15, 0.25),
    noValue: "nothing yet",
    queries: rows(`${SHARES}
select (select sum(share ^ 2) from payer) as "Customers", (select sum(share ^ 2) from earner) as "Earners"`),
  },
  {
    type: "bargauge",
    title: "Largest customers",
    description: "Share of the range's DC burned for use, by customer, the ten largest (chain.usage_point).",
    unit: "percentunit",
    decimals: 1,
    width: 12,
    min: 0,
    isByRow: true,
    noValue: "no use yet",
    queries: rows(`${SHARES}
select ${nameOf("account")} as "Customer", share as "Share" from payer order by share desc, account limit 10`),
  },
  {
    type: "bargauge",
    title: "Largest earners",
    description: "Share of the rewards of the range's final epochs, by wallet, the ten largest (ledger.claim).",
    unit: "percentunit",
    decimals: 1,
    width: 12,
    min: 0,
    isByRow: true,
    noValue: "no rewards yet",
    queries: rows(`${SHARES}
select ${nameOf("account")} as "Wallet", share as "Share" from earner order by share desc, account limit 10`),
  },
  {
    type: "table",
    title: "All earners",
    description:
      "Wallets that the range's final epochs pay, the most first, at most 100 (ledger.claim), and GPU NFTs that they hold now. A click " +
      "opens the wallet's cash flow.",
    unit: "none",
    width: 24,
    queries: rows(`${SHARES}
select ${hex("e.account")} as "Wallet", ${nameOf("e.account")} as "Name", coalesce(a.gpu_count, 0) as "GPUs", e.wei * 1e-18 as "Earned",
  e.share as "Share", coalesce(a.claimed_bct, 0) * 1e-18 as "Paid out ever"
from earner e left join chain.account a on a.id = e.account order by e.wei desc, e.account limit 100`),
    overrides: [
      {
        match: { name: "Wallet" },
        links: [linkTo("This wallet's cash flow", "bc-investor", { wallet: columnOf("Wallet") })],
      },
      { match: { name: "Share" }, unit: "percentunit", decimals: 1 },
      { match: { regexp: "^(Earned|Paid out ever)$" }, unit: BCT, decimals: 2 },
    ],
  },
];

/** How many take part, day by day. */
export const PARTICIPANTS: readonly PanelSpec[] = [
  {
    type: "timeseries",
    title: "Active wallets",
    description:
      "By UTC day or epoch: customers whose use was burned for and operators whose pools were used, that is of which more than nothing was " +
      "burned (chain.payer_usage_day, operator_usage_day), and wallets that the epoch pays (ledger.claim).",
    unit: "short",
    width: 12,
    min: 0,
    draw: "steps",
    fill: 0,
    minInterval: "1d",
    legend: ["lastNotNull", "max"],
    queries: [
      ...series(`select timestamp as "time", count(distinct payer) as "Customers" from chain.payer_usage_day
where $__timeFilter(timestamp) and burned_dc > 0 group by 1 order by 1`),
      ...series(`select timestamp as "time", count(distinct operator) as "Operators" from chain.operator_usage_day
where $__timeFilter(timestamp) and burned_dc > 0 group by 1 order by 1`),
      ...series(`with ${ENDED}
select e.start_at as "time", count(*) filter (where c.earned > 0) as "Wallets paid" from ended e join ledger.claim c on c.epoch = e.epoch
where $__timeFilter(e.at) group by 1 order by 1`),
    ],
  },
  {
    type: "timeseries",
    title: "GPUs: registered, active, rented",
    description:
      "GPU NFTs minted, those ACTIVE (chain.gpu_status_period), and those on which a rental ran, a reserved one from its check-in on " +
      "(chain.rental; over when ended, out of funds or at its end), at a hundred moments of the range.",
    unit: "short",
    width: 12,
    min: 0,
    draw: "steps",
    fill: 0,
    legend: ["lastNotNull", "mean"],
    queries: series(`with change as (
  select created_at as at, 1 as minted, 0 as active, 0 as rented from chain.gpu
  union all select from_at, 0, 1, 0 from chain.gpu_status_period where status::text = 'ACTIVE'
  union all select to_at, 0, -1, 0 from chain.gpu_status_period where status::text = 'ACTIVE' and to_at is not null
  union all select start_at, 0, 0, 1 from chain.rental
  union all select coalesce(end_at, least(paid_until, ends_by)), 0, 0, -1 from chain.rental
), span as (
  select extract(epoch from $__timeFrom()::timestamptz) as since,
    (extract(epoch from $__timeTo()::timestamptz) - extract(epoch from $__timeFrom()::timestamptz)) / 100 as step
), moment as (
  select greatest(0, ceil((c.at - s.since) / s.step)) as n, sum(c.minted) as minted, sum(c.active) as active, sum(c.rented) as rented
  from change c cross join span s group by 1
)
select to_timestamp(s.since + g.n * s.step) as "time", sum(m.minted) over before as "Minted", sum(m.active) over before as "Active",
  sum(m.rented) over before as "Rented"
from span s cross join generate_series(0, 100) g(n) left join moment m on m.n = g.n
where s.since + g.n * s.step <= (select block_timestamp from chain.head)
window before as (order by g.n) order by 1`),
  },
  {
    type: "timeseries",
    title: "GPUs by what their telemetry is worth",
    description:
      "Physical GPUs by UTC day and by how far that day's telemetry can be true (telemetry.plausibility: a score with its evidence, never a " +
      "verdict): at least 0.8, less, or not told.",
    unit: "short",
    width: 12,
    min: 0,
    draw: "bars",
    stack: "normal",
    minInterval: "1d",
    mayBeEmpty: "telemetry is judged hour by hour: in the first hour there is none",
    legend: ["lastNotNull"],
    queries:
      series(`select day as "time", count(*) filter (where score >= 0.8) as "Plausible", count(*) filter (where score < 0.8) as "Doubtful",
  count(*) filter (where score is null) as "Not told"
from telemetry.plausibility where $__timeFilter(day) group by 1 order by 1`),
    overrides: [
      { match: { name: "Plausible" }, color: { fixed: "green" } },
      { match: { name: "Doubtful" }, color: { fixed: "red" } },
      { match: { name: "Not told" }, color: { fixed: "text" } },
    ],
  },
  {
    type: "timeseries",
    title: "Rentals begun",
    description:
      "By UTC day: rentals that began, by tier (chain.rental); a reserved one begins with the check-in to its slot.",
    unit: "short",
    width: 12,
    draw: "bars",
    stack: "normal",
    min: 0,
    minInterval: "1d",
    legend: ["sum", "mean"],
    queries:
      series(`select to_timestamp(floor(start_at / 86400) * 86400) as "time", count(*) filter (where tier::text = 'SPOT') as "Spot",
  count(*) filter (where tier::text = 'ON_DEMAND') as "On demand", count(*) filter (where tier::text = 'RESERVED') as "Reserved"
from chain.rental where $__unixEpochFilter(start_at) group by 1 order by 1`),
  },
];
