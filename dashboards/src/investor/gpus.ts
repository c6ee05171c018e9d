import { columnOf, falling, linkTo } from "../fields.ts";
import { FINAL, usd } from "../money.ts";
import { BCT, rows, type PanelSpec } from "../spec.ts";
import { COST_AND_INCOME, HOLDING, RECENT_DAYS, WALLET } from "./scope.ts";

/** One row a GPU that the wallet holds: what it cost, earns, would bring, and how it runs. */
const TABLE = `with ${FINAL}, ${HOLDING}, ${COST_AND_INCOME}, earned as (
  select gpu, sum(usd) as usd, sum(wei) filter (where is_recent) as recent_wei, sum(usd) filter (where is_recent) as recent_usd
  from income group by gpu
), used as (
  select u.gpu, sum(u.rented_seconds) as rented, sum(u.available_seconds) as available, sum(u.up_minutes) as up,
    sum(u.down_minutes) as down
  from final f join ledger.gpu_use u on u.epoch = f.epoch join holding h on h.gpu = u.gpu
  where f.at > (select max(at) from final) - interval '30 days' group by 1
)
select h.id as "GPU", h.model as "Model", h.pool as "Pool", h.status as "Status", e.recent_wei * 1e-18 as "30 d BCT",
  e.recent_usd as "30 d USD", c.usd as "Cost", 365 / d.days * e.recent_usd / nullif(c.usd, 0) as "Yield",
  e.usd / nullif(c.usd, 0) as "Paid back", ask.usd as "Ask", u.rented / 3600 as "Rented",
  u.rented / nullif(u.available, 0) as "Occupancy", u.up / nullif(u.up + u.down, 0) as "Uptime", p.score as "Plausible",
  s.score as "Score", o.name as "Operator", to_timestamp(h.from_at) as "Held since", t.last_seen_at as "Last seen"
from holding h
left join chain.operator o on o.id = h.operator
left join reputation.score s on s.subject = h.operator and s.member is null and s.at = (select max(at) from reputation.run)
left join cost c on c.gpu = h.gpu left join earned e on e.gpu = h.gpu left join used u on u.gpu = h.gpu
cross join lateral (select ${RECENT_DAYS} as days) d
left join telemetry.gpu t on t.uuid_hash = h.uuid_hash
left join lateral (select x.score from telemetry.plausibility x where x.gpu_key = t.gpu_key order by x.day desc limit 1) p on true
left join lateral (
  select ${usd("l.price", "n.price")} as usd from chain.listing l cross join (select * from chain.network limit 1) n
  where l.gpu = h.id and l.is_open and l.currency = (select address from ledger.token where is_bct)
) ask on true
order by length(h.id), h.id`;

/** The GPUs one by one. */
export const GPU_PANELS: readonly PanelSpec[] = [
  {
    type: "table",
    title: "My GPUs",
    description:
      "GPUs that the wallet holds, of those chosen. Score: of the operator, 0 to 100. Cost: paid on the exchange, at the price of that " +
      "day; blank for what came in another way. 30 d: rewards of the last 30 days of final epochs while held. Yield: these × 365 / days / " +
      "cost. Paid back: all rewards since it was got / cost. Rented, occupancy (rented / available) and uptime (up / (up + down)): 30 days " +
      "(ledger.gpu_use). Plausible: how far the last day's telemetry can be true, 0 to 1. A click on a GPU opens its own page.",
    unit: "none",
    width: 24,
    height: 11,
    queries: rows(TABLE),
    overrides: [
      {
        match: { name: "GPU" },
        width: 60,
        links: [linkTo("This GPU", "bc-gpu", { gpu: columnOf("GPU") })],
      },
      { match: { name: "Model" }, width: 190 },
      { match: { name: "Score" }, decimals: 1 },
      { match: { regexp: "^(Held since|Last seen)$" }, unit: "dateTimeAsIso", width: 150 },
      { match: { regexp: "^(Cost|30 d USD|Ask)$" }, unit: "currencyUSD", decimals: 2 },
      { match: { name: "30 d BCT" }, unit: BCT, decimals: 2 },
      { match: { regexp: "^(Yield|Occupancy)$" }, unit: "percentunit", decimals: 1 },
      { match: { name: "Paid back" }, unit: "percentunit", decimals: 1, min: 0, max: 1, cell: "gauge" },
      {
        match: { name: "Uptime" },
        unit: "percentunit",
        decimals: 2,
        cell: "color-text",
        thresholds: falling(0.98, 0.995),
      },
      { match: { name: "Rented" }, unit: "suffix: h", decimals: 0 },
      {
        match: { name: "Status" },
        cell: "color-text",
        mappings: [
          { value: "ACTIVE", text: "ACTIVE", color: "green" },
          { value: "OFFLINE", text: "OFFLINE", color: "red" },
        ],
      },
      { match: { name: "Plausible" }, decimals: 2 },
    ],
  },
  {
    type: "bargauge",
    title: "Payback so far",
    description:
      "Rewards since the GPU was got, in dollars when paid, over what the wallet paid for it on the exchange: the twenty that are furthest, " +
      "of those chosen. Undiscounted; a GPU that came in another way has no cost and isn't shown.",
    unit: "percentunit",
    decimals: 1,
    width: 12,
    min: 0,
    max: 1,
    isByRow: true,
    thresholds: [
      { value: null, color: "blue" },
      { value: 1, color: "green" },
    ],
    noValue: "nothing was bought on the exchange",
    mayBeEmpty: "a wallet that bought nothing on the exchange has no cost",
    queries: rows(`with ${FINAL}, ${HOLDING}, ${COST_AND_INCOME}
select 'GPU ' || h.id as "GPU", coalesce(sum(i.usd), 0) / c.usd as "Paid back"
from holding h join cost c on c.gpu = h.gpu left join income i on i.gpu = h.gpu
where c.usd > 0 group by h.id, c.usd order by 2 desc, length(h.id), h.id limit 20`),
  },
  {
    type: "table",
    title: "Does my pay add up?",
    description:
      "Each line of numbers must be equal. Entitled: Σ ledger.line of final epochs. Leaf: what ledger.claim says for the last of them, " +
      "which the chain's root commits to. Sums: ledger.line_sum. Paid: Σ chain.reward_claim; counted: chain.account.claimed_bct.",
    unit: BCT,
    width: 12,
    queries: rows(`with ${FINAL}, said as (
  select (select coalesce(sum(l.amount), 0) from final f join ledger.line l on l.epoch = f.epoch where l.account = w) as entitled,
    (select coalesce(sum(s.amount), 0) from final f join ledger.line_sum s on s.epoch = f.epoch where s.account = w) as summed,
    (select coalesce(sum(c.cumulative), 0) from ledger.claim c where c.account = w and c.epoch = (select max(epoch) from final)) as leaf,
    (select coalesce(sum(r.amount_bct), 0) from chain.reward_claim r where r.account = w) as paid,
    (select coalesce(sum(a.claimed_bct), 0) from chain.account a where a.id = w) as counted
  from (select ${WALLET} as w) wallet
)
select t.name as "Check", t.found * 1e-18 as "Is", t.expected * 1e-18 as "Must be", (t.found - t.expected) * 1e-18 as "Difference"
from said cross join lateral (values ('Lines = claimable leaf', entitled, leaf), ('Kept sums = lines', summed, entitled),
  ('Payments = counted on the chain', paid, counted)) t(name, found, expected)`),
    overrides: [
      { match: { name: "Check" }, width: 240 },
      {
        match: { name: "Difference" },
        cell: "color-background",
        thresholds: [
          { value: null, color: "red" },
          { value: 0, color: "green" },
          { value: 1e-18, color: "red" },
        ],
      },
    ],
  },
];
