import { openTestDatabase, type TestDatabase } from "#database/testing.ts";
import { BaseError } from "#kernel/errors.ts";
import type { Pool } from "#kernel/pg.ts";
import { waitFor } from "#kernel/time.ts";
import { buildSubgraph, editManifest } from "./testdata/build.ts";
import { GENESIS_TIME, startChain, type TestChain } from "./testdata/chain.ts";
import { dump, follow, indexUntil, lookInto, type Follower, type Setting } from "./testdata/indexing.ts";
import { WATCHED } from "./testdata/scenario.ts";

let chain: TestChain;
let database: TestDatabase;
let pool: Pool;
let setting: Setting;

beforeAll(async () => {
  [chain, database] = await Promise.all([startChain(), openTestDatabase()]);
  pool = lookInto(database.url);
  setting = { manifestPath: await buildSubgraph(), rpcUrl: chain.url, databaseUrl: database.url };
  await chain.send("transfer", [WATCHED, 5n]);
  await chain.mine();
  await indexUntil(setting, 2, { viewsSchema: "chain" });
}, 120_000);

afterAll(async () => {
  await pool.end();
  await Promise.all([chain.stop(), database.close()]);
});

/** The error that a start fails with. */
async function faultOf(start: Promise<unknown>): Promise<BaseError> {
  const fault: unknown = await start.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(fault).toBeInstanceOf(BaseError);
  return fault as BaseError;
}

describe("a start is refused", () => {
  it.each([
    ["has another id", 4_242, GENESIS_TIME, "its chain id is 4242, not 31337"],
    ["begins with another block", 31_337, GENESIS_TIME + 1, "its block 0 is 0x"],
  ])("when the node's chain %s, and nothing is touched", async (_, chainId, genesisTime, reason) => {
    const before = await dump(pool);
    const other = await startChain(chainId, genesisTime);
    try {
      const fault = await faultOf(indexUntil({ ...setting, rpcUrl: other.url }, 1));
      expect(fault.code).toBe("CHAIN_CHANGED");
      expect(fault.message).toContain(reason);
      expect(fault.hints.length).toBeGreaterThan(0);
      expect(await dump(pool)).toEqual(before);
    } finally {
      await other.stop();
    }
  });

  it("when another indexer writes the subgraph", async () => {
    let follower: Follower | undefined;
    await new Promise<void>((resolve) => (follower = follow(setting, pool, { onReady: resolve })));
    const fault = await faultOf(indexUntil(setting, 2));
    expect(fault.code).toBe("INDEXER_RUNNING");
    expect(fault.message).toContain(`process ${process.pid}`);
    await follower?.stop();
    await expect(indexUntil(setting, 2)).resolves.toMatchObject({ status: "reached" });
  });

  it("when the node can't be reached", async () => {
    const fault = await faultOf(indexUntil({ ...setting, rpcUrl: "http://127.0.0.1:9" }, 2));
    expect(fault.code).toBe("RPC_UNREACHABLE");
  });

  it.each([
    ["the last block is below its first", { until: 0 }, "BAD_UNTIL", /is to be 0, but the subgraph starts at 1/],
    ["it is to be rewound to a block not yet indexed", { rewindTo: 3 }, "BAD_REWIND", /blocks 1 to 2 are indexed/],
  ])("when %s", async (_, { until = 2, ...overrides }: { until?: number; rewindTo?: number }, code, message) => {
    const fault = await faultOf(indexUntil(setting, until, overrides));
    expect(fault).toMatchObject({ code, message: expect.stringMatching(message) as string });
    expect(fault.hints.length).toBeGreaterThan(0);
  });

  it("when the node isn't one of the manifest's network, unless it is told to go on", async () => {
    const manifestPath = editManifest(setting.manifestPath, (text) =>
      text.replaceAll("network: testnet", "network: base"),
    );
    const fault = await faultOf(indexUntil({ ...setting, manifestPath }, 2));
    expect(fault).toMatchObject({
      code: "WRONG_NETWORK",
      message: "the subgraph indexes base, which is chain 8453, but the node serves chain 31337",
    });
    const own = await openTestDatabase();
    const result = await indexUntil({ ...setting, manifestPath, databaseUrl: own.url }, 2, { anyNetwork: true });
    await own.close();
    expect(result).toEqual({ status: "reached", block: 2 });
  });

  it("when a file of the build is missing", async () => {
    const fault = await faultOf(indexUntil({ ...setting, manifestPath: "/nowhere/subgraph.yaml" }, 1));
    expect(fault.code).toBe("FILE_MISSING");
    expect(fault.message).toContain("/nowhere/subgraph.yaml");
  });
});

describe("a changed subgraph", () => {
  it("is indexed beside the old one, and the views switch once it is at the head", async () => {
    const manifestPath = editManifest(setting.manifestPath, (text) => text.replace("greeting", "greetings"));
    const schemas = async (): Promise<unknown[]> =>
      (
        await pool.query<{ viewname: string; is_new: boolean }>(
          "select viewname, definition like '%sgd2%' as is_new from pg_views where schemaname = 'chain' and viewname = 'account'",
        )
      ).rows;
    await pool.query("create view public.known as select id, kind from chain.account");
    await indexUntil({ ...setting, manifestPath }, 1, { viewsSchema: "chain" });
    expect(await schemas()).toEqual([{ viewname: "account", is_new: false }]);
    await indexUntil({ ...setting, manifestPath }, 2, { viewsSchema: "chain" });
    expect(await schemas()).toEqual([{ viewname: "account", is_new: true }]);
    const { rows } = await pool.query(
      "select d.subgraph = v.deployment as is_current from subgraphs.subgraph s join subgraphs.subgraph_version v on v.id = s.current_version join subgraphs.deployment d on d.id = 2",
    );
    expect(rows).toEqual([{ is_current: true }]);
    // a view over the views stays, and shows the new deployment
    expect((await pool.query("select kind from public.known")).rows).toEqual([{ kind: "FISH" }]);
  });

  it("gives way to an earlier build that is indexed again, which the views then show to the head", async () => {
    const newer = editManifest(setting.manifestPath, (text) => text.replace("greeting", "greetings"));
    await chain.send("transfer", [WATCHED, 6n]);
    await chain.mine();
    const head = await chain.mine();
    await indexUntil({ ...setting, manifestPath: newer }, head - 1, { viewsSchema: "chain" });
    const shown = async (): Promise<unknown[]> => {
      const { rows } = await pool.query<Record<string, unknown>>(
        "select block_number, is_synced, (select count(*)::int from chain.transfer) from chain.head",
      );
      return rows;
    };
    await indexUntil(setting, head - 1, { viewsSchema: "chain" });
    // on the way to the head the newer one is still shown
    expect(await shown()).toEqual([{ block_number: head - 1, is_synced: true, count: 2 }]);
    const last = await chain.mine();
    await indexUntil(setting, last, { viewsSchema: "chain" });
    expect(await shown()).toEqual([{ block_number: last, is_synced: true, count: 2 }]);
    const { rows } = await pool.query(
      "select d.id from subgraphs.subgraph s join subgraphs.subgraph_version v on v.id = s.current_version join subgraphs.deployment d on d.subgraph = v.deployment",
    );
    expect(rows).toEqual([{ id: 1 }]);
  });
});

describe("a subgraph whose first block the chain lacks", () => {
  const early = (startBlock: number): string =>
    editManifest(setting.manifestPath, (text) => text.replaceAll("startBlock: 1", `startBlock: ${startBlock}`));

  it("is waited for with green health, and indexed from there once it is mined", async () => {
    const own = await openTestDatabase();
    const ownPool = lookInto(own.url);
    const first = Number(await chain.public.getBlockNumber()) + 3;
    const follower = follow({ ...setting, manifestPath: early(first), databaseUrl: own.url }, ownPool);
    try {
      await waitFor(async () => (follower.health().detail["status"] === "waiting" ? true : undefined), {
        timeoutMs: 60_000,
        onTimeout: () => new Error(JSON.stringify(follower.health())),
      });
      expect(follower.health()).toMatchObject({ isHealthy: true, detail: { waitingFor: first, head: first - 3 } });
      await chain.mineEmpty(2);
      await chain.send("transfer", [WATCHED, 5n]);
      await chain.mine();
      await waitFor(async () => (follower.health().detail["indexed"] === first ? true : undefined), {
        timeoutMs: 60_000,
        onTimeout: () => new Error(JSON.stringify(follower.health())),
      });
      expect(follower.health()).toMatchObject({ isHealthy: true, detail: { waitingFor: null, reason: null } });
      const { rows } = await ownPool.query("select min(block$)::int as first, count(*)::int from sgd1.transfer");
      expect(rows).toEqual([{ first, count: 1 }]);
    } finally {
      await follower.stop();
      await ownPool.end();
      await own.close();
    }
  });

  it("is given up when it is told to stop", async () => {
    const follower = follow({ ...setting, manifestPath: early(9_999) }, pool);
    await waitFor(async () => (follower.health().detail["status"] === "waiting" ? true : undefined), {
      timeoutMs: 60_000,
      onTimeout: () => new Error(JSON.stringify(follower.health())),
    });
    expect(await follower.stop()).toMatchObject({ status: "stopped" });
  });
});
