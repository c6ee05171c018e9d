import type { ServerResponse } from "node:http";
import { startHttpNode, type HttpNode } from "../testdata/http-node.ts";
import { madeHash, madeHeader, madeLog } from "../testdata/made-blocks.ts";
import { Backfill } from "./backfill.ts";
import { ChainReader } from "./chain-reader.ts";
import type { LogQuery, SourceFilter } from "./filter.ts";
import { createRetry } from "./retry.ts";
import { RpcClient } from "./rpc.ts";
import type { Block, Header, Log } from "./types.ts";

/** The widest range that the node answers. */
const MAX_RANGE = 3;
const BLOCKS = 12;
const TIMEOUT_MS = 150;
const TOPIC = `0x${"01".repeat(32)}`;
const QUERY: LogQuery = { addresses: undefined, topics: [[TOPIC]] };
const FILTER: SourceFilter = { version: 0, logQueries: () => [QUERY], wantedBlocks: () => [] };
const START = { number: 0, hash: "" };

const headerOf = (block: number): Header => madeHeader(block, madeHash(block), madeHash(block - 1));
const logOf = (block: number): Log => madeLog(block, madeHash(block), TOPIC);

let node: HttpNode | undefined;
afterEach(() => node?.close());

/** A node with one log in each block, which refuses wide ranges in some way. */
async function startNode(refuse: (response: ServerResponse) => object | undefined): Promise<ChainReader> {
  node = await startHttpNode(({ method, params }, response) => {
    if (method === "eth_getBlockByHash") return { result: headerOf(Number(params[0])) };
    if (method === "eth_getBlockByNumber") return { result: headerOf(Number(params[0])) };
    const { fromBlock, toBlock } = params[0] as { fromBlock: string; toBlock: string };
    const [from, to] = [Number(fromBlock), Number(toBlock)];
    if (to - from + 1 > MAX_RANGE) return refuse(response);
    return { result: Array.from({ length: to - from + 1 }, (_, index) => logOf(from + index)) };
  });
  const { signal } = new AbortController();
  return new ChainReader(new RpcClient({ url: node.url, signal, timeoutMs: TIMEOUT_MS }));
}

function backfillFrom(reader: ChainReader, filter = FILTER): Backfill {
  return new Backfill(reader, filter, createRetry("logs", new AbortController().signal));
}

async function blocksFrom(reader: ChainReader): Promise<number[]> {
  const found: Block[] = [];
  for await (const block of backfillFrom(reader).blocks(START, BLOCKS)) found.push(block);
  expect(found.every(({ logs }) => logs.length === 1)).toBe(true);
  return found.map(({ number }) => number);
}

const ALL = Array.from({ length: BLOCKS }, (_, index) => index + 1);
const tooWide = { error: { code: -32_602, message: "query exceeds max block range" } };

describe("a range that is too wide for the node is halved", () => {
  it("when the node says so with status 400 and its own error", async () => {
    const reader = await startNode((response) => {
      response.statusCode = 400;
      return tooWide;
    });
    expect(await blocksFrom(reader)).toEqual(ALL);
  });

  it("when a gateway says so with status 413 and a page of its own", async () => {
    const reader = await startNode((response) => void response.writeHead(413).end("<html>too large</html>"));
    expect(await blocksFrom(reader)).toEqual(ALL);
  });

  it("when a gateway gave up waiting with status 504", async () => {
    const reader = await startNode((response) => void response.writeHead(504).end("gateway timeout"));
    expect(await blocksFrom(reader)).toEqual(ALL);
  });

  it("when no answer comes in time", async () => {
    const reader = await startNode(() => undefined);
    expect(await blocksFrom(reader)).toEqual(ALL);
  });

  it("when a new source's logs are looked for in a range that was fetched", async () => {
    let isRefusing = false;
    const reader = await startNode(() => (isRefusing ? tooWide : { result: [] }));
    const wantsAll: SourceFilter = { ...FILTER, wantedBlocks: (from, to) => ALL.filter((n) => n >= from && n <= to) };
    const backfill = backfillFrom(reader, wantsAll);
    const logs: Log[] = [];
    for await (const block of backfill.blocks(START, 10)) {
      logs.push(...block.logs);
      if (isRefusing) continue;
      // the first answer was a whole range without logs
      isRefusing = true;
      logs.push(...(await backfill.extend(block, [QUERY])));
    }
    expect(logs).toEqual(ALL.slice(0, 10).map(logOf));
  });
});

describe("a refusal that isn't about the range", () => {
  it.each([
    [401, false],
    [403, false],
    [429, true],
  ])("stays one with status %i, whatever its body says", async (status, isRetryable) => {
    node = await startHttpNode((_, response) => {
      response.statusCode = status;
      return { error: { code: -32_000, message: "no" } };
    });
    const client = new RpcClient({ url: node.url, signal: new AbortController().signal, tries: 1 });
    await expect(client.call("eth_chainId")).rejects.toMatchObject({ code: "RPC_REFUSED", isRetryable });
  });
});
