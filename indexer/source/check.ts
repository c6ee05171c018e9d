import { BaseError } from "#kernel/errors.ts";
import { mayMatch } from "./bloom.ts";
import type { LogQuery } from "./filter.ts";
import type { Header, Log, Receipt, Transaction } from "./types.ts";

const HASH_CHARS = 66;
const ADDRESS_CHARS = 42;
/** What a block's handlers and its row may need of a header. */
const HEADER_QUANTITIES = ["number", "timestamp", "gasUsed", "gasLimit"] as const;
const RECEIPT_QUANTITIES = ["transactionIndex", "blockNumber", "cumulativeGasUsed", "gasUsed"] as const;
const TRANSACTION_QUANTITIES = ["transactionIndex", "value", "gas", "nonce"] as const;

/** The error for what a node doesn't have yet or lost: the same question is asked again later. */
export function inconsistent(what: string): BaseError {
  return new BaseError("NODE_INCONSISTENT", what, {
    isRetryable: true,
    hints: ["if this lasts, the node behind RPC_URL is broken or a mix of unequal nodes"],
  });
}

const isHash = (value: unknown): boolean => typeof value === "string" && value.length === HASH_CHARS;
const isHex = (value: unknown): boolean => typeof value === "string" && value.startsWith("0x");
const isAddress = (value: unknown): boolean => typeof value === "string" && value.length === ADDRESS_CHARS;

function broken(what: string, item: unknown): BaseError {
  const text = JSON.stringify(item) as string | undefined;
  return inconsistent(`the node gave ${what} that lacks what it must have: ${(text ?? "nothing").slice(0, 200)}`);
}

/**
 * Logs as they must be.
 *
 * @throws BaseError `NODE_INCONSISTENT`, retryable, when they are no list, or one lacks a field or was removed
 */
export function checkLogs(found: unknown): Log[] {
  if (!Array.isArray(found)) throw inconsistent("the node gave no list of logs");
  for (const log of found as (Partial<Log> | null)[]) {
    const isWhole =
      isAddress(log?.address) &&
      Array.isArray(log?.topics) &&
      log.topics.every(isHash) &&
      isHex(log.data) &&
      isHash(log.blockHash) &&
      isHash(log.transactionHash) &&
      isHex(log.blockNumber) &&
      isHex(log.logIndex) &&
      isHex(log.transactionIndex);
    if (!isWhole) throw broken("a log", log);
    if (log?.removed === true)
      throw inconsistent(`the node gave a log of block ${log.blockHash ?? "?"} it has removed`);
  }
  return found as Log[];
}

/**
 * Holds logs of a range against its first and last block: all within it, and of one block at each height.
 *
 * @throws BaseError `NODE_INCONSISTENT`, retryable
 */
export function checkRange(logs: readonly Log[], first: Header, last: Header): void {
  const [from, to] = [Number(first.number), Number(last.number)];
  const hashes = new Map([
    [from, first.hash],
    [to, last.hash],
  ]);
  let lastHash = "";
  for (const { blockHash, blockNumber } of logs) {
    if (blockHash === lastHash) continue;
    lastHash = blockHash;
    const number = Number(blockNumber);
    if (number < from || number > to)
      throw inconsistent(`the node gave a log of block ${number} for blocks ${from} to ${to}`);
    const known = hashes.get(number);
    if (known !== undefined && known !== blockHash)
      throw inconsistent(`the node gave logs of two blocks ${number}: ${blockHash} and ${known}`);
    hashes.set(number, blockHash);
  }
}

/**
 * A header as it must be; null and `undefined` mean that the node has none.
 *
 * @throws BaseError `NODE_INCONSISTENT`, retryable
 */
export function checkHeader(header: Header | null | undefined): Header | undefined {
  if (header === null || header === undefined) return undefined;
  const isWhole =
    isHash(header.hash) &&
    isHash(header.parentHash) &&
    isHex(header.logsBloom) &&
    HEADER_QUANTITIES.every((name) => isHex(header[name]));
  if (!isWhole) throw broken("a block", header);
  return header;
}

/**
 * A log's receipt or transaction as it must be, of the log's block: after a reorg it may be in another.
 *
 * @throws BaseError `NODE_INCONSISTENT`, retryable
 */
export function checkInBlock<T extends Receipt | Transaction>(
  item: (T & { blockHash?: unknown; logs?: unknown }) | null,
  hash: string,
  blockHash: string,
): T {
  if (item === null || item === undefined)
    throw inconsistent(`the node has logs of transaction ${hash} but not its transaction or receipt`);
  if (item.blockHash !== blockHash)
    throw inconsistent(`the node has transaction ${hash} in block ${String(item.blockHash)}, its logs in ${blockHash}`);
  const quantities: readonly string[] = "cumulativeGasUsed" in item ? RECEIPT_QUANTITIES : TRANSACTION_QUANTITIES;
  const isWhole = quantities.every((name) => isHex(item[name as keyof T]));
  if (!isWhole) throw broken("a transaction or receipt", item);
  if ("cumulativeGasUsed" in item) checkLogs(item.logs);
  return item;
}

/** Whether a log answers a query. */
export function isMatch(log: Log, { addresses, topics }: LogQuery): boolean {
  if (addresses !== undefined && !addresses.includes(log.address)) return false;
  return topics.every((values, place) => values === undefined || values.includes(log.topics[place] ?? ""));
}

/** Whether the range's last block may have logs of a query that the answer lacks: ranges are cut off at their end. */
export function mayBeCut(logs: readonly Log[], last: Header, queries: readonly LogQuery[]): boolean {
  if (logs.some(({ blockHash }) => blockHash === last.hash)) return false;
  return queries.some((query) => mayMatch(last.logsBloom, query));
}
