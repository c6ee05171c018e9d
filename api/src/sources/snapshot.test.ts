import { isEmbedded, openTestDatabase, type TestDatabase } from "#database/testing.ts";
import { createPool, type Pool } from "#kernel/pg.ts";
import { Snapshot } from "./snapshot.ts";

const describeOnServer = isEmbedded ? describe.skip : describe;

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

describe("a statement", () => {
  it("has a limit of time, for this transaction only", async () => {
    const snapshot = new Snapshot(pool);
    expect(await snapshot.rows("limit", "show statement_timeout")).toEqual([{ statement_timeout: "10s" }]);
    await snapshot.close();
    expect((await pool.query("show statement_timeout")).rows).toEqual([{ statement_timeout: "0" }]);
  });
});

describeOnServer("a statement that takes too long (server only: the embedded database has no timers)", () => {
  it("is an error of its own, and the next one runs", async () => {
    const snapshot = new Snapshot(pool, 100);
    await expect(snapshot.rows("slow", "select pg_sleep(5)")).rejects.toMatchObject({ code: "TOO_SLOW" });
    expect(await snapshot.rows("next", "select 1 as one")).toEqual([{ one: 1 }]);
    await snapshot.close();
  });
});
