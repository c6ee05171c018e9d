import { FINAL } from "../money.ts";
import { BCT, rows, type PanelSpec } from "../spec.ts";

/** What must be equal, as rows of name, found, expected and how many base units make one: each from tables of its own. */
const CHECKS = `with ${FINAL}, n as (select * from chain.network), said(name, found, expected, scale) as (
  select 'BCT: in existence = minted − burned', supply_bct, minted_bct - destroyed_bct, 1e-18 from n
  union all select 'BCT: balances of all wallets = in existence', (select sum(balance_bct) from chain.account), supply_bct, 1e-18 from n
  union all select 'BCT: rewards of final epochs = minted as rewards', (select coalesce(sum(minted_bct), 0) from chain.epoch
    where status::text = 'FINALIZED'), rewarded_bct, 1e-18 from n
  union all select 'BCT: payments to wallets = claimed', (select coalesce(sum(amount_bct), 0) from chain.reward_claim), claimed_bct, 1e-18 from n
  union all select 'BCT: claimed beyond what was minted', greatest(claimed_bct - rewarded_bct, 0), 0, 1e-18 from n
  union all select 'BCT: burned to mint = of all mints', (select coalesce(sum(amount_bct), 0) from chain.credits_mint), burned_bct, 1e-18 from n
  union all select 'BCT: minted beyond an epoch''s budget', (select coalesce(sum(greatest(minted_bct - budget_bct, 0)), 0) from chain.epoch), 0, 1e-18
  union all select 'BCT: budgets beyond κ × worth of use', (select coalesce(sum(greatest(budget_bct - ceiling_bct, 0)), 0) from chain.epoch), 0, 1e-18
  union all select 'BCT: ledger''s lines = minted, of final epochs', (select coalesce(sum(s.amount), 0) from final f
    join ledger.line_sum s on s.epoch = f.epoch), (select coalesce(sum(minted_bct), 0) from final), 1e-18
  union all select 'Epochs: final without the ledger''s lines', (select count(*) from chain.epoch where status::text = 'FINALIZED')
    - (select count(*) from final), 0, 1
  union all select 'DC: balances + escrow = minted − burned', (select coalesce(sum(balance_dc + escrow_dc), 0) from chain.account),
    minted_dc - burned_dc, 1e-6 from n
  union all select 'DC: of all mints = minted', (select coalesce(sum(amount_dc), 0) from chain.credits_mint), minted_dc, 1e-6 from n
  union all select 'DC: kept by the contracts = escrow of wallets', (select coalesce(sum(escrow_dc), 0) from chain.keeper),
    (select coalesce(sum(escrow_dc), 0) from chain.account), 1e-6
  union all select 'DC: deposits − returns − burns = kept', (select coalesce(sum(deposited_dc - returned_dc - burned_dc), 0) from chain.keeper),
    (select coalesce(sum(escrow_dc), 0) from chain.keeper), 1e-6
  union all select 'DC: burned by GPU = burned', (select coalesce(sum(burned_dc), 0) from chain.gpu), burned_dc, 1e-6 from n
  union all select 'DC: burned by pool = burned', (select coalesce(sum(burned_dc), 0) from chain.pool), burned_dc, 1e-6 from n
  union all select 'DC: burned by operator = burned', (select coalesce(sum(burned_dc), 0) from chain.operator), burned_dc, 1e-6 from n
  union all select 'DC: burned by customer = burned', (select coalesce(sum(burned_dc), 0) from chain.account), burned_dc, 1e-6 from n
)`;

/** How many are broken now. */
export const BROKEN_COUNT = `${CHECKS}
select count(*) filter (where found is distinct from expected) as "Broken" from said`;

/** The checks one by one. */
export const CHECK_TABLE: PanelSpec = {
  type: "table",
  title: "Invariants",
  description:
    "Sums that must be equal at any block, to the last base unit, each side from tables of its own: the subgraph's totals against its " +
    "rows, and the ledger against the chain. Difference: found − expected; red if it isn't 0.",
  unit: "none",
  width: 24,
  height: 16,
  queries: rows(`${CHECKS}
select name as "Check", found * scale as "Found", expected * scale as "Expected", (found - expected) * scale as "Difference",
  (found is distinct from expected)::int as "State"
from said order by 5 desc, 1`),
  overrides: [
    { match: { name: "Check" }, width: 420 },
    { match: { regexp: "^(Found|Expected)$" }, decimals: 6 },
    {
      match: { name: "State" },
      cell: "color-background",
      thresholds: [
        { value: null, color: "green" },
        { value: 1, color: "red" },
      ],
      mappings: [
        { value: 0, text: "holds", color: "green" },
        { value: 1, text: "BROKEN", color: "red" },
      ],
    },
  ],
};

/** How far each epoch has come, and its money. */
export const EPOCH_TABLE: PanelSpec = {
  type: "table",
  title: "Epochs",
  description:
    "The latest 40 of the range, the running one too: how far each has come and what it waits for (ledger.epoch), its money (chain.epoch). " +
    "Left over: what flooring left of the budget, not minted.",
  unit: "none",
  width: 24,
  height: 10,
  noValue: "–",
  queries:
    rows(`select l.epoch as "Epoch", l.state as "State", to_timestamp(l.start_at) as "Begins", e.burned_dc * 1e-6 as "DC burned",
  e.budget_bct * 1e-18 as "Budget", e.minted_bct * 1e-18 as "Minted", l.unallocated as "Left over", l.line_count as "Lines",
  l.claim_count as "Wallets", coalesce(l.trouble, l.waits_for) as "Waits for"
from ledger.epoch l left join chain.epoch e on e.number = l.epoch
where l.start_at <= extract(epoch from $__timeTo()::timestamptz) and l.end_at >= extract(epoch from $__timeFrom()::timestamptz)
order by l.epoch desc limit 40`),
  overrides: [
    { match: { name: "Begins" }, unit: "dateTimeAsIso", width: 150 },
    { match: { name: "DC burned" }, unit: "currencyUSD", decimals: 2 },
    { match: { regexp: "^(Budget|Minted)$" }, unit: BCT, decimals: 2 },
    { match: { name: "Left over" }, unit: "suffix: wei" },
  ],
};
