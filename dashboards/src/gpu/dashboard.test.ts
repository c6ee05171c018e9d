import { openTestDatabase, type TestDatabase } from "#database/testing.ts";
import { createPool, type Pool } from "#kernel/pg.ts";
import { GPU_DASHBOARD } from "./dashboard.ts";
import { expandMacros } from "../macros.ts";
import { queryOf } from "../testing/ask.ts";

let database: TestDatabase;
let pool: Pool;

beforeAll(async () => {
  database = await openTestDatabase();
  pool = createPool(database.url, { name: "test" });
});

afterAll(async () => {
  await pool.end();
  await database.close();
});

describe("Data Credits burned by hour", () => {
  it("shows the first hour whole although the range begins in its middle, and nothing after the range", async () => {
    await pool.query(`
      create schema chain;
      create table chain.usage_point (timestamp timestamptz, gpu text, amount_dc numeric);
      insert into chain.usage_point values
        ('2026-11-22T08:59:59Z', '7', 1000000),
        ('2026-11-22T09:00:00Z', '7', 2000000), ('2026-11-22T09:50:00Z', '7', 500000),
        ('2026-11-22T10:05:00Z', '7', 300000), ('2026-11-22T10:29:00Z', '7', 20000), ('2026-11-22T10:29:00Z', '8', 7),
        ('2026-11-22T10:31:00Z', '7', 9);`);
    const { sql } = queryOf(GPU_DASHBOARD, "Data Credits burned by hour");
    const values = {
      from: new Date("2026-11-22T09:30:00Z"),
      to: new Date("2026-11-22T10:30:00Z"),
      variables: { gpu: "7" },
    };
    const { rows } = await pool.query<{ time: Date; "DC burned": string }>(expandMacros(sql, values));
    expect(rows.map((row) => [row.time.toISOString(), Number(row["DC burned"])])).toEqual([
      ["2026-11-22T09:00:00.000Z", 2.5],
      ["2026-11-22T10:00:00.000Z", 0.32],
    ]);
  });
});
