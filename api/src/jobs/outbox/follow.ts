import { keccak256 } from "viem";
import { presentFees, raisedFees } from "./fees.ts";
import { kindOf, receiptOf } from "./look.ts";
import type { Outbox } from "./outbox.ts";
import type { OutboxRow } from "./rows.ts";
import { send } from "./send.ts";

/**
 * Looks up every transaction whose end isn't certain.
 *
 * - mined: it stays MINED (or REVERTED) until its block is final;
 * - in no block any more: it is open again, and the same bytes are sent again;
 * - in no block, and its nonce used: something else took its place;
 * - waiting for long: signed anew with higher fees.
 *
 * @param finalBlock number of the newest block that can't vanish
 * @returns what was found mined now
 */
export async function follow(outbox: Outbox, finalBlock: bigint): Promise<OutboxRow[]> {
  const counted = await outbox.parts.node.getTransactionCount({ address: outbox.address, blockTag: "latest" });
  await refill(outbox, counted);
  const rows = await outbox.rows.unsettled();
  const receipts = await Promise.all(rows.map(({ hash }) => receiptOf(outbox.parts.node, hash)));
  const mined: OutboxRow[] = [];
  for (const [place, row] of rows.entries()) {
    const receipt = receipts[place];
    if (receipt) {
      if (await record(outbox, row, receipt, finalBlock)) mined.push(row);
    } else if (row.state === "MINED") await again(outbox, row);
    else if (row.nonce < counted) await doubt(outbox, row);
    else await push(outbox, row, counted);
  }
  return mined;
}

/** Nonces that are free again, though they were used: a reorg, or a chain that lost its end. They must be used again. */
async function refill(outbox: Outbox, counted: number): Promise<void> {
  for (const row of await outbox.rows.minedFrom(counted)) {
    if (await receiptOf(outbox.parts.node, row.hash)) continue; // counted by a node that is behind
    if (row.state === "REVERTED") await send(outbox, row);
    else await again(outbox, row);
  }
}

async function again(outbox: Outbox, row: OutboxRow): Promise<void> {
  outbox.parts.logger.warn(
    { purpose: row.purpose, hash: row.hash },
    "a transaction's block vanished: it is sent again",
  );
  await outbox.rows.reopen(row.id);
  await send(outbox, row);
}

type Receipt = NonNullable<Awaited<ReturnType<typeof receiptOf>>>;

/** @returns whether it is news */
async function record(outbox: Outbox, row: OutboxRow, receipt: Receipt, finalBlock: bigint): Promise<boolean> {
  outbox.doubts.delete(row.id);
  const { status, blockNumber, blockHash, gasUsed } = receipt;
  const state = status === "reverted" ? "REVERTED" : blockNumber <= finalBlock ? "FINAL" : "MINED";
  if (state === row.state) return false;
  const error = state === "REVERTED" ? "reverted: something else changed the chain before it" : undefined;
  await outbox.rows.mined(row, state, { blockNumber, blockHash, gasUsed }, error);
  if (row.state !== "SIGNED") return false;
  const { logger, onPoint } = outbox.parts;
  const facts = { purpose: row.purpose, block: blockNumber, gasUsed };
  if (state === "REVERTED") logger.warn(facts, "a transaction reverted: somebody was faster");
  else logger.info(facts, "mined");
  onPoint(`${kindOf(row.purpose)}: recorded`);
  return true;
}

/** Its nonce is used, and not by it; unless the node is slow to tell. */
async function doubt(outbox: Outbox, row: OutboxRow): Promise<void> {
  const since = outbox.doubts.get(row.id) ?? Date.now();
  outbox.doubts.set(row.id, since);
  if (Date.now() - since < outbox.parts.terms.doubtMs) return;
  outbox.doubts.delete(row.id);
  const { logger, signer } = outbox.parts;
  logger.warn({ purpose: row.purpose, nonce: row.nonce }, "another transaction used this nonce");
  await outbox.rows.lost(row.id, `nonce ${row.nonce} of ${signer.address} was used by a transaction that isn't ours`);
}

/** Not mined yet: sent again, or signed anew where it is next and has waited long. */
async function push(outbox: Outbox, row: OutboxRow, counted: number): Promise<void> {
  const { terms } = outbox.parts;
  if (row.isSuperseded) return;
  const isStuck = row.nonce === counted && Date.now() - row.signedAt.getTime() > terms.replaceAfterMs;
  if (!isStuck || !(await replace(outbox, row))) await send(outbox, row);
}

async function replace(outbox: Outbox, row: OutboxRow): Promise<boolean> {
  const { node, signer, chainId, terms, logger } = outbox.parts;
  const fees = raisedFees(row, await presentFees(node, terms.maxFeePerGas), terms.maxFeePerGas);
  if (!fees) {
    logger.warn({ purpose: row.purpose, cap: terms.maxFeePerGas }, "a transaction waits: higher fees are not allowed");
    return false;
  }
  const { nonce, to, data, gas, purpose, epoch } = row;
  const raw = await signer.sign({ chainId, nonce, to, data, gas, ...fees });
  const next = { nonce, to, data, gas, purpose, epoch, ...fees, raw, hash: keccak256(raw) };
  const id = await outbox.rows.insert(next, row.id);
  logger.warn({ purpose, nonce, ...fees }, "a transaction waits for long: sent with higher fees");
  await send(outbox, { id, ...next });
  return true;
}
