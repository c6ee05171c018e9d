import type { TestDatabase } from "#database/testing.ts";
import { silentLogger } from "#kernel/log.ts";
import type { Pool } from "#kernel/pg.ts";
import { waitFor } from "#kernel/time.ts";
import { HealthBoard } from "./health.ts";
import { openIndexer } from "./open.ts";
import { buildSubgraph } from "./testdata/build.ts";
import { startChain, type TestChain } from "./testdata/chain.ts";
import { startFlakyNode } from "./testdata/flaky.ts";
import { dump, follow, indexUntil, lookInto, type Follower, type Setting } from "./testdata/indexing.ts";
import { OTHER, WATCHED } from "./testdata/scenario.ts";
import { startTestServer, type TestServer } from "./testdata/server.ts";

let chain: TestChain;
let server: TestServer;
let database: TestDatabase;
let clean: TestDatabase;
let pool: Pool;
let setting: Setting;
let follower: Follower | undefined;

beforeAll(async () => {
  [chain, server] = await Promise.all([startChain(), startTestServer()]);
  [database, clean] = [await server.open(), await server.open()];
  pool = lookInto(database.url);
  setting = { manifestPath: await buildSubgraph(), rpcUrl: chain.url, databaseUrl: database.url };
}, 120_000);

afterAll(async () => {
  await follower?.stop();
  await pool.end();
  await Promise.all([chain.stop(), database.close(), clean.close()]);
  await server.stop();
});

/** Mines `count` blocks with transfers of `value`, every third with a new contract, some over an hour apart. */
async function mineBlocks(count: number, value: number): Promise<string> {
  for (let index = 0; index < count; index++) {
    await chain.send("transfer", [index % 2 === 0 ? WATCHED : OTHER, BigInt(value + index)]);
    if (index % 3 === 0) await chain.send("create", [`${value}-${index}`]);
    await chain.mine(index % 4 === 0 ? 4_000 : 12);
  }
  return (await chain.public.getBlock()).hash;
}

/** Waits for the head, then compares with an indexer that never saw another chain. */
async function expectAsIfNeverReorged(hash: string): Promise<void> {
  await follower?.reach(hash);
  const until = Number(await chain.public.getBlockNumber());
  const cleanPool = lookInto(clean.url);
  try {
    await cleanPool.query(`drop schema if exists sgd1, subgraphs, chain1 cascade`);
    await cleanPool.query(`drop table if exists public.deployment_schemas, public.chains cascade`);
    // every block within the window, so that rollups fall on the same blocks
    await indexUntil({ ...setting, databaseUrl: clean.url }, until, { reorgWindow: 1_000 });
    expect(await dump(pool)).toEqual(await dump(cleanPool));
  } finally {
    await cleanPool.end();
  }
}

/** Sets the chain back to where `change` finds it, keeping what `change` mined only until then. */
async function replace(oldBlocks: number, newBlocks: number): Promise<string> {
  const snapshot = await chain.test.snapshot();
  const old = await mineBlocks(oldBlocks, 10);
  await follower?.reach(old);
  await chain.test.revert({ id: snapshot });
  chain.forgetNonce();
  return mineBlocks(newBlocks, 500);
}

describe("a reorg", () => {
  it("starts from a chain followed to its head", async () => {
    follower = follow(setting, pool, { reorgWindow: 40, viewsSchema: "chain" });
    await expectAsIfNeverReorged(await mineBlocks(5, 1));
  });

  it("of one block to the same height is followed", async () => {
    await expectAsIfNeverReorged(await replace(1, 1));
  });

  it("of five blocks to the same height is followed", async () => {
    await expectAsIfNeverReorged(await replace(5, 5));
  });

  it("to a longer chain is followed", async () => {
    await expectAsIfNeverReorged(await replace(3, 6));
  });

  it("to a shorter chain is followed as soon as its blocks differ", async () => {
    await expectAsIfNeverReorged(await replace(6, 3));
  });

  it("by anvil's rollback is followed once another block comes", async () => {
    await mineBlocks(3, 70);
    await chain.test.request({ method: "anvil_rollback" as never, params: [2] as never });
    chain.forgetNonce();
    await expectAsIfNeverReorged(await mineBlocks(1, 800));
  });

  it("is told as a step with the last block that both chains share", () => {
    const reorgs = follower?.steps.filter(({ type }) => type === "reorg") ?? [];
    expect(reorgs.length).toBeGreaterThanOrEqual(4);
    const first = reorgs[0];
    // the emitter's block, then five: the sixth was replaced
    expect(first).toMatchObject({ type: "reorg", ancestor: { number: 6 } });
  });

  it("while the indexer was down is found at its start", async () => {
    const snapshot = await chain.test.snapshot();
    await follower?.reach(await mineBlocks(4, 20));
    await follower?.stop();
    await chain.test.revert({ id: snapshot });
    chain.forgetNonce();
    const hash = await mineBlocks(6, 900);
    follower = follow(setting, pool, { reorgWindow: 40 });
    await expectAsIfNeverReorged(hash);
  });

  it("is not seen in a node that merely lags", async () => {
    await follower?.stop();
    const before = await dump(pool);
    await chain.test.request({ method: "anvil_rollback" as never, params: [3] as never });
    chain.forgetNonce();
    follower = follow(setting, pool, { reorgWindow: 40 });
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(await dump(pool)).toEqual(before);
    expect(follower.health().isHealthy).toBe(true);
    await expectAsIfNeverReorged(await mineBlocks(4, 950));
  });
});

describe("a block that leaves the chain while it is handled", () => {
  it("is given up for the one that took its place", async () => {
    await follower?.stop();
    const node = await startFlakyNode(chain.url, 1, { errorShare: 0, maxRange: 1_000, hasLateLogs: false });
    const snapshot = await chain.test.snapshot();
    const transaction = await chain.send("transfer", [WATCHED, 77n]);
    node.lose(transaction);
    follower = follow({ ...setting, rpcUrl: node.url }, pool, { reorgWindow: 40 });
    await chain.mine();
    // the node has the block but no longer its transactions, as while it switches to another chain
    for (let wait = 0; wait < 100 && node.faults === 0; wait++) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(node.faults).toBeGreaterThan(0);
    await chain.test.revert({ id: snapshot });
    chain.forgetNonce();
    await expectAsIfNeverReorged(await mineBlocks(2, 333));
    node.close();
  });
});

describe("a node that refuses logs at the tip", () => {
  it("turns health red though it answers all else, and green once it gives them", async () => {
    await follower?.stop();
    const node = await startFlakyNode(chain.url, 1, { errorShare: 0, maxRange: 1_000, hasLateLogs: false });
    // trouble is red after 3 seconds here: time for a look at the chain between the tries
    const health = new HealthBoard(() => 5 * Date.now());
    const controller = new AbortController();
    const options = { ...setting, rpcUrl: node.url, signal: controller.signal, logger: silentLogger };
    const opened = await openIndexer({ ...options, reorgWindow: 40, pollMs: 50 }, health);
    const run = (async () => {
      for await (const step of opened.source.follow(opened.checkpoint))
        if (step.type === "block") await opened.engine.handle(step.block);
    })().catch(() => undefined);
    const becomes = async (isHealthy: boolean, indexed: number): Promise<unknown> =>
      waitFor(
        async () => {
          const now = health.read();
          return now.isHealthy === isHealthy && health.indexed === indexed ? now.detail : undefined;
        },
        { timeoutMs: 60_000, onTimeout: () => new Error(JSON.stringify(health.read())) },
      );
    const before = Number(await chain.public.getBlockNumber());
    await becomes(true, before);
    node.refuse("eth_getLogs");
    await mineBlocks(1, 40);
    expect(await becomes(false, before)).toMatchObject({ head: before + 1, reason: "eth_getLogs failed: not today" });
    node.refuse(undefined);
    expect(await becomes(true, before + 1)).toMatchObject({ reason: null });
    controller.abort();
    await run;
    await opened.close();
    node.close();
  });
});

describe("a reorg deeper than the window", () => {
  it("stops writing, turns health red and names the block", async () => {
    await follower?.stop();
    const snapshot = await chain.test.snapshot();
    const old = await mineBlocks(8, 30);
    follower = follow(setting, pool, { reorgWindow: 3 });
    await follower.reach(old);
    const before = await dump(pool);
    await chain.test.revert({ id: snapshot });
    chain.forgetNonce();
    await mineBlocks(9, 600);
    const reason = await follower.fail();
    const head = Number(await chain.public.getBlockNumber());
    // the window held the head of the old chain, one lower, and three below it
    expect(reason).toContain(`block ${head - 4} `);
    expect(await dump(pool)).toEqual(before);
    expect((await follower.stop()).status).toBe("failed");
  });

  it("is mended by a rewind below it", async () => {
    const head = Number(await chain.public.getBlockNumber());
    follower = follow(setting, pool, { reorgWindow: 40, rewindTo: head - 10 });
    await expectAsIfNeverReorged((await chain.public.getBlock()).hash);
  });
});
