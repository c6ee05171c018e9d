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

describe.each([true, false])("statements asked for at once, of which one fails (pipelined: %s)", (isPipelined) => {
  let own: Pool;
  beforeAll(() => (own = createPool(database.url, { name: "at-once", max: 1, isPipelined })));
  afterAll(() => own.end());

  it("leave the others their answers, in the same snapshot, and the next operation its connection", async () => {
    const snapshot = new Snapshot(own);
    const first = await snapshot.rows("seen", "select pg_current_snapshot()::text as seen");
    const asked = await Promise.allSettled([
      snapshot.rows("one", "select 1 as one"),
      snapshot.rows("fails", "select 1 / $1::int", [0]),
      snapshot.rows("seen", "select pg_current_snapshot()::text as seen"),
      // neither has been prepared where the first attempt of the one before it fails
      snapshot.rows("two", "select $1::int as two", [2]),
      snapshot.rows("two", "select $1::int as two", [3]),
      snapshot.rows("fails-too", "select * from nowhere"),
      snapshot.rows("three", "select 3 as three"),
    ]);
    await snapshot.close();
    expect(
      asked.map((one) => (one.status === "fulfilled" ? one.value : (one.reason as { code: string }).code)),
    ).toEqual([[{ one: 1 }], "22012", first, [{ two: 2 }], [{ two: 3 }], "UPSTREAM_UNAVAILABLE", [{ three: 3 }]]);
    const next = new Snapshot(own);
    expect(await next.rows("two", "select $1::int as two", [4])).toEqual([{ two: 4 }]);
    await next.close();
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
