import type { TestDatabase } from "#database/testing.ts";
import type { Pool } from "#kernel/pg.ts";
import { sleep } from "#kernel/time.ts";
import { buildSubgraph } from "./testdata/build.ts";
import { startChain, type TestChain } from "./testdata/chain.ts";
import { seededRandom } from "./testdata/flaky.ts";
import { dump, indexUntil, lookInto, type Setting } from "./testdata/indexing.ts";
import { startTestServer, type TestServer } from "./testdata/server.ts";
import { headNumber, startVictim } from "./testdata/victim.ts";

/** `CRASH_SEED` repeats a run. */
const SEED = Number(process.env["CRASH_SEED"] ?? Date.now() % 1_000_000);
const KILLS = 20;
/** So few changes in a batch that each block is one: a kill finds blocks written and others not. */
const BATCH_CHANGES = 1;
const BLOCKS = 260;

let chain: TestChain;
let server: TestServer;
let database: TestDatabase;
let clean: TestDatabase;
let pool: Pool;
let setting: Setting;

beforeAll(async () => {
  [chain, server] = await Promise.all([startChain(), startTestServer()]);
  [database, clean] = [await server.open(), await server.open()];
  pool = lookInto(database.url);
  setting = { manifestPath: await buildSubgraph(), rpcUrl: chain.url, databaseUrl: database.url };
  for (let block = 0; block < BLOCKS; block++) {
    await chain.send("transferMany", [BigInt(block * 10), 10n, 30n]);
    if (block % 7 === 0) await chain.send("create", [`child ${block}`]);
    await chain.mine(300);
  }
}, 120_000);

afterAll(async () => {
  await Promise.all([pool.end(), chain.stop()]);
  await server.stop();
});

it(`kill -9 at ${KILLS} random moments of a backfill loses nothing and repeats nothing (CRASH_SEED=${SEED})`, async () => {
  const random = seededRandom(SEED);
  const reached: number[] = [];
  for (let kill = 0; kill < KILLS; kill++) {
    const victim = startVictim(setting, pool, [BLOCKS + 1, BATCH_CHANGES]);
    await victim.moves(await headNumber(pool));
    await sleep(40 * random());
    await victim.kill();
    reached.push(await headNumber(pool));
  }
  // each in mid-backfill, and none before the last one
  expect(reached).toEqual([...new Set(reached)].sort((a, b) => a - b));
  expect(reached.filter((block) => block < 1 || block > BLOCKS)).toEqual([]);
  await indexUntil(setting, BLOCKS + 1, { reorgWindow: 0 });
  const cleanPool = lookInto(clean.url);
  try {
    await indexUntil({ ...setting, databaseUrl: clean.url }, BLOCKS + 1, { reorgWindow: 0 });
    expect(await dump(pool)).toEqual(await dump(cleanPool));
    const counts = await Promise.all(
      [pool, cleanPool].map((each) => each.query("select entity_count from subgraphs.head")),
    );
    expect(counts[0]?.rows).toEqual(counts[1]?.rows);
  } finally {
    await cleanPool.end();
  }
}, 240_000);
