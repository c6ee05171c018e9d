import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { silentLogger } from "#kernel/log.ts";
import { startHttpNode, type HttpNode } from "../testdata/http-node.ts";
import { madeHash, madeHeader, madeLog } from "../testdata/made-blocks.ts";
import { Backfill } from "./backfill.ts";
import { ChainReader } from "./chain-reader.ts";
import type { LogQuery, SourceFilter } from "./filter.ts";
import { RangeCache } from "./range-cache.ts";
import { createRetry } from "./retry.ts";
import { RpcClient } from "./rpc.ts";
import type { Block, Header, Log } from "./types.ts";

const TOPIC = `0x${"01".repeat(32)}`;
const QUERY: LogQuery = { addresses: undefined, topics: [[TOPIC]] };
const OTHER: LogQuery = { addresses: [`0x${"aa".repeat(20)}`], topics: [[TOPIC]] };
const CHAIN = { chainId: "1", genesisHash: `0x${"0".repeat(64)}` };

/** A chain with a log in every third block, which may leave for a fork at some height. */
let forkedAt: number;
let asked: string[];
let node: HttpNode;
let folder: string;

const forkOf = (block: number): number => (block >= forkedAt ? 1 : 0);
const headerOf = (block: number): Header =>
  madeHeader(block, madeHash(block, forkOf(block)), madeHash(block - 1, forkOf(block - 1)));
const logOf = (block: number): Log =>
  madeLog(block, madeHash(block, forkOf(block)), TOPIC, forkOf(block) === 0 ? "0x" : "0xff");

beforeEach(async () => {
  [forkedAt, asked] = [Infinity, []];
  folder = mkdtempSync(join(tmpdir(), "bc-ranges-"));
  node = await startHttpNode(({ method, params }) => {
    if (method !== "eth_getLogs") {
      asked.push(`${method.slice(12)} ${Number(params[0]) % 2 ** 32}`);
      return { result: headerOf(Number(BigInt(params[0] as string) % 2n ** 32n)) };
    }
    const { fromBlock, toBlock } = params[0] as { fromBlock: string; toBlock: string };
    const [from, to] = [Number(fromBlock), Number(toBlock)];
    asked.push(`logs ${from}-${to}`);
    const numbers = Array.from({ length: to - from + 1 }, (_, index) => from + index);
    return { result: numbers.filter((number) => number % 3 === 0).map(logOf) };
  });
});
afterEach(async () => {
  await node.close();
  rmSync(folder, { recursive: true });
});

/** What a run up to `to` is handed, and what it asked the node for. */
async function read(
  to: number,
  { start = 0, wanted = [], extendAt = 0 }: { start?: number; wanted?: number[]; extendAt?: number } = {},
): Promise<{ blocks: Block[]; asked: string[]; extension?: Log[] }> {
  const { signal } = new AbortController();
  const cache = new RangeCache({ folder, chain: CHAIN, maxBytes: 2 ** 30, logger: silentLogger });
  const filter: SourceFilter = {
    version: 0,
    logQueries: () => [QUERY],
    wantedBlocks: (from, most) => wanted.filter((number) => isGrown && number >= from && number <= most),
  };
  const reader = new ChainReader(new RpcClient({ url: node.url, signal }));
  const backfill = new Backfill(reader, filter, createRetry("logs", signal), cache);
  const blocks: Block[] = [];
  let extension: Log[] | undefined;
  let isGrown = extendAt === 0;
  asked = [];
  for await (const block of backfill.blocks({ number: start, hash: madeHash(start) }, to)) {
    blocks.push(block);
    if (block.number !== extendAt) continue;
    isGrown = true;
    extension = await backfill.extend(block, [OTHER]);
  }
  await cache.idle();
  return { blocks, asked, ...(extension && { extension }) };
}

const kept = (): string[] =>
  readdirSync(join(folder, "1-00000000"))
    .map((name) => name.replace(/^[0-9a-f]{16}-|\.br$/g, ""))
    .sort((a, b) => parseInt(a) - parseInt(b));

describe("ranges that were read before", () => {
  it("cost a look at their last block each, and give the same blocks", async () => {
    const first = await read(50);
    expect(kept()).toEqual(["1-10", "11-50"]);
    expect(first.blocks.filter(({ logs }) => logs.length > 0)).toHaveLength(16);
    const second = await read(50);
    expect(second.blocks).toEqual(first.blocks);
    expect(second.asked.sort()).toEqual(["ByNumber 10", "ByNumber 50"]);
  });

  it("are used again behind a stretch that wasn't read", async () => {
    await read(10);
    await read(60, { start: 30 }); // 31-40, 41-60
    expect((await read(60)).asked.sort()).toEqual(
      // ten blocks without many logs let the next range have a hundred: it stops where the kept one begins
      ["ByNumber 10", "ByNumber 40", "ByNumber 60", "logs 11-30", ...headers(11, 30)].sort(),
    );
    expect((await read(60)).asked.sort()).toEqual(["ByNumber 10", "ByNumber 30", "ByNumber 40", "ByNumber 60"]);
  });

  it("aren't used when less is asked for", async () => {
    await read(50);
    const { asked: again, blocks } = await read(49);
    expect(again.filter((call) => call.startsWith("logs"))).toEqual(["logs 11-49"]);
    expect(blocks.at(-1)?.number).toBe(49);
  });

  it("are fetched anew from where the chain has changed", async () => {
    await read(50);
    forkedAt = 20;
    const { blocks, asked: again } = await read(50);
    expect(again.filter((call) => call.startsWith("logs"))).toEqual(["logs 11-50"]);
    expect(blocks.flatMap(({ logs }) => logs)).toEqual([3, 6, 9, ...numbers(12, 48, 3)].map(logOf));
    expect((await read(50)).blocks).toEqual(blocks);
  });

  it("that don't go on from what was indexed are fetched anew", async () => {
    await read(10);
    const reader = new ChainReader(new RpcClient({ url: node.url, signal: new AbortController().signal }));
    const cache = new RangeCache({ folder, chain: CHAIN, maxBytes: 2 ** 30, logger: silentLogger });
    const filter: SourceFilter = { version: 0, logQueries: () => [QUERY], wantedBlocks: () => [] };
    const backfill = new Backfill(reader, filter, (ask) => ask(), cache);
    asked = [];
    const next = backfill.blocks({ number: 0, hash: madeHash(0, 1) }, 10).next();
    await expect(next).rejects.toMatchObject({ code: "NODE_INCONSISTENT" });
    expect(asked).toContain("logs 1-10");
  });

  it("lack headers that are wanted only now, once", async () => {
    await read(50);
    const found = await read(50, { wanted: [5, 6, 25] });
    expect(found.asked.sort()).toEqual(["ByNumber 10", "ByNumber 25", "ByNumber 5", "ByNumber 50"]);
    expect(found.blocks.map(({ number }) => number)).toEqual(
      [...numbers(3, 48, 3), 5, 10, 25, 50].sort((a, b) => a - b),
    );
    const again = await read(50, { wanted: [5, 6, 25] });
    expect(again.asked.sort()).toEqual(["ByNumber 10", "ByNumber 50"]);
    expect(again.blocks).toEqual(found.blocks);
    expect((await read(50)).blocks.map(({ number }) => number)).toEqual([
      ...numbers(3, 9, 3),
      10,
      ...numbers(12, 48, 3),
      50,
    ]);
  });

  it("are kept with what a source that was made in their middle finds", async () => {
    const first = await read(50, { extendAt: 12, wanted: [40, 41] });
    expect(kept()).toEqual(["1-10", "11-50", "12-50"]);
    expect(first.extension).toEqual([logOf(12)]);
    expect(first.blocks.map(({ number }) => number)).toEqual(expect.arrayContaining([40, 41]));
    const second = await read(50, { extendAt: 12, wanted: [40, 41] });
    expect(second.asked.sort()).toEqual(["ByNumber 10", "ByNumber 50"]);
    expect(second).toEqual({ ...first, asked: second.asked });
  });
});

it("ranges of a few blocks at the chain's end aren't kept", async () => {
  await read(10);
  for (let head = 11; head < 20; head++) await read(head, { start: head - 1 });
  await read(29, { start: 20 });
  await read(40, { start: 30, extendAt: 33 });
  expect(kept()).toEqual(["1-10", "31-40", "33-40"]);
});

function numbers(from: number, to: number, step: number): number[] {
  return Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, index) => from + index * step);
}

/** What fetching a range asks for beside its logs: its first and last block, and those with logs. */
function headers(from: number, to: number): string[] {
  const withLogs = numbers(Math.ceil(from / 3) * 3, to - 1, 3);
  return [`ByNumber ${from}`, `ByNumber ${to}`, ...withLogs.map((number) => `ByHash ${number}`)];
}
