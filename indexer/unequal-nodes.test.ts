import type { Pool } from "#kernel/pg.ts";
import { waitFor } from "#kernel/time.ts";
import { buildSubgraph } from "./testdata/build.ts";
import { GENESIS_TIME, startChain, type TestChain } from "./testdata/chain.ts";
import { lagging } from "./testdata/lagging.ts";
import { LIMITS } from "./testdata/lies.ts";
import { startLyingNode, type Lie, type LyingNode } from "./testdata/lying-node.ts";
import { dump, follow, indexUntil, lookInto, wipe, type Follower, type Setting } from "./testdata/indexing.ts";
import { OTHER, WATCHED } from "./testdata/scenario.ts";
import { startTestServer, type TestServer } from "./testdata/server.ts";

const WAIT = { timeoutMs: 60_000, onTimeout: (): Error => new Error("it did not come to that") };

let chain: TestChain;
let node: LyingNode;
let server: TestServer;
let pool: Pool;
let setting: Setting;
let follower: Follower | undefined;

beforeAll(async () => {
  [chain, server] = await Promise.all([startChain(), startTestServer()]);
  const database = await server.open();
  pool = lookInto(database.url);
  node = await startLyingNode(chain.url);
  setting = { manifestPath: await buildSubgraph(), rpcUrl: node.url, databaseUrl: database.url };
  for (let block = 0; block < 5; block++) await mine(block);
}, 120_000);

beforeEach(() => wipe(pool));

afterEach(async () => {
  await follower?.stop();
  follower = undefined;
  node.lie(undefined);
  node.passTo(chain.url);
});

afterAll(async () => {
  await Promise.all([pool.end(), node.close(), chain.stop()]);
  await server.stop();
});

/** Mines a block with two transfers, some with a new contract; gives its hash. */
async function mine(value: number): Promise<string> {
  await chain.send("transfer", [WATCHED, BigInt(value)]);
  await chain.send("transfer", [OTHER, BigInt(value)]);
  if (value % 3 === 0) await chain.send("create", [`child ${value}`]);
  await chain.mine(700);
  return headHash();
}

const headHash = async (): Promise<string> => (await chain.public.getBlock()).hash;

/** Compares with an indexer that asks the chain itself; windows as wide, so that rollups fall on the same blocks. */
async function expectCleanRows(reorgWindow = 1_000): Promise<void> {
  await follower?.stop();
  const rows = await dump(pool);
  await wipe(pool);
  const until = Number(await chain.public.getBlockNumber());
  await indexUntil({ ...setting, rpcUrl: chain.url }, until, { reorgWindow });
  expect(rows).toEqual(await dump(pool));
}

const reorgs = (): number => follower?.steps.filter(({ type }) => type === "reorg").length ?? -1;

describe("unequal nodes behind one address", () => {
  it("every other request to one that lags: no reorg, no row lost", async () => {
    node.lie(
      lagging(
        chain.url,
        () => 1 + (node.requests % 5),
        () => node.requests % 2 === 0,
      ),
    );
    follower = follow(setting, pool, { reorgWindow: 100 });
    let hash = "";
    for (let block = 0; block < 12; block++) hash = await mine(100 + block);
    await follower.reach(hash);
    expect(reorgs()).toBe(0);
    await expectCleanRows();
  });

  it("every third request to one that lags, in a backfill: no row lost", async () => {
    node.lie(
      lagging(
        chain.url,
        () => 4,
        () => node.requests % 3 === 0,
      ),
    );
    const until = Number(await chain.public.getBlockNumber());
    await indexUntil(setting, until, { reorgWindow: 0 });
    expect(node.lies).toBeGreaterThan(1);
    await expectCleanRows(0);
  });

  it("one that lags far below what was indexed is told, and nothing is undone", async () => {
    follower = follow(setting, pool, { reorgWindow: 3 });
    await follower.reach(await headHash());
    const before = await dump(pool);
    node.lie(
      lagging(
        chain.url,
        () => 10,
        () => true,
      ),
    );
    const reason = await waitFor(() => Promise.resolve(follower?.health().detail["reason"] ?? undefined), WAIT);
    const head = Number(await chain.public.getBlockNumber());
    expect(reason).toContain(`the node is at block ${head - 10}, far below block ${head} (${await headHash()})`);
    expect(await dump(pool)).toEqual(before);
    node.lie(undefined);
    await follower.reach(await mine(200));
    expect(follower.health()).toMatchObject({ isHealthy: true, detail: { reason: null } });
    expect(reorgs()).toBe(0);
  });
});

describe("finality that a node tells", () => {
  /** Answers what is asked for the final block. */
  const finalized =
    (number: () => number | null | "refused"): Lie =>
    async (call) => {
      if (call.params[0] !== "finalized") return undefined;
      const block = number();
      if (block === "refused") return { error: { code: -32_602, message: "unknown block tag" } };
      if (block === null) return { result: null };
      // ahead of the head there is none: its number alone is told
      const found = await chain.public.request({
        method: "eth_getBlockByNumber",
        params: [`0x${Math.min(block, Number(await chain.public.getBlockNumber())).toString(16)}`, false],
      });
      return { result: { ...found, number: `0x${block.toString(16)}` } };
    };

  it.each([
    ["isn't supported", (): "refused" => "refused"],
    ["is null", (): null => null],
    ["goes backwards", (asked: number): number => [4, 8, 2, 6][asked % 4] ?? 0],
  ])("%s: a reorg of one block is followed", async (_, answer) => {
    let asked = 0;
    node.lie(finalized(() => answer(asked++)));
    follower = follow(setting, pool);
    await follower.reach(await headHash());
    const snapshot = await chain.test.snapshot();
    await follower.reach(await mine(300));
    await chain.test.revert({ id: snapshot });
    chain.forgetNonce();
    await follower.reach(await mine(301));
    expect(reorgs()).toBe(1);
    await expectCleanRows();
  });

  it("is ahead of the head: each block is indexed once it is there", async () => {
    const head = Number(await chain.public.getBlockNumber());
    node.lie(finalized(() => head + 5));
    follower = follow(setting, pool);
    await follower.reach(await headHash());
    await follower.reach(await mine(310));
    await follower.reach(await mine(311));
    const { rows } = await pool.query(
      "select block$ as block, value::text from sgd1.transfer order by vid desc limit 3",
    );
    expect(rows).toEqual([
      { block: head + 2, value: "311" },
      { block: head + 2, value: "311" },
      { block: head + 1, value: "310" },
    ]);
  });

  it("fails for a while: no hash is forgotten that may be needed", async () => {
    let isRefused = false;
    node.lie(finalized(() => (isRefused ? "refused" : 30)));
    await chain.mineEmpty(40);
    follower = follow(setting, pool);
    await follower.reach(await headHash());
    isRefused = true;
    await chain.mineEmpty(260);
    await follower.reach(await mine(400));
    const { rows } = await pool.query("select min(number)::int as lowest from chain1.blocks");
    expect(rows).toEqual([{ lowest: 30 }]);
  });
});

describe("an address that another chain answers at", () => {
  it.each([
    ["with another id and more blocks", 4_242, GENESIS_TIME, 40, "its chain id is 4242, not 31337"],
    ["with another beginning and few blocks", 31_337, GENESIS_TIME + 1, 0, "its block 0 is 0x"],
  ])("in mid-run, %s: indexing stops and says so", async (_, id, time, blocks, reason) => {
    const other = await startChain(id, time);
    try {
      if (blocks > 0) await other.mineEmpty(Number(await chain.public.getBlockNumber()) + blocks);
      follower = follow(setting, pool, { reorgWindow: 3 });
      await follower.reach(await headHash());
      const before = await dump(pool);
      node.passTo(other.url);
      expect(await follower.fail()).toContain(reason);
      expect(await dump(pool)).toEqual(before);
      expect(await follower.stop()).toMatchObject({ status: "failed" });
    } finally {
      await other.stop();
    }
  });

  it("in mid-backfill: indexing stops without a row of the other chain, and goes on with the right one", async () => {
    const other = await startChain(4_242);
    await chain.mineEmpty(60);
    await mine(500);
    try {
      const until = Number(await chain.public.getBlockNumber());
      await other.mineEmpty(until + 10);
      let ranges = 0;
      node.lie((call, ...rest) => {
        if (call.method !== "eth_getLogs") return undefined;
        if (++ranges === 25) node.passTo(other.url);
        return LIMITS["block range is too wide"]?.(call, ...rest);
      });
      const run = indexUntil(setting, until, { reorgWindow: 0 });
      await expect(run).rejects.toMatchObject({ code: "CHAIN_CHANGED" });
      node.lie(undefined);
      node.passTo(chain.url);
      await indexUntil(setting, until, { reorgWindow: 0 });
      await expectCleanRows(0);
    } finally {
      await other.stop();
    }
  });
});

it("a node that doesn't know which chain it serves, while a reorg is looked into, is asked again", async () => {
  follower = follow(setting, pool, { reorgWindow: 20 });
  const snapshot = await chain.test.snapshot();
  await follower.reach(await mine(600));
  node.lie(({ method, params }) => (method === "eth_chainId" || params[0] === "0x0" ? { result: null } : undefined), 3);
  await chain.test.revert({ id: snapshot });
  chain.forgetNonce();
  await follower.reach(await mine(601));
  expect(reorgs()).toBe(1);
  await expectCleanRows();
});
