import { keccak256, type Address, type Hex } from "viem";
import { BaseError } from "#kernel/errors.ts";
import type { Logger } from "#kernel/log.ts";
import type { Pool } from "#kernel/pg.ts";
import { sleep } from "#kernel/time.ts";
import type { Node } from "../node.ts";
import type { Signer } from "../keys/signer.ts";
import { follow } from "./follow.ts";
import { presentFees } from "./fees.ts";
import { kindOf, receiptOf } from "./look.ts";
import { toRevert } from "./reverts.ts";
import { OutboxRows, type OutboxRow, type OutboxTable } from "./rows.ts";
import { send } from "./send.ts";

/** Something to be done on the chain once. */
export interface Call {
  /** names it for good: a call of the same purpose is sent once, whatever falls */
  purpose: string;
  epoch?: number;
  to: Address;
  data: Hex;
}

/** What of a job's terms is about its transactions. */
export interface OutboxTerms {
  /** the most gas that one transaction may be given */
  gasLimit: bigint;
  /** the most that a unit of gas may cost, wei */
  maxFeePerGas: bigint;
  /** a transaction that isn't mined after this is sent anew with higher fees */
  replaceAfterMs: number;
  /** a nonce that was used without our transaction being found is given up after this: a node may be slow to tell */
  doubtMs: number;
}

/** What an outbox works with. */
export interface OutboxParts {
  pool: Pool;
  node: Node;
  chainId: number;
  signer: Signer;
  terms: OutboxTerms;
  logger: Logger;
  onPoint: (name: string) => void;
  /** where the transactions are written down; `ledger.transaction` when left out */
  table?: OutboxTable;
}

/** How long a call is waited for at once; what takes longer is found by the next look. */
const WAIT_MS = 2_000;
const LOOK_MS = 50;
/** A node's estimate, and a fifth. */
const GAS_MARGIN = 120n;

/**
 * The transactions of one signer: each is written down before it is sent, and followed until it can't vanish any more.
 * Whoever comes back after a fall finds in them what was begun, and goes on with it.
 */
export class Outbox {
  readonly parts: OutboxParts;
  readonly rows: OutboxRows;
  /** since when a row's nonce was used without its receipt being found, ms since 1970 by row */
  readonly doubts = new Map<bigint, number>();

  constructor(parts: OutboxParts) {
    this.parts = parts;
    this.rows = new OutboxRows(parts.pool, parts.signer.address, parts.table);
  }

  get address(): Address {
    return this.parts.signer.address;
  }

  /** Finds out what became of all that was sent, and sends again what was lost. */
  async follow(finalBlock: bigint): Promise<OutboxRow[]> {
    return follow(this, finalBlock);
  }

  /**
   * Sends a call unless it was sent before: `true` if it is on its way now, `false` if it was already, or is done.
   *
   * @throws Reverted if the chain as it is would refuse it; BaseError `GAS_OVER_LIMIT`
   */
  async submit(call: Call): Promise<boolean> {
    const before = await this.rows.ofPurpose(call.purpose);
    if (before) {
      await this.#lookAgain(before);
      return false;
    }
    const gas = await this.#gasOf(call);
    const { node, signer, chainId, terms, onPoint, logger } = this.parts;
    const fees = await presentFees(node, terms.maxFeePerGas);
    const nonce = await this.#nextNonce();
    const unsigned = { nonce, to: call.to, data: call.data, gas, ...fees };
    const raw = await signer.sign({ chainId, ...unsigned });
    onPoint(`${kindOf(call.purpose)}: signed`);
    const row = { ...unsigned, purpose: call.purpose, epoch: call.epoch ?? null, raw, hash: keccak256(raw) };
    const id = await this.rows.insert(row);
    onPoint(`${kindOf(call.purpose)}: written`);
    logger.info({ purpose: call.purpose, nonce, hash: row.hash, signer: this.address }, "transaction");
    await send(this, { id, ...row });
    onPoint(`${kindOf(call.purpose)}: sent`);
    return true;
  }

  /** Waits a moment for what was sent: a fast chain has mined it by then. */
  async settle(finalBlock: bigint): Promise<void> {
    const open = (await this.rows.unsettled()).filter(({ state }) => state === "SIGNED");
    for (const until = Date.now() + WAIT_MS; Date.now() < until; await sleep(LOOK_MS)) {
      const found = await Promise.all(open.map(({ hash }) => receiptOf(this.parts.node, hash)));
      if (found.every((receipt) => receipt !== undefined)) break;
    }
    this.parts.onPoint("mined");
    await this.follow(finalBlock);
  }

  /** A purpose is asked for again although it was mined: has its block vanished? */
  async #lookAgain(row: OutboxRow): Promise<void> {
    if (row.state !== "SIGNED" && !(await receiptOf(this.parts.node, row.hash))) await this.rows.reopen(row.id);
  }

  async #gasOf({ purpose, to, data }: Call): Promise<bigint> {
    const { node, terms } = this.parts;
    const estimate = await node.estimateGas({ account: this.address, to, data }).catch((error: unknown) => {
      throw toRevert(purpose, error) ?? error;
    });
    const gas = (estimate * GAS_MARGIN) / 100n;
    if (gas <= terms.gasLimit) return gas;
    throw new BaseError("GAS_OVER_LIMIT", `${purpose} takes ${gas} gas; a transaction is given ${terms.gasLimit}`, {
      hints: ["raise the limit (--gas-limit), or lower the size of batches"],
    });
  }

  async #nextNonce(): Promise<number> {
    const counted = await this.parts.node.getTransactionCount({ address: this.address, blockTag: "latest" });
    const rows = await this.rows.unsettled();
    return Math.max(counted, ...rows.map(({ nonce }) => nonce + 1));
  }
}
