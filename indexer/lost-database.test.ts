import { openTestDatabase, type TestDatabase } from "#database/testing.ts";
import type { Pool } from "#kernel/pg.ts";
import { waitFor } from "#kernel/time.ts";
import { buildSubgraph } from "./testdata/build.ts";
import { startChain, type TestChain } from "./testdata/chain.ts";
import { startFlakyDatabase, type FlakyDatabase } from "./testdata/flaky-database.ts";
import { dump, follow, indexUntil, lookInto, type Follower, type Setting } from "./testdata/indexing.ts";
import { OTHER, WATCHED } from "./testdata/scenario.ts";

const HOUR = 3_600;
/** Texts by which a transaction is known. */
const FLUSH = 'copy sgd1."transfer"';
const REVERT = "reorg_count = reorg_count + 1";
const FINALIZE = "delete from chain1.blocks where number <";
const SYNCED = "set synced_at = coalesce";

let chain: TestChain;
let database: TestDatabase;
let flaky: FlakyDatabase;
let clean: TestDatabase;
let pool: Pool;
let cleanPool: Pool;
let setting: Setting;
let follower: Follower | undefined;

beforeAll(async () => {
  [chain, database, clean] = await Promise.all([startChain(), openTestDatabase(), openTestDatabase()]);
  flaky = await startFlakyDatabase(database.url);
  pool = lookInto(database.url);
  cleanPool = lookInto(clean.url);
  setting = { manifestPath: await buildSubgraph(), rpcUrl: chain.url, databaseUrl: flaky.url };
}, 120_000);

afterAll(async () => {
  await follower?.stop();
  flaky.close();
  await Promise.all([pool.end(), cleanPool.end()]);
  await Promise.all([chain.stop(), database.close(), clean.close()]);
});

beforeEach(async () => {
  await follower?.stop();
  for (const each of [pool, cleanPool]) {
    await each.query("drop schema if exists sgd1, subgraphs, chain1 cascade");
    await each.query("drop table if exists public.deployment_schemas, public.chains cascade");
  }
  follower = follow(setting, pool, { reorgWindow: 40 });
  await follower.reach((await chain.public.getBlock()).hash);
});

/** Mines a block with a transfer and waits until it is in the database. */
async function index(seconds: number): Promise<void> {
  await chain.send("transfer", [WATCHED, BigInt(seconds)]);
  await chain.send("transfer", [OTHER, 1n]);
  await chain.mine(seconds);
  await follower?.reach((await chain.public.getBlock()).hash);
}

/** Waits until it is noted that the head was reached. */
async function atHead(): Promise<void> {
  await waitFor(async () => (follower?.health().detail["isSynced"] === true ? true : undefined), {
    timeoutMs: 60_000,
    onTimeout: () => new Error("it was never noted"),
  });
}

/** Compares with an indexer whose database never failed. */
async function expectAsIfNothingFailed(faults: number): Promise<void> {
  expect(flaky.faults).toBe(faults);
  const until = Number(await chain.public.getBlockNumber());
  await indexUntil({ ...setting, databaseUrl: clean.url }, until, { reorgWindow: 1_000 });
  expect(await dump(pool)).toEqual(await dump(cleanPool));
  expect(follower?.health()).toMatchObject({ isHealthy: true, detail: { reason: null } });
}

/** Replaces the last block by two others. */
async function reorg(): Promise<void> {
  const snapshot = await chain.test.snapshot();
  await index(12);
  await chain.test.revert({ id: snapshot });
  chain.forgetNonce();
  await chain.send("transfer", [WATCHED, 5n]);
  await chain.mine();
  await index(13);
}

describe("a batch whose commit is answered by a lost connection", () => {
  it("that crossed an hour doesn't fill its buckets again with the next batch", async () => {
    await index(12);
    const before = flaky.faults;
    flaky.loseCommitAfter(FLUSH);
    await index(HOUR);
    await index(12);
    await index(HOUR);
    await expectAsIfNothingFailed(before + 1);
  });
});

describe("a connection lost while the database is changed", () => {
  it.each([
    ["before a batch is written", FLUSH],
    ["before blocks are undone", REVERT],
    ["before hashes are forgotten", FINALIZE],
  ])("is made again: %s", async (_, text) => {
    const before = flaky.faults;
    flaky.refuse(text, 2);
    await index(12);
    await reorg();
    for (let block = 0; text === FINALIZE && block < 70; block += 10) {
      await chain.mineEmpty(10);
      await follower?.reach((await chain.public.getBlock()).hash);
    }
    await expectAsIfNothingFailed(before + 2);
  });

  it("is made again: after blocks were undone", async () => {
    const before = flaky.faults;
    flaky.loseCommitAfter(REVERT);
    await reorg();
    await expectAsIfNothingFailed(before + 1);
    const { rows } = await pool.query("select reorg_count from subgraphs.deployment");
    expect(rows).toEqual([{ reorg_count: 1 }]);
  });

  it("is made again: before it is noted that the head is reached", async () => {
    await follower?.stop();
    await pool.query("update subgraphs.deployment set synced_at = null");
    const before = flaky.faults;
    flaky.refuse(SYNCED, 2);
    follower = follow(setting, pool, { reorgWindow: 40 });
    await index(12);
    await atHead();
    await expectAsIfNothingFailed(before + 2);
  });
});

describe("a database that will never take what is written", () => {
  it("stops indexing with the reason in health, and isn't asked again and again", async () => {
    await atHead(); // by then its indexes are made
    await pool.query("drop table sgd1.transfer");
    await chain.send("transfer", [WATCHED, 1n]);
    await chain.mine();
    expect(await follower?.fail()).toBe('writing a batch failed: relation "sgd1.transfer" does not exist');
    expect(await follower?.stop()).toMatchObject({ status: "failed" });
  });
});
