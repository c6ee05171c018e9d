import { getContractAddress, type Hex } from "viem";
import type { TestDatabase } from "#database/testing.ts";
import type { Pool } from "#kernel/pg.ts";
import { waitFor } from "#kernel/time.ts";
import { buildSubgraph, editManifest } from "./testdata/build.ts";
import { CONTRACT, GENESIS_TIME, startChain, type TestChain } from "./testdata/chain.ts";
import { compare } from "./testdata/equivalence.ts";
import { hasGraphNode, startServer, type GraphNodeServer } from "./testdata/graph-node.ts";
import { earliestOf, seenFrom } from "./testdata/history.ts";
import { dump, follow, indexUntil, lookInto, wipe, type Follower, type Setting } from "./testdata/indexing.ts";
import { OTHER, WATCHED } from "./testdata/scenario.ts";
import { startTestServer, type TestServer } from "./testdata/server.ts";
import { play } from "./testdata/torture-logs.ts";
import { randomBlocks } from "./testdata/torture-random.ts";

const describeWithGraphNode = hasGraphNode ? describe : describe.skip;

const keeping = (blocks: number | "never") => (text: string) => text.replace("prune: never", `prune: ${blocks}`);

describeWithGraphNode("pruned history beside real graph-node (from npm, on Linux x64)", () => {
  let chain: TestChain;
  let server: GraphNodeServer;

  beforeAll(async () => {
    [server, chain] = await Promise.all([startServer(), startChain(31_337, GENESIS_TIME, "Torture")]);
    await chain.send("spawn", [3n]);
    await chain.mine();
    const children = [1n, 2n, 3n].map((nonce) => getContractAddress({ from: CONTRACT, nonce }).toLowerCase() as Hex);
    for (const { transactions, seconds } of randomBlocks(8, children, 200)) {
      for (const entries of transactions) await play(chain, entries);
      await chain.mine(seconds);
    }
  }, 120_000);

  afterAll(async () => {
    await chain.stop();
    await server.stop();
  });

  it("holds the same versions from the earliest block on that both keep, and nothing that ended before", async () => {
    const build = await buildSubgraph({}, "torture");
    // graph-node's own window is 10 here, and it keeps more than that
    const kept = [11, 60, 10_000] as const;
    const manifests = kept.map((blocks) => editManifest(build, keeping(blocks)));
    const until = Number(await chain.public.getBlockNumber());
    const contest = { name: "pruned", serverUrl: server.url, rpcUrl: chain.url, until, manifests };
    const found = await compare(contest);
    for (const [place, { theirs, ours }] of found.entries()) {
      const [theirEarliest, ourEarliest] = [theirs, ours].map(
        ({ status }) => (status as { earliest: number }).earliest,
      );
      const both = Math.max(theirEarliest ?? 0, ourEarliest ?? 0);
      expect(seenFrom(ours.rows, both)).toEqual(seenFrom(theirs.rows, both));
      expect(ourEarliest).toBe(Math.max(until - (kept[place] ?? 0), 0));
      expect(seenFrom(ours.rows, ourEarliest ?? 0)).toEqual(ours.rows);
      expect({ ...(ours.status as object), earliest: 0 }).toEqual({ ...(theirs.status as object), earliest: 0 });
    }
    const [fewest, , all] = found.map(({ ours }) => ours.rows.length);
    expect(fewest).toBeLessThan((all ?? 0) * 0.9);
    expect((found[0]?.theirs.status as { earliest: number }).earliest).toBeGreaterThan(1);
  }, 180_000);
});

/** Blocks that may change: more than are kept. */
const WINDOW = 20;
const KEPT = 5;

describe("pruned history at the tip", () => {
  let chain: TestChain;
  let server: TestServer;
  let database: TestDatabase;
  let pool: Pool;
  let setting: Setting;
  let unpruned: string;
  let follower: Follower | undefined;

  beforeAll(async () => {
    [chain, server] = await Promise.all([startChain(), startTestServer()]);
    database = await server.open();
    pool = lookInto(database.url);
    unpruned = await buildSubgraph();
    const manifestPath = editManifest(unpruned, keeping(KEPT));
    setting = { manifestPath, rpcUrl: chain.url, databaseUrl: database.url };
    await mine(60, 1);
  }, 120_000);

  beforeEach(() => wipe(pool));

  afterEach(() => stop());

  afterAll(async () => {
    await pool.end();
    await Promise.all([chain.stop(), database.close()]);
    await server.stop();
  });

  /** Blocks that each change one of two accounts. */
  async function mine(blocks: number, value: number): Promise<string> {
    for (let block = 0; block < blocks; block++) {
      await chain.send("transfer", [block % 2 === 0 ? WATCHED : OTHER, BigInt(value + block)]);
      await chain.mine();
    }
    return (await chain.public.getBlock()).hash;
  }

  const start = (): Follower => (follower = follow(setting, pool, { reorgWindow: WINDOW }));

  async function stop(): Promise<void> {
    await follower?.stop();
    follower = undefined;
  }

  const finalBlock = async (): Promise<number> => Number(await chain.public.getBlockNumber()) - WINDOW;

  /** Waits until nothing is kept that ended at or before a final block, and gives the earliest kept one. */
  async function pruned(to: number): Promise<number> {
    const isPruned = async (): Promise<true | undefined> => ((await earliestOf(pool)) >= to ? true : undefined);
    await waitFor(isPruned, { timeoutMs: 10_000, onTimeout: () => new Error(`block ${to} isn't the earliest`) });
    const earliest = await earliestOf(pool);
    expect(earliest).toBeLessThanOrEqual(await finalBlock());
    return earliest;
  }

  /** Stops, and holds what is kept against what an indexer that prunes nothing makes of the same chain. */
  async function expectKept(earliest: number): Promise<void> {
    await stop();
    const kept = await dump(pool);
    expect(await earliestOf(pool)).toBe(earliest);
    await wipe(pool);
    const until = Number(await chain.public.getBlockNumber());
    await indexUntil({ ...setting, manifestPath: unpruned }, until, { reorgWindow: WINDOW });
    const all = await dump(pool);
    expect(kept).toEqual(seenFrom(all, earliest));
    expect(kept.length).toBeLessThan(all.length);
  }

  it("goes at each start, and after each 25 blocks that became final", async () => {
    let hash = (await chain.public.getBlock()).hash as string;
    for (let round = 0; round < 2; round++) {
      await start().reach(hash);
      const final = await finalBlock();
      expect(await pruned(final)).toBe(final);
      hash = await mine(20, 100 * (round + 1));
      await follower?.reach(hash);
      expect(await earliestOf(pool)).toBe(final);
      hash = await mine(7, 100 * (round + 1));
      await follower?.reach(hash);
      const earliest = await pruned(final + 25);
      hash = await mine(3, 500 + round);
      await follower?.reach(hash);
      await stop();
      expect(await earliestOf(pool)).toBe(earliest);
      hash = await mine(3, 600 + round);
    }
    await start().reach(hash);
    await expectKept(await pruned(await finalBlock()));
  }, 60_000);

  it.each(["at the tip", "while the indexer is down"])(
    "still has what a reorg to the edge of the window brings back, %s",
    async (when) => {
      const fork = await chain.test.snapshot();
      // mined before the start: what becomes final after it waits for 25 blocks
      const tip = await mine(WINDOW, 1_000);
      await start().reach(tip);
      const final = await finalBlock();
      await pruned(final);
      if (when !== "at the tip") await stop();
      await chain.test.revert({ id: fork });
      chain.forgetNonce();
      await chain.mine(); // an empty one: the accounts change in the other order
      const replaced = await mine(WINDOW, 2_000);
      await (follower ?? start()).reach(replaced);
      // pruned at each start, or not again within 32 blocks
      const earliest = when === "at the tip" ? final : final + 1;
      await pruned(earliest);
      await expectKept(earliest);
    },
    60_000,
  );
});
