import { mayMatch } from "./bloom.ts";
import { checkHeader, checkInBlock, checkLogs, checkRange, inconsistent, isMatch, mayBeCut } from "./check.ts";
import { toRpcFilter, type LogQuery } from "./filter.ts";
import type { Call, RpcClient } from "./rpc.ts";
import type { Header, Log, Receipt, Transaction } from "./types.ts";

/** A quantity as JSON-RPC writes it. */
export function toHex(value: number): string {
  return `0x${value.toString(16)}`;
}

/** Logs of a range of blocks, with the range's first and last block as they were at the time. */
export interface LogRange {
  readonly logs: Log[];
  readonly first: Header;
  readonly last: Header;
}

const byNumber = (number: number): Call => ({ method: "eth_getBlockByNumber", params: [toHex(number), false] });

/** Reads blocks, logs, transactions and receipts of one chain. */
export class ChainReader {
  private readonly client: RpcClient;

  constructor(client: RpcClient) {
    this.client = client;
  }

  /** The block named `latest` or `finalized`; `undefined` when the node has none of that name. */
  async tagged(tag: "latest" | "finalized"): Promise<Header | undefined> {
    return checkHeader(await this.client.call<Header | null>("eth_getBlockByNumber", tag, false));
  }

  /** Headers by number; `undefined` where the node has none. */
  async headersByNumber(numbers: readonly number[]): Promise<(Header | undefined)[]> {
    const headers = await this.client.batch<Header | null>(numbers.map(byNumber));
    return headers.map((found, index) => {
      const header = checkHeader(found);
      if (header && Number(header.number) !== numbers[index])
        throw inconsistent(`the node gave block ${Number(header.number)} for block ${numbers[index] ?? "?"}`);
      return header;
    });
  }

  /**
   * Headers by hash.
   *
   * @throws BaseError `NODE_INCONSISTENT`, retryable
   */
  async headersByHash(hashes: readonly string[]): Promise<Header[]> {
    const headers = await this.client.batch<Header | null>(
      hashes.map((hash) => ({ method: "eth_getBlockByHash", params: [hash, false] })),
    );
    return headers.map((found, index) => {
      const header = checkHeader(found);
      if (header?.hash !== hashes[index])
        throw inconsistent(`the node has logs of block ${hashes[index] ?? "?"} but not the block`);
      return header as Header;
    });
  }

  /**
   * Logs of the queries in a range of blocks, in the chain's order, each once.
   *
   * The first and the last block are asked for with them: a node that lacks the last one would leave out its logs
   * without a word, and the first one tells what the range goes on from.
   *
   * @throws RpcError or TooMuchError when the range may be too wide for the node
   * @throws BaseError `NODE_INCONSISTENT`, retryable
   */
  async logsInRange(queries: readonly LogQuery[], from: number, to: number): Promise<LogRange> {
    const asked = queries.map((query) => ({
      method: "eth_getLogs",
      params: [{ ...toRpcFilter(query), fromBlock: toHex(from), toBlock: toHex(to) }],
    }));
    const found = await this.client.batch([...asked, byNumber(from), byNumber(to)], { isDivisible: to > from });
    const [first, last] = (found.splice(-2) as (Header | null)[]).map(checkHeader);
    if (!first || !last || Number(first.number) !== from || Number(last.number) !== to)
      throw inconsistent(`the node was asked for blocks ${from} to ${to} and lacks one of them`);
    const logs = inOrder(found.flatMap(checkLogs));
    checkRange(logs, first, last);
    if (mayBeCut(logs, last, queries)) {
      const [rest = []] = await this.logsOfBlocks(queries, [last]);
      if (rest.length > 0)
        throw inconsistent(`the node left out logs of block ${to}, asked for blocks ${from} to ${to}`);
    }
    return { logs, first, last };
  }

  /**
   * Logs of the queries in single blocks, asked by hash so that they belong to these very blocks. An answer without
   * logs is held against the block's bloom.
   *
   * @throws BaseError `NODE_INCONSISTENT`, retryable, when the node has the block but not yet its logs
   */
  async logsOfBlocks(queries: readonly LogQuery[], headers: readonly Header[]): Promise<Log[][]> {
    const asked = headers.flatMap((header, index) =>
      queries.filter((query) => mayMatch(header.logsBloom, query)).map((query) => ({ header, index, query })),
    );
    const found = await this.client.batch(
      asked.map(({ header, query }) => ({
        method: "eth_getLogs",
        params: [{ ...toRpcFilter(query), blockHash: header.hash }],
      })),
    );
    const result = headers.map<Log[]>(() => []);
    const doubtful = headers.map<LogQuery[]>(() => []);
    for (const [position, { index, header, query }] of asked.entries()) {
      const logs = checkLogs(found[position]);
      const stranger = logs.find(({ blockHash }) => blockHash !== header.hash);
      if (stranger) throw inconsistent(`the node gave a log of block ${stranger.blockHash} for block ${header.hash}`);
      result[index]?.push(...logs);
      if (logs.length === 0) doubtful[index]?.push(query);
    }
    for (const [index, header] of headers.entries()) {
      const empty = doubtful[index] ?? [];
      if (empty.length > 0) await this.checkEmpty(header, empty);
    }
    return result.map(inOrder);
  }

  /** A bloom that may hold the queries' logs while none came: the block must have others only, or the node lags. */
  private async checkEmpty(header: Header, queries: readonly LogQuery[]): Promise<void> {
    const all = checkLogs(await this.client.call("eth_getLogs", { blockHash: header.hash }));
    if (all.length === 0)
      throw inconsistent(`the node has no logs of block ${Number(header.number)}, whose bloom has some`);
    if (all.some((log) => queries.some((query) => isMatch(log, query))))
      throw inconsistent(`the node left out logs of block ${Number(header.number)}`);
  }

  /** Transactions of one block by hash. */
  async transactions(hashes: readonly string[], blockHash: string): Promise<Transaction[]> {
    return this.inBlock<Transaction>("eth_getTransactionByHash", hashes, blockHash);
  }

  /** Receipts of one block by transaction hash. */
  async receipts(hashes: readonly string[], blockHash: string): Promise<Receipt[]> {
    return this.inBlock<Receipt>("eth_getTransactionReceipt", hashes, blockHash);
  }

  private async inBlock<T extends Receipt | Transaction>(
    method: string,
    hashes: readonly string[],
    blockHash: string,
  ): Promise<T[]> {
    const found = await this.client.batch<T | null>(hashes.map((hash) => ({ method, params: [hash] })));
    return found.map((item, index) => checkInBlock(item, hashes[index] ?? "", blockHash));
  }
}

/** Logs as they are when they ascend already, as they nearly always do. */
function inOrder(logs: Log[]): Log[] {
  const isAscending = logs.every((log, index) => {
    const before = logs[index - 1];
    return before === undefined || compareLogs(before, log) < 0;
  });
  return isAscending ? logs : sortLogs(logs);
}

function compareLogs(a: Log, b: Log): number {
  return Number(a.blockNumber) - Number(b.blockNumber) || Number(a.logIndex) - Number(b.logIndex);
}

/** By block and position, each log once: several queries may find the same. */
export function sortLogs(logs: readonly Log[]): Log[] {
  const unique = new Map(logs.map((log) => [`${log.blockHash}/${log.logIndex}`, log]));
  return [...unique.values()].sort(compareLogs);
}
