import { BaseError } from "#kernel/errors.ts";
import { mayMatch } from "./bloom.ts";
import { toRpcFilter, type LogQuery } from "./filter.ts";
import { RpcError, type RpcClient } from "./rpc.ts";
import type { Header, Log, Receipt, Transaction } from "./types.ts";

/** A quantity as JSON-RPC writes it. */
export function toHex(value: number): string {
  return `0x${value.toString(16)}`;
}

/** The error for what a node doesn't have yet or lost: the same question is asked again later. */
function inconsistent(what: string): BaseError {
  return new BaseError("NODE_INCONSISTENT", what, {
    isRetryable: true,
    hints: ["if this lasts, the node behind RPC_URL is broken or a mix of unequal nodes"],
  });
}

/** Reads blocks, logs, transactions and receipts of one chain. */
export class ChainReader {
  private readonly client: RpcClient;

  constructor(client: RpcClient) {
    this.client = client;
  }

  /** The block named `latest` or `finalized`; `undefined` when the node has none of that name. */
  async tagged(tag: "latest" | "finalized"): Promise<Header | undefined> {
    try {
      return (await this.client.call<Header | null>("eth_getBlockByNumber", tag, false)) ?? undefined;
    } catch (error) {
      if (error instanceof RpcError && tag === "finalized") return undefined;
      throw error;
    }
  }

  /** Headers by number; `undefined` where the node has none. */
  async headersByNumber(numbers: readonly number[]): Promise<(Header | undefined)[]> {
    const headers = await this.client.batch<Header | null>(
      numbers.map((number) => ({ method: "eth_getBlockByNumber", params: [toHex(number), false] })),
    );
    return headers.map((header) => header ?? undefined);
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
    return headers.map((header, index) => {
      if (!header) throw inconsistent(`the node has logs of block ${hashes[index] ?? "?"} but not the block`);
      return header;
    });
  }

  /**
   * Logs of the queries in a range of blocks, in the chain's order, each once.
   *
   * @throws RpcError or TooMuchError when the range may be too wide for the node
   */
  async logsInRange(queries: readonly LogQuery[], from: number, to: number): Promise<Log[]> {
    const found = await this.client.batch<Log[]>(
      queries.map((query) => ({
        method: "eth_getLogs",
        params: [{ ...toRpcFilter(query), fromBlock: toHex(from), toBlock: toHex(to) }],
      })),
      { isDivisible: to > from },
    );
    return found.length === 1 ? (found[0] ?? []) : sortLogs(found.flat());
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
    const found = await this.client.batch<Log[]>(
      asked.map(({ header, query }) => ({
        method: "eth_getLogs",
        params: [{ ...toRpcFilter(query), blockHash: header.hash }],
      })),
    );
    const result = headers.map<Log[]>(() => []);
    for (const [position, { index }] of asked.entries()) result[index]?.push(...(found[position] ?? []));
    for (const [index, header] of headers.entries()) {
      const isAsked = asked.some((item) => item.index === index);
      if (isAsked && result[index]?.length === 0) await this.checkEmpty(header);
    }
    return result.map(sortLogs);
  }

  /** A bloom that may hold the query's logs while none came: the block must have other logs, or the node lags. */
  private async checkEmpty(header: Header): Promise<void> {
    const all = await this.client.call<Log[]>("eth_getLogs", { blockHash: header.hash });
    if (all.length === 0)
      throw inconsistent(`the node has no logs of block ${Number(header.number)}, whose bloom has some`);
  }

  /** Transactions by hash. */
  async transactions(hashes: readonly string[]): Promise<Transaction[]> {
    return this.named<Transaction>("eth_getTransactionByHash", hashes);
  }

  /** Receipts by transaction hash. */
  async receipts(hashes: readonly string[]): Promise<Receipt[]> {
    return this.named<Receipt>("eth_getTransactionReceipt", hashes);
  }

  private async named<T>(method: string, hashes: readonly string[]): Promise<T[]> {
    const found = await this.client.batch<T | null>(hashes.map((hash) => ({ method, params: [hash] })));
    return found.map((item, index) => {
      if (item === null)
        throw inconsistent(`the node has logs of transaction ${hashes[index] ?? "?"} but not ${method}'s answer`);
      return item;
    });
  }
}

/** By block and position, each log once: several queries may find the same. */
export function sortLogs(logs: readonly Log[]): Log[] {
  const unique = new Map(logs.map((log) => [`${log.blockHash}/${log.logIndex}`, log]));
  return [...unique.values()].sort(
    (a, b) => Number(a.blockNumber) - Number(b.blockNumber) || Number(a.logIndex) - Number(b.logIndex),
  );
}
