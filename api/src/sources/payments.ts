import type { Page } from "./chain.ts";
import type { Snapshot } from "./snapshot.ts";

/** A payment at the fiat door. */
export interface PaymentRow {
  /** its place in the order in which they came */
  id: string;
  /** the payment service's own id */
  payment: string;
  reference: string;
  state: string;
  wallet: string | null;
  amountCents: bigint;
  currency: string;
  amountDc: bigint | null;
  reason: string | null;
  flag: string | null;
  paidAt: Date;
  takenAt: Date;
  mintHash: string | null;
  mintBlock: bigint | null;
}

const HEX = (column: string): string => `'0x' || encode(${column}, 'hex')`;
const PAYMENT = `select seq::text as id, id as payment, ${HEX("reference")} as reference, state, ${HEX("wallet")} as wallet,
  amount_cents as "amountCents", currency, amount_dc as "amountDc", reason, flag, paid_at as "paidAt", taken_at as "takenAt",
  ${HEX("mint_hash")} as "mintHash", mint_block as "mintBlock" from payments.payment`;

/** A page of payments, in the order in which they came. */
export async function listPayments(
  snapshot: Snapshot,
  page: Page,
  filter: { state: string | null },
): Promise<PaymentRow[]> {
  const rows = await snapshot.rows<Omit<PaymentRow, "amountDc"> & { amountDc: string | null }>(
    "payments-page",
    `${PAYMENT} where ($1::int8 is null or seq > $1) and ($3::text is null or state = $3) order by seq limit $2`,
    [page.after, page.limit, filter.state],
  );
  return rows.map((row) => ({ ...row, amountDc: row.amountDc === null ? null : BigInt(row.amountDc) }));
}

/** Something that doesn't agree between payments and mints. */
export interface DiscrepancyRow {
  kind: "NOT_MINTED" | "UNKNOWN_MINT" | "OTHER_MINT" | "MONEY_BACK" | "WAITING";
  payment: string | null;
  reference: string;
  /** what the payment asks for; null: there is none, or nothing is to be minted for it */
  paidDc: bigint | null;
  /** what was minted under its reference, as far as blocks are indexed; null: nothing */
  mintedDc: bigint | null;
}

/** A payment that waits for longer than this is one to look at. */
const LONG = "15 minutes";
const MOST = 200;

/**
 * Payments against the mints of all processors, as far as blocks are indexed; empty when all is well. At most 200.
 */
export async function readDiscrepancies(snapshot: Snapshot): Promise<DiscrepancyRow[]> {
  type Texts = Omit<DiscrepancyRow, "paidDc" | "mintedDc"> & { paidDc: string | null; mintedDc: string | null };
  const rows = await snapshot.rows<Texts>(
    "payment-discrepancies",
    `with mint as (
       select m.payment_reference, m.recipient, m.amount_dc from chain.credits_mint m
       where m.payment_reference is not null and m.payer in (select address from payments.processor)
     ), compared as (
       select p.seq, p.id as payment, coalesce(p.reference, m.payment_reference) as reference,
         case when p.state <> 'REFUSED' then p.amount_dc end as paid, m.amount_dc as minted,
         case
           when p.id is null or p.state = 'REFUSED' and m.amount_dc is not null then 'UNKNOWN_MINT'
           when m.amount_dc is not null and (m.amount_dc <> p.amount_dc or m.recipient <> p.wallet) then 'OTHER_MINT'
           when m.amount_dc is not null and p.flag is not null then 'MONEY_BACK'
           when m.amount_dc is null and p.state in ('MINTED', 'FINAL')
             and p.mint_block <= (select block_number from chain.head) then 'NOT_MINTED'
           when m.amount_dc is null and p.state in ('QUEUED', 'SENT') and p.taken_at < now() - interval '${LONG}' then 'WAITING'
         end as kind
       from payments.payment p full join mint m on m.payment_reference = p.reference
     )
     select kind, payment, ${HEX("reference")} as reference, paid as "paidDc", minted as "mintedDc" from compared
     where kind is not null order by seq nulls last, reference limit ${MOST}`,
  );
  const amount = (text: string | null): bigint | null => (text === null ? null : BigInt(text));
  return rows.map((row) => ({ ...row, paidDc: amount(row.paidDc), mintedDc: amount(row.mintedDc) }));
}
