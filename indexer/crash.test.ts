import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { openTestDatabase, type TestDatabase } from "#database/testing.ts";
import type { Pool } from "#kernel/pg.ts";
import { buildSubgraph } from "./testdata/build.ts";
import { startChain, type TestChain } from "./testdata/chain.ts";
import { seededRandom } from "./testdata/flaky.ts";
import { dump, indexUntil, lookInto, type Setting } from "./testdata/indexing.ts";

const SEED = 41;
const KILLS = 4;
/** So few changes in a batch that each block is one: a kill finds blocks written and others not. */
const BATCH_CHANGES = 1;
const BLOCKS = 60;

let chain: TestChain;
let database: TestDatabase;
let clean: TestDatabase;
let pool: Pool;
let setting: Setting;

beforeAll(async () => {
  [chain, database, clean] = await Promise.all([startChain(), openTestDatabase(), openTestDatabase()]);
  pool = lookInto(database.url);
  setting = { manifestPath: await buildSubgraph(), rpcUrl: chain.url, databaseUrl: database.url };
  for (let block = 0; block < BLOCKS; block++) {
    await chain.send("transferMany", [BigInt(block * 40), 40n, 30n]);
    if (block % 7 === 0) await chain.send("create", [`child ${block}`]);
    await chain.mine(300);
  }
}, 120_000);

afterAll(async () => {
  await pool.end();
  await Promise.all([chain.stop(), database.close(), clean.close()]);
});

/** Starts an indexer and kills it once it has written `blocks` more, `afterMs` later; gives the block it had reached. */
async function killAfter(blocks: number, afterMs: number): Promise<number> {
  const root = fileURLToPath(new URL("..", import.meta.url));
  const script = fileURLToPath(new URL("testdata/index-once.ts", import.meta.url));
  const before = await headBlock();
  const child = spawn(
    process.execPath,
    [
      ...["--import", "tsx", script, setting.manifestPath, setting.rpcUrl, setting.databaseUrl],
      ...[String(BLOCKS + 1), String(BATCH_CHANGES)],
    ],
    { cwd: root, stdio: "ignore" },
  );
  const exited = once(child, "exit");
  for (let wait = 0; wait < 3_000 && (await headBlock()) < before + blocks; wait++) {
    if (child.exitCode !== null) break;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await new Promise((resolve) => setTimeout(resolve, afterMs));
  child.kill("SIGKILL");
  await exited;
  return headBlock();
}

async function headBlock(): Promise<number> {
  const { rows } = await pool
    .query<{ n: number | null }>("select block_number as n from subgraphs.head")
    .catch(() => ({ rows: [] }));
  return rows[0]?.n ?? 0;
}

it("kill -9 during a backfill loses nothing and repeats nothing", async () => {
  const random = seededRandom(SEED);
  const reached: number[] = [];
  for (let kill = 0; kill < KILLS; kill++) {
    reached.push(await killAfter(1 + Math.floor(random() * 6), Math.floor(random() * 40)));
  }
  expect(reached).toEqual([...new Set(reached)].sort((a, b) => a - b));
  // each in mid-backfill
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
}, 60_000);
