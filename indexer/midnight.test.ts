import { openTestDatabase, type TestDatabase } from "#database/testing.ts";
import type { Pool } from "#kernel/pg.ts";
import { buildSubgraph } from "./testdata/build.ts";
import { startChain, type TestChain } from "./testdata/chain.ts";
import { indexUntil, lookInto, type Setting } from "./testdata/indexing.ts";
import { WATCHED } from "./testdata/scenario.ts";

let chain: TestChain;
let database: TestDatabase;
let pool: Pool;
let setting: Setting;

beforeAll(async () => {
  [chain, database] = await Promise.all([startChain(), openTestDatabase()]);
  pool = lookInto(database.url);
  setting = { manifestPath: await buildSubgraph(), rpcUrl: chain.url, databaseUrl: database.url };
  await mineAt("2023-11-14T23:59:59Z", 7n, 14n);
  await mineAt("2023-11-15T00:00:00Z", 21n);
  await mineAt("2023-11-15T23:59:59Z", 28n);
  await mineAt("2023-11-16T00:00:01Z", 35n);
}, 120_000);

afterAll(async () => {
  await pool.end();
  await Promise.all([chain.stop(), database.close()]);
});

async function mineAt(time: string, ...values: bigint[]): Promise<void> {
  for (const value of values) await chain.send("transfer", [WATCHED, value]);
  const { timestamp } = await chain.public.getBlock();
  await chain.mine(Date.parse(time) / 1_000 - Number(timestamp));
}

describe("daily buckets", () => {
  // prices are values / 7, totals go on over the days with price * 2 + 1; the third day hasn't ended
  const DAYS = [
    ["2023-11-14", 3, "21", "14", "7", "1", "2", "2", "8", "2"],
    ["2023-11-15", 5, "49", "28", "21", "3", "4", "2", "24", "4"],
  ];

  it.each([
    ["in one batch", [5]],
    ["block by block", [2, 3, 4, 5]],
  ])("end at midnight in UTC, and a block at midnight belongs to the new day: %s", async (_, stops) => {
    await pool.query("drop schema if exists sgd1, subgraphs, chain1 cascade");
    await pool.query("drop table if exists public.deployment_schemas, public.chains cascade");
    for (const stop of stops) await indexUntil(setting, stop);
    const { rows } = await pool.query<Record<string, unknown>>(
      `select to_char("timestamp" at time zone 'utc', 'YYYY-MM-DD') as day, block$ as block, sum::text, max::text, min::text,
              first::text, last::text, count::text, total::text, total_count::text
         from sgd1.stats_day order by "timestamp"`,
    );
    expect(rows.map((row) => Object.values(row))).toEqual(DAYS);
  });
});
