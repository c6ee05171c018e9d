import type { Snapshot } from "../snapshot.ts";
import { hex, logIndexOf, SPAN_BLOCKS, spanValues, type BlockSpan } from "./blocks.ts";

/** What became of a rental in a block, and the rental as of that block. Seconds since 1970, DC base units. */
export interface RentalEventRow {
  /** the same whoever asks, and whenever */
  id: string;
  block: number;
  kind: "STARTED" | "TOPPED_UP" | "NOTICED" | "TERM_CHANGED" | "RAN_OUT" | "ENDED";
  /** added by a top-up */
  amountDc: bigint | null;
  /** who topped up */
  payer: string | null;
  rentalId: string;
  gpuId: string;
  poolId: string;
  operatorId: string;
  model: string;
  region: string;
  customer: string;
  tier: string;
  rateDcPerHour: bigint;
  depositedDc: bigint;
  burnedDc: bigint;
  refundedDc: bigint;
  startAt: bigint;
  paidUntil: bigint;
  endsBy: bigint | null;
  endAt: bigint | null;
  endReason: string | null;
}

type Texts = Omit<RentalEventRow, "id" | Money> &
  Record<Money, string> & { action: string | null; amountDc: string | null };
type Money = "rateDcPerHour" | "depositedDc" | "burnedDc" | "refundedDc";

/** What comes first where one block has several for a rental. */
const PHASES = { STARTED: 0, TOPPED_UP: 1, NOTICED: 1, TERM_CHANGED: 1, RAN_OUT: 2, ENDED: 3 };

/**
 * What became of rentals: those of a block by rental, in the order in which it happened. A rental that nobody ended has
 * run out in the first block whose time has reached the end of its funds or its term.
 */
export async function readRentalEvents(snapshot: Snapshot, span: BlockSpan): Promise<RentalEventRow[]> {
  const rows = await snapshot.rows<Texts>(`live-rentals-${span.entities}`, sqlOf(span.entities), spanValues(span));
  const events = rows.map(({ action, ...row }) => ({
    ...row,
    id: action ?? `rental-${row.rentalId}-${row.kind.toLowerCase()}`,
    place: action === null ? 0 : logIndexOf(action),
    amountDc: row.amountDc === null ? null : BigInt(row.amountDc),
    rateDcPerHour: BigInt(row.rateDcPerHour),
    depositedDc: BigInt(row.depositedDc),
    burnedDc: BigInt(row.burnedDc),
    refundedDc: BigInt(row.refundedDc),
  }));
  events.sort(
    (a, b) =>
      a.block - b.block ||
      Number(a.rentalId) - Number(b.rentalId) ||
      PHASES[a.kind] - PHASES[b.kind] ||
      a.place - b.place,
  );
  return events.map(({ place: _, ...event }) => event);
}

const sqlOf = (schema: string): string => `with ${SPAN_BLOCKS},
e(block, kind, action, rental, amount, payer) as (
  select lower(r.block_range), 'STARTED', null::bytea, r.id, null::numeric, null::bytea from ${schema}.rental r
  where lower(r.block_range) > $1::int4 and lower(r.block_range) <= $2::int4 and r.created_at_block = lower(r.block_range)
  union all
  select lower(r.block_range), 'ENDED', null, r.id, null, null from ${schema}.rental r
  where lower(r.block_range) > $1 and lower(r.block_range) <= $2 and r.is_ended
    and not exists (select from ${schema}.rental p where p.id = r.id and p.block_range @> lower(r.block_range) - 1 and p.is_ended)
  union all
  select t.block$, 'TOPPED_UP', t.id, t.rental, t.amount_dc, t.payer from ${schema}.rental_top_up t
  where t.block$ > $1 and t.block$ <= $2
  union all
  select n.block$, 'NOTICED', n.id, n.rental, null, null from ${schema}.preemption_notice n
  where n.block$ > $1 and n.block$ <= $2
  union all
  select c.block$, 'TERM_CHANGED', c.id, c.rental, null, null from ${schema}.reserved_end_change c
  where c.block$ > $1 and c.block$ <= $2
  union all
  select b.number, 'RAN_OUT', null, r.id, null, null from ${schema}.rental r
  join b on r.block_range @> b.number and least(r.paid_until, r.ends_by) > b.before and least(r.paid_until, r.ends_by) <= b.at
  where not r.is_ended
    and (r.paid_until > $5 and r.paid_until <= (select max(at) from b) or r.ends_by > $5 and r.ends_by <= (select max(at) from b))
)
select e.block, e.kind, ${hex("e.action", "action")}, e.amount as "amountDc", ${hex("e.payer", "payer")}, r.id as "rentalId",
  r.gpu as "gpuId", r.pool as "poolId", r.operator as "operatorId", p.model, p.region, ${hex("r.customer", "customer")},
  r.tier::text, r.rate_dc_per_hour as "rateDcPerHour", r.deposited_dc as "depositedDc", r.burned_dc as "burnedDc",
  r.refunded_dc as "refundedDc", r.start_at::int8 as "startAt", r.paid_until::int8 as "paidUntil", r.ends_by::int8 as "endsBy",
  r.end_at::int8 as "endAt", r.end_reason::text as "endReason"
from e
join ${schema}.rental r on r.id = e.rental and r.block_range @> e.block
join ${schema}.pool p on p.id = r.pool and p.block_range @> e.block`;
