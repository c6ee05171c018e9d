import { openTestDatabase, type TestDatabase } from "#database/testing.ts";
import type { Pool } from "#kernel/pg.ts";
import { buildSubgraph, editManifest } from "./testdata/build.ts";
import { startChain, type TestChain } from "./testdata/chain.ts";
import { indexUntil, lookInto, wipe, type Setting } from "./testdata/indexing.ts";

/** The template's events are left out: only a block handler stays. */
const BLOCKS_ONLY = `      blockHandlers:
        - handler: handlePoll
          filter:
            kind: polling
            every: 3
`;

let chain: TestChain;
let database: TestDatabase;
let pool: Pool;
let setting: Setting;

beforeAll(async () => {
  [chain, database] = await Promise.all([startChain(), openTestDatabase()]);
  pool = lookInto(database.url);
  const manifestPath = editManifest(await buildSubgraph(), (text) => {
    const [before = "", templates = ""] = text.split("templates:");
    // polling of the data source itself would reach the same blocks
    const sources = before.replace("every: 10", "every: 1000");
    return `${sources}templates:${templates.replace(/ {6}eventHandlers:\n.*\n.*handlePing\n/, BLOCKS_ONLY)}`;
  });
  setting = { manifestPath, rpcUrl: chain.url, databaseUrl: database.url };
  await chain.mineEmpty(3);
  await chain.send("create", ["in block 5"]);
  await chain.mine();
  await chain.mineEmpty(15);
}, 120_000);

afterAll(async () => {
  await pool.end();
  await Promise.all([chain.stop(), database.close()]);
});

it.each([
  ["in a backfill", 0],
  ["at the tip", 1_000],
])("a template with block handlers alone sees blocks that were read before it was made: %s", async (_, reorgWindow) => {
  await wipe(pool);
  await indexUntil(setting, 20, { reorgWindow });
  const { rows } = await pool.query<{ number: number }>(
    "select number from sgd1.tick where id like 'poll-%' order by 1",
  );
  // block 1 is the data source's own
  expect(rows.map(({ number }) => Number(number))).toEqual([1, 5, 8, 11, 14, 17, 20]);
});
