import type { Pool } from "#kernel/pg.ts";
import { buildSubgraph } from "./testdata/build.ts";
import { startChain, type TestChain } from "./testdata/chain.ts";
import { BREAKS, LIES, LIMITS } from "./testdata/lies.ts";
import { startLyingNode, type Lie, type LyingNode } from "./testdata/lying-node.ts";
import { dump, indexUntil, lookInto, wipe, type Setting } from "./testdata/indexing.ts";
import { OTHER, WATCHED } from "./testdata/scenario.ts";
import { startTestServer, type TestServer } from "./testdata/server.ts";

/** Windows that make every block recent, or none but the head. */
const WINDOWS = { "at the tip": 1_000, "in a backfill": 0 };

let chain: TestChain;
let node: LyingNode;
let server: TestServer;
let pool: Pool;
let setting: Setting;
let head: number;
const clean = new Map<number, string[]>();

beforeAll(async () => {
  [chain, server] = await Promise.all([startChain(), startTestServer()]);
  const database = await server.open();
  pool = lookInto(database.url);
  for (let block = 0; block < 6; block++) {
    await chain.send("transfer", [WATCHED, BigInt(block)]);
    await chain.send("transfer", [OTHER, BigInt(10 * block)]);
    if (block % 2 === 0) await chain.send("create", [`child ${block}`]);
    head = await chain.mine(1_500);
  }
  node = await startLyingNode(chain.url);
  setting = { manifestPath: await buildSubgraph(), rpcUrl: chain.url, databaseUrl: database.url };
  for (const window of Object.values(WINDOWS)) {
    await wipe(pool);
    await indexUntil(setting, head, { reorgWindow: window });
    clean.set(window, await dump(pool));
  }
}, 120_000);

afterAll(async () => {
  await Promise.all([pool.end(), node.close(), chain.stop()]);
  await server.stop();
});

/** Indexes through the node, which lies a few times; gives how often it did. */
async function lies(lie: Lie | undefined, times: number, reorgWindow: number): Promise<number> {
  await wipe(pool);
  const before = node.lies;
  // what the start asks for is asked for a few times only, and refused loudly: elsewhere
  const isIdentity = (method: string, params: readonly unknown[]): boolean =>
    method === "eth_chainId" || params[0] === "0x0";
  node.lie(lie && ((call, ...rest) => (isIdentity(call.method, call.params) ? undefined : lie(call, ...rest))), times);
  await indexUntil({ ...setting, rpcUrl: node.url }, head, { reorgWindow });
  node.lie(undefined);
  expect(await dump(pool)).toEqual(clean.get(reorgWindow));
  return node.lies - before;
}

describe.each(Object.entries(WINDOWS))("%s", (_, window) => {
  /** Lies that only one of the two ways of reading can meet. */
  const onlyIn: Record<string, number> = {
    "null for a block by hash": WINDOWS["in a backfill"],
    "a range of logs without those of its last block": WINDOWS["in a backfill"],
  };

  it.each(Object.entries(LIES))("%s changes no row", async (what, lie) => {
    const told = await lies(lie, 2, window);
    expect(told).toBe((onlyIn[what] ?? window) === window ? 2 : 0);
  });

  it.each(Object.entries(BREAKS))("%s changes no row", async (_name, lie) => {
    expect(await lies(lie, 1, window)).toBe(1);
  });

  it.each(Object.entries(LIMITS))("a node that says %s is asked for less", async (what, lie) => {
    const told = await lies(lie, Infinity, window);
    // at the tip logs are asked for block by block
    const isOfRanges = /results|range/.test(what);
    expect(told > 0).toBe(!isOfRanges || window === WINDOWS["in a backfill"]);
  });
});

it("a node that says how long to wait is left alone for so long", async () => {
  const startedAt = Date.now();
  await lies(BREAKS["status 429 with a time to wait"], 1, 0);
  expect(Date.now() - startedAt).toBeGreaterThan(1_000);
});
