import type { Address, Hex } from "viem";
import type { Pool } from "#kernel/pg.ts";
import { bytes } from "../outbox/rows.ts";

/** A payment to be minted. */
export interface QueuedPayment {
  id: string;
  reference: Hex;
  wallet: Address;
  amountDc: bigint;
  /** why it couldn't be minted the last time */
  reason: string | null;
}

/** What a purpose begins with that mints for a payment; the payment's id follows. */
export const MINT = "mint ";

/** Looks at this many payments at once. */
const AT_ONCE = 20;

/** The payments of one processor. Each statement stands alone. */
export class PaymentRows {
  readonly #pool: Pool;
  readonly #signer: Buffer;

  constructor(pool: Pool, signer: Address) {
    this.#pool = pool;
    this.#signer = bytes(signer);
  }

  /** Brings the states of payments that aren't final to where their transactions are. */
  async followTransactions(): Promise<void> {
    await this.#pool.query(
      `update payments.payment p set mint_hash = n.hash, mint_block = n.block_number, changed_at = now(),
         state = case when n.state = 'QUEUED' and p.flag is not null then 'REFUSED' else n.state end,
         reason = case when n.state <> 'QUEUED' then null
           when p.flag is null then p.reason else 'it was ' || lower(p.flag) || ' before it was minted' end
       from (
         select o.id,
           case t.state when 'FINAL' then 'FINAL' when 'MINED' then 'MINTED' when 'SIGNED' then 'SENT' else 'QUEUED' end as state,
           case when t.state in ('FINAL', 'MINED', 'SIGNED') then t.hash end as hash,
           case when t.state in ('FINAL', 'MINED') then t.block_number end as block_number
         from payments.payment o
         left join lateral (
           select state, hash, block_number from payments.transaction
           where signer = $1 and purpose = $2 || o.id
           order by (state in ('FINAL', 'MINED')) desc, (state = 'SIGNED') desc, id desc limit 1
         ) t on true
         where o.state in ('QUEUED', 'SENT', 'MINTED') and not (o.state = 'QUEUED' and t.state is null)
       ) n
       where p.id = n.id and (p.state, p.mint_hash, p.mint_block) is distinct from (n.state, n.hash, n.block_number)
         and p.state in ('QUEUED', 'SENT', 'MINTED')`,
      [this.#signer, MINT],
    );
  }

  /** The next to be minted, the oldest first; those after `seq` of the last look's end come when these are through. */
  async queued(): Promise<QueuedPayment[]> {
    const { rows } = await this.#pool.query<Omit<QueuedPayment, "amountDc"> & { amountDc: string }>(
      `select id, '0x' || encode(reference, 'hex') as reference, '0x' || encode(wallet, 'hex') as wallet, amount_dc as "amountDc",
         reason
       from payments.payment where state = 'QUEUED' and flag is null order by changed_at, seq limit ${AT_ONCE}`,
    );
    return rows.map((row) => ({ ...row, amountDc: BigInt(row.amountDc) }));
  }

  /** Takes a payment to mint it, unless its money has gone back by now. */
  async take(id: string): Promise<boolean> {
    const { rowCount } = await this.#pool.query(
      `update payments.payment set state = 'SENT', changed_at = now() where id = $1 and state = 'QUEUED' and flag is null`,
      [id],
    );
    return rowCount === 1;
  }

  /** It can't be minted now. */
  async waits(id: string, reason: string): Promise<void> {
    await this.#pool.query(
      `update payments.payment set state = 'QUEUED', reason = $2, changed_at = now() where id = $1 and state = 'SENT'`,
      [id, reason.slice(0, 500)],
    );
  }

  /** It was minted before, and we don't have the transaction: found on the chain. */
  async found(id: string, hash: Hex, block: bigint): Promise<void> {
    await this.#pool.query(
      `update payments.payment set state = 'FINAL', reason = null, mint_hash = $2, mint_block = $3, changed_at = now() where id = $1`,
      [id, bytes(hash), block],
    );
  }

  /** It never will be minted. */
  async refuse(id: string, reason: string): Promise<void> {
    await this.#pool.query(
      `update payments.payment set state = 'REFUSED', reason = $2, changed_at = now() where id = $1 and state = 'SENT'`,
      [id, reason],
    );
  }

  /** How many payments are in each state, and since when the oldest waits. */
  async counts(): Promise<{ counts: Record<string, number>; waitingSince: Date | null; reason: string | null }> {
    const { rows } = await this.#pool.query<{ state: string; count: bigint }>(
      "select state, count(*) as count from payments.payment group by state",
    );
    const oldest = await this.#pool.query<{ takenAt: Date; reason: string | null }>(
      `select taken_at as "takenAt", reason from payments.payment where state = 'QUEUED' order by seq limit 1`,
    );
    return {
      counts: Object.fromEntries(rows.map(({ state, count }) => [state, Number(count)])),
      waitingSince: oldest.rows[0]?.takenAt ?? null,
      reason: oldest.rows[0]?.reason ?? null,
    };
  }

  /** Says whose mints the payments are held against. */
  async register(chainId: number, credits: Address): Promise<void> {
    await this.#pool.query(
      "insert into payments.processor (address, chain_id, credits) values ($1, $2, $3) on conflict do nothing",
      [this.#signer, chainId, bytes(credits)],
    );
  }
}
