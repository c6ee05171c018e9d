import type { Hex } from "viem";
import type { TestDatabase } from "#database/testing.ts";
import type { Pool } from "#kernel/pg.ts";
import { sleep } from "#kernel/time.ts";
import { buildSubgraph } from "./testdata/build.ts";
import { startChain, type TestChain } from "./testdata/chain.ts";
import { seededRandom } from "./testdata/flaky.ts";
import { dump, indexUntil, lookInto, type Setting } from "./testdata/indexing.ts";
import { OTHER, WATCHED } from "./testdata/scenario.ts";
import { startTestServer, type TestServer } from "./testdata/server.ts";
import { headNumber, startVictim } from "./testdata/victim.ts";

/** `CRASH_SEED` repeats a run. */
const SEED = Number(process.env["CRASH_SEED"] ?? Date.now() % 1_000_000);
const KILLS = 20;
const WINDOW = 40;

let chain: TestChain;
let server: TestServer;
let database: TestDatabase;
let clean: TestDatabase;
let pool: Pool;
let setting: Setting;
/** a snapshot before each of the last blocks */
const snapshots: Hex[] = [];
let mined = 0;

beforeAll(async () => {
  [chain, server] = await Promise.all([startChain(), startTestServer()]);
  [database, clean] = [await server.open(), await server.open()];
  pool = lookInto(database.url);
  setting = { manifestPath: await buildSubgraph(), rpcUrl: chain.url, databaseUrl: database.url };
}, 120_000);

afterAll(async () => {
  await Promise.all([pool.end(), chain.stop()]);
  await server.stop();
});

async function mine(): Promise<void> {
  snapshots.push(await chain.test.snapshot());
  mined++;
  await chain.send("transfer", [mined % 2 === 0 ? WATCHED : OTHER, BigInt(mined)]);
  if (mined % 4 === 0) await chain.send("create", [`child ${mined}`]);
  await chain.mine(mined % 5 === 0 ? 4_000 : 12);
}

/** Removes the last blocks. */
async function remove(blocks: number): Promise<void> {
  const [id] = snapshots.splice(-blocks);
  if (id === undefined) return;
  await chain.test.revert({ id });
  chain.forgetNonce();
}

it(`kill -9 at ${KILLS} random moments of a live run, with reorgs while down (CRASH_SEED=${SEED})`, async () => {
  const random = seededRandom(SEED);
  const pick = (most: number): number => 1 + Math.floor(most * random());
  for (let block = 0; block < 5; block++) await mine();
  let written = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    const before = await headNumber(pool);
    const victim = startVictim(setting, pool, ["", 1, WINDOW]);
    await mine();
    await victim.moves(before);
    // blocks come, or change, while it looks
    for (let block = pick(4); block > 0; block--) {
      if (random() < 0.2) await remove(pick(2));
      await mine();
      await sleep(60 * random());
    }
    await victim.kill();
    written += Number((await headNumber(pool)) !== before);
    const blocks = pick(8);
    if (random() < 0.6) await remove(blocks);
    for (let block = pick(blocks + 2); block > 0; block--) await mine();
  }
  expect(written).toBeGreaterThan(KILLS / 2);
  const until = Number(await chain.public.getBlockNumber());
  await indexUntil(setting, until, { reorgWindow: WINDOW });
  const cleanPool = lookInto(clean.url);
  try {
    await indexUntil({ ...setting, databaseUrl: clean.url }, until, { reorgWindow: 1_000 });
    expect(await dump(pool)).toEqual(await dump(cleanPool));
  } finally {
    await cleanPool.end();
  }
}, 240_000);
