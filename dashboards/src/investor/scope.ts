import { usd, usdOfPrice } from "../money.ts";
import type { VariableSpec } from "../spec.ts";

/** The chosen wallet's address, 20 bytes. */
export const WALLET = "decode(substr(${wallet:sqlstring}, 3), 'hex')";

/** The chosen pools and GPUs, ids as text. */
export const POOLS = "array[${pool:sqlstring}]::text[]";
export const GPUS = "array[${gpu:sqlstring}]::text[]";

/** Common table expression `holding`: the chosen ones of the GPUs that the wallet holds now and that aren't retired. */
export const HOLDING = `holding as (
  select g.id, g.id::int8 as gpu, g.owner, g.model, g.pool, g.operator, g.status::text as status, g.uuid_hash,
    o.from_at, o.from_block
  from chain.gpu g join chain.gpu_ownership o on o.id = g.ownership
  where g.owner = ${WALLET} and g.status::text <> 'RETIRED' and g.id = any(${GPUS})
)`;

/** Wallet, its pools, its GPUs in these. */
export const VARIABLES: readonly VariableSpec[] = [
  {
    name: "wallet",
    label: "Wallet",
    type: "query",
    sql: `select coalesce(string_agg(o.name, ', ' order by length(o.id), o.id) || ' ', '') || '0x' || left(encode(a.id, 'hex'), 6) || '…'
  || right(encode(a.id, 'hex'), 4) || ' (' || a.gpu_count || ' GPUs)' as "__text", '0x' || encode(a.id, 'hex') as "__value"
from chain.account a left join chain.operator o on o.owner = a.id or o.payee = a.id
where a.gpu_count > 0 or a.claimed_bct > 0 or exists (select from ledger.line_sum s where s.account = a.id)
group by a.id, a.gpu_count order by a.gpu_count desc, a.id`,
  },
  {
    name: "pool",
    label: "Pool",
    type: "query",
    isMulti: true,
    hasAll: true,
    sql: `select p.id || ' ' || p.model as "__text", p.id as "__value" from chain.pool p
where exists (select from ledger.line_sum s where s.account = ${WALLET} and s.pool = p.id::int8)
  or exists (select from chain.gpu g where g.owner = ${WALLET} and g.pool = p.id)
order by length(p.id), p.id`,
  },
  {
    name: "gpu",
    label: "GPU",
    type: "query",
    isMulti: true,
    hasAll: true,
    sql: `select g.id || ' ' || g.model as "__text", g.id as "__value" from chain.gpu g
where g.owner = ${WALLET} and g.status::text <> 'RETIRED' and (g.pool is null or g.pool = any(${POOLS}))
order by length(g.id), g.id`,
  },
];

/** Common table expression `reward`: what the wallet earned by final epoch and kind (0 operator, 1 pool share, 2 bonus); after `final`. */
export const REWARD = `reward as (
  select f.epoch, f.start_at, f.at, s.kind, sum(s.amount) as wei, ${usd("sum(s.amount)", "f.price")} as usd
  from final f join ledger.line_sum s on s.epoch = f.epoch
  where s.account = ${WALLET}
  group by f.epoch, f.start_at, f.at, f.price, s.kind
)`;

/** Why a panel of trades in dollars may be empty. */
export const TOKEN_UNKNOWN =
  "dollars of trades are known once the settlement job has asked the exchange's token for its name, minutes after a start";

/** Common table expression `trade`: what the wallet paid and got on the exchange, signed; `usd` null for a token but BCT. */
export const TRADE = `trade as (
  select s.id, to_timestamp(s.timestamp) as at, s.gpu, s.slot, s.currency, flow.kind, flow.wei,
    ${usdOfPrice("flow.wei", "s.currency", "s.timestamp")} as usd
  from chain.sale s cross join lateral (values ('Purchase', s.buyer, -s.price), ('Sale', s.seller, s.price),
    ('Royalty', s.seller, -s.royalty), ('Royalty', s.royalty_receiver, s.royalty)) flow(kind, account, wei)
  where (s.buyer = ${WALLET} or s.seller = ${WALLET} or s.royalty_receiver = ${WALLET})
    and flow.account = ${WALLET} and flow.wei <> 0
)`;

/**
 * Common table expressions `cost` (dollars that the wallet paid on the exchange for what it holds, no row for what came in
 * another way) and `income` (what each GPU earned since, by final epoch, of the last 30 days or not); after `final`, `holding`.
 */
export const COST_AND_INCOME = `cost as (
  select h.gpu, ${usdOfPrice("s.price", "s.currency", "s.timestamp")} as usd
  from holding h join chain.sale s on s.gpu = h.id and s.buyer = h.owner and s.block_number = h.from_block
), income as (
  select h.gpu, f.at > (select max(at) from final) - interval '30 days' as is_recent, sum(l.amount) as wei,
    ${usd("sum(l.amount)", "f.price")} as usd
  from holding h join ledger.line l on l.gpu = h.gpu and l.gpu > 0 and l.account = h.owner
  join final f on f.epoch = l.epoch and f.at >= to_timestamp(h.from_at)
  group by h.gpu, f.epoch, f.at, f.price
)`;

/** Days over which `income` that is recent was earned: 30, or fewer for a GPU that is held for less; null below one day. */
export const RECENT_DAYS = `(select case when held.days >= 1 then least(30, held.days) end from (
  select (extract(epoch from (select max(at) from final)) + 1 - h.from_at) / 86400 as days) held)`;
