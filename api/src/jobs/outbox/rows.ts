import type { Address, Hex } from "viem";
import { withTransaction, type Pool } from "#kernel/pg.ts";

/** What a transaction is and what became of it: see `ledger.transaction`. */
export interface OutboxRow {
  id: bigint;
  nonce: number;
  purpose: string;
  epoch: number | null;
  to: Address;
  data: Hex;
  gas: bigint;
  maxFeePerGas: bigint;
  maxPriorityFeePerGas: bigint;
  raw: Hex;
  hash: Hex;
  state: "SIGNED" | "MINED" | "REVERTED" | "REPLACED" | "FINAL";
  isSuperseded: boolean;
  signedAt: Date;
}

/** A row to be. */
export type NewRow = Omit<OutboxRow, "id" | "state" | "isSuperseded" | "signedAt">;

/** Where a transaction was mined. */
export interface MinedAt {
  blockNumber: bigint;
  blockHash: Hex;
  gasUsed: bigint;
}

const HEX = (column: string): string => `'0x' || encode(${column}, 'hex')`;
const COLUMNS = `id, nonce, purpose, epoch, ${HEX("recipient")} as "to", ${HEX("data")} as data, gas_limit as gas,
  max_fee_per_gas as "maxFeePerGas", max_priority_fee_per_gas as "maxPriorityFeePerGas", ${HEX("raw")} as raw,
  ${HEX("hash")} as hash, state, is_superseded as "isSuperseded", signed_at as "signedAt"`;

type Raw = Omit<OutboxRow, "nonce" | "maxFeePerGas" | "maxPriorityFeePerGas"> & {
  nonce: bigint;
  maxFeePerGas: string;
  maxPriorityFeePerGas: string;
};

/** Tables of this shape: each job has its own. */
export type OutboxTable = "ledger.transaction" | "payments.transaction";

/** The rows of one signer. Each statement stands alone: nothing is held open while a node is asked. */
export class OutboxRows {
  readonly #pool: Pool;
  readonly #signer: Buffer;
  readonly #table: OutboxTable;

  constructor(pool: Pool, signer: Address, table: OutboxTable = "ledger.transaction") {
    this.#pool = pool;
    this.#table = table;
    this.#signer = bytes(signer);
  }

  /** All whose end isn't certain: SIGNED or MINED, by nonce. */
  unsettled(): Promise<OutboxRow[]> {
    return this.#select(`state in ('SIGNED', 'MINED') order by nonce, id`);
  }

  /** Those with this nonce or a later one that were mined once, by nonce. */
  minedFrom(nonce: number): Promise<OutboxRow[]> {
    return this.#select(`nonce >= $2 and state in ('MINED', 'FINAL', 'REVERTED') order by nonce, id`, [nonce]);
  }

  /** The one that may still serve this purpose, or has. */
  async ofPurpose(purpose: string): Promise<OutboxRow | undefined> {
    const rows = await this.#select(
      `purpose = $2 and state in ('SIGNED', 'MINED', 'FINAL') order by state = 'SIGNED', id desc limit 1`,
      [purpose],
    );
    return rows[0];
  }

  async #select(condition: string, values: readonly unknown[] = []): Promise<OutboxRow[]> {
    const text = `select ${COLUMNS} from ${this.#table} where signer = $1 and ${condition}`;
    const { rows } = await this.#pool.query<Raw>(text, [this.#signer, ...values]);
    return rows.map((row) => ({
      ...row,
      nonce: Number(row.nonce),
      maxFeePerGas: BigInt(row.maxFeePerGas),
      maxPriorityFeePerGas: BigInt(row.maxPriorityFeePerGas),
    }));
  }

  /** Writes a transaction down; `superseded` is the one of the same nonce and purpose whose place it takes. */
  async insert(row: NewRow, superseded?: bigint): Promise<bigint> {
    return withTransaction(this.#pool, async (client) => {
      if (superseded !== undefined)
        await client.query(`update ${this.#table} set is_superseded = true where id = $1`, [superseded]);
      const { rows } = await client.query<{ id: bigint }>(
        `insert into ${this.#table} (signer, nonce, purpose, epoch, recipient, data, gas_limit, max_fee_per_gas,
           max_priority_fee_per_gas, raw, hash)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) returning id`,
        [
          ...[this.#signer, row.nonce, row.purpose, row.epoch, bytes(row.to), bytes(row.data), row.gas],
          ...[String(row.maxFeePerGas), String(row.maxPriorityFeePerGas), bytes(row.raw), bytes(row.hash)],
        ],
      );
      if (!rows[0]) throw new Error("BUG: an insert gave no row back");
      return rows[0].id;
    });
  }

  /** A node has taken it. */
  async sent(id: bigint): Promise<void> {
    await this.#pool.query(`update ${this.#table} set sent_at = now(), error = null where id = $1`, [id]);
  }

  /** A node has refused it, for now. */
  async refused(id: bigint, error: string): Promise<void> {
    await this.#pool.query(`update ${this.#table} set error = $2 where id = $1`, [id, error.slice(0, 500)]);
  }

  /** It was mined; others with its nonce never will be. */
  async mined(row: OutboxRow, state: "MINED" | "FINAL" | "REVERTED", at: MinedAt, error?: string): Promise<void> {
    await this.#pool.query(
      `update ${this.#table} set
         state = case when id = $2 then $3 else 'REPLACED' end,
         block_number = case when id = $2 then $4::int8 end, block_hash = case when id = $2 then $5::bytea end,
         gas_used = case when id = $2 then $6::int8 end, error = case when id = $2 then $7 else error end,
         resolved_at = now()
       where signer = $1 and (id = $2 or nonce = $8 and state = 'SIGNED')`,
      [this.#signer, row.id, state, at.blockNumber, bytes(at.blockHash), at.gasUsed, error ?? null, row.nonce],
    );
  }

  /** Its nonce was used by something that isn't ours. */
  async lost(id: bigint, error: string): Promise<void> {
    await this.#pool.query(
      `update ${this.#table} set state = 'REPLACED', error = $2, resolved_at = now() where id = $1`,
      [id, error],
    );
  }

  /** The block it was in has vanished: it is to be mined again. Not if something newer serves its purpose. */
  async reopen(id: bigint): Promise<void> {
    await this.#pool.query(
      `update ${this.#table} t set state = 'SIGNED', block_number = null, block_hash = null, gas_used = null,
         resolved_at = null
       where id = $1 and state in ('MINED', 'FINAL') and not exists (
         select from ${this.#table} o where o.signer = t.signer and o.state = 'SIGNED' and not o.is_superseded
           and (o.purpose = t.purpose or o.nonce = t.nonce))`,
      [id],
    );
  }
}

/** A hex text as bytes. */
export function bytes(hex: Hex): Buffer {
  return Buffer.from(hex.slice(2), "hex");
}
