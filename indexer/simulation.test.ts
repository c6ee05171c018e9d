import { openTestDatabase, type TestDatabase } from "#database/testing.ts";
import type { Pool } from "#kernel/pg.ts";
import { waitFor } from "#kernel/time.ts";
import { buildSubgraph } from "./testdata/build.ts";
import { seededRandom } from "./testdata/flaky.ts";
import { createDatabase, dropDatabase, hasGraphNode as isNative, startServer } from "./testdata/graph-node.ts";
import { startFlakyDatabase, type FlakyDatabase } from "./testdata/flaky-database.ts";
import { lookInto, wipe } from "./testdata/indexing.ts";
import { LedgerModel, TABLES } from "./testdata/simulation/model.ts";
import { startSimulatedNode, type Mood } from "./testdata/simulation/node.ts";
import { Runner } from "./testdata/simulation/runner.ts";
import { FINALITY, World } from "./testdata/simulation/world.ts";

/**
 * `SIMULATION_SEED` repeats a run, `SIMULATION_STEPS` makes it longer. On a PostgreSQL server, where npm has one, its
 * backends are ended as well.
 */
const SEED = Number(process.env["SIMULATION_SEED"] ?? Date.now() % 1_000_000);
const STEPS = Number(process.env["SIMULATION_STEPS"] ?? 1_000);
const STEPS_BETWEEN_LOOKS = 25;
const CALM: Mood = { breaks: 0, lies: 0, strays: 0 };

let database: TestDatabase;
let flaky: FlakyDatabase;
let pool: Pool;
let manifestPath: string;

beforeAll(async () => {
  [database, manifestPath] = await Promise.all([
    isNative ? openNative() : openTestDatabase(),
    buildSubgraph({}, "ledger"),
  ]);
  flaky = await startFlakyDatabase(database.url);
  pool = lookInto(database.url);
}, 120_000);

afterAll(async () => {
  flaky.close();
  await pool.end();
  await database.close();
});

async function openNative(): Promise<TestDatabase> {
  const name = `bc_simulation_${process.pid}`;
  const server = await startServer();
  const close = async (): Promise<void> => {
    await dropDatabase(server.url, name);
    await server.stop();
  };
  return { url: await createDatabase(server.url, name), close };
}

/** Ends the indexer's backends, whatever they do. */
async function terminate(): Promise<void> {
  await pool.query(
    "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'indexer' and datname = current_database()",
  );
}

/** One thing that may happen, and how often among all. */
type Chance = readonly [number, () => void | Promise<void>];

function chances(world: World, mood: Mood, runner: Runner): readonly Chance[] {
  const random = (): number => world.pick(0, 999) / 1_000;
  return [
    [60, () => world.mine(world.pick(1, 3))],
    [1, () => world.mine(world.pick(10, 60))],
    [14, () => world.reorg()],
    [3, () => world.goBack()],
    [3, () => void (mood.breaks = 0.2 * random())],
    [3, () => void (mood.lies = 0.1 * random())],
    [4, () => void (mood.strays = 0.5 * random())],
    [6, () => void Object.assign(mood, CALM)],
    [0.7, isNative ? terminate : (): void => flaky.cut()],
    [0.7, () => flaky.loseCommitAfter("")],
    [0.8, () => runner.crash()],
    [0.8, () => runner.stop()],
    [3, () => runner.start()],
    [
      0.1,
      async () => {
        await runner.stop();
        await wipe(pool);
      },
    ],
  ];
}

function choose(all: readonly Chance[], random: number): Chance[1] {
  let rest = random * all.reduce((sum, [weight]) => sum + weight, 0);
  for (const [weight, happen] of all) if ((rest -= weight) < 0) return happen;
  return () => undefined;
}

async function rowsOf(table: string, columns: readonly string[]): Promise<string[]> {
  const texts = columns.map((column) => `(${column})::text`).join(` || ' ' || `);
  const { rows } = await pool.query<{ line: string }>(`select ${texts} as line from sgd1."${table}"`);
  return rows.map(({ line }) => line).sort();
}

/** Lets the indexer get to the head, and compares all it wrote with the model. */
async function expectModel(world: World, mood: Mood, runner: Runner): Promise<void> {
  Object.assign(mood, CALM);
  runner.start();
  world.mine(1);
  const { head, finalized } = world.chain;
  await waitFor(
    async () => {
      if (runner.isStuck) throw new Error(`it has stopped: ${runner.reason}`, { cause: runner.fault });
      const found = await pool
        .query<{ hash: string }>("select '0x' || encode(block_hash, 'hex') as hash from subgraphs.head")
        .catch(() => undefined);
      return found?.rows[0]?.hash === head.header.hash || undefined;
    },
    {
      timeoutMs: 120_000,
      everyMs: 10,
      onTimeout: () => new Error(`block ${head.number} was not reached: ${runner.reason}`),
    },
  );
  const model = new LedgerModel(world.chain.branch());
  for (const [table, columns] of Object.entries(TABLES)) {
    expect([table, ...(await rowsOf(table, columns))]).toEqual([table, ...model.of(table)]);
  }
  const { rows } = await pool.query<{ entities: number }>("select entity_count::int as entities from subgraphs.head");
  expect(rows).toEqual([{ entities: model.count }]);
  const { rows: kept } = await pool.query<{ hash: string }>(
    "select '0x' || encode(hash, 'hex') as hash from chain1.blocks",
  );
  const hashes = new Set(kept.map(({ hash }) => hash));
  const mayChange = world.chain.branch().slice(finalized + 1);
  expect(mayChange.filter(({ header }) => !hashes.has(header.hash)).map(({ number }) => number)).toEqual([]);
}

it(
  `thousands of random steps leave what the model says (SIMULATION_SEED=${SEED})`,
  async () => {
    const random = seededRandom(SEED);
    const world = new World(random);
    const mood = { ...CALM };
    // what the node does depends on when it is asked: its dice aren't the world's
    const dice = seededRandom(SEED + 1);
    const node = await startSimulatedNode(world.chain, mood, () => world.strays(dice), dice);
    const setting = { manifestPath, rpcUrl: node.url, databaseUrl: database.url };
    const runner = new Runner(setting, flaky, () => (random() < 0.5 ? 5 : 20_000));
    const all = chances(world, mood, runner);
    try {
      world.mine(FINALITY);
      await wipe(pool);
      for (let step = 0; step < STEPS; step++) {
        await choose(all, random())();
        if (random() < 0.3) await new Promise((resolve) => setTimeout(resolve, 10 * random()));
        if (step % STEPS_BETWEEN_LOOKS === 0) await expectModel(world, mood, runner);
      }
      await expectModel(world, mood, runner);
      expect(runner.starts).toBeGreaterThan(STEPS / 500);
    } finally {
      await runner.stop();
      await node.close();
    }
  },
  Math.max(240_000, 150 * STEPS),
);
