import { createServer } from "node:net";
import { openTestDatabase, type TestDatabase } from "#database/testing.ts";
import { waitFor } from "./time.ts";
import { checkDatabase, createPool, redactUrl, withTransaction, type Pool } from "./pg.ts";

let database: TestDatabase;
let pool: Pool;

beforeAll(async () => {
  database = await openTestDatabase();
  pool = createPool(database.url, { name: "test", max: 2 });
});

afterAll(async () => {
  await pool.end();
  await database.close();
});

describe("values", () => {
  it("keep every digit: int8 is a bigint, numeric is text, numeric[] is text", async () => {
    const { rows } = await pool.query(
      "select 9223372036854775807::int8 as a, 2::numeric ^ 255 as b, array[1.5, 2::numeric ^ 200, null]::numeric[] as c, date '2026-11-22' as d",
    );
    expect(rows[0]).toMatchObject({
      a: 9_223_372_036_854_775_807n,
      b: expect.stringContaining("57896044618658097711785492504343953926634992332820282019728792003956564819968"),
      d: "2026-11-22",
    });
    const [{ c }] = rows as [{ c: (string | null)[] }];
    expect([c[0], c[2]]).toEqual(["1.5", null]);
    expect(c[1]).toContain("1606938044258990275541962092341162602522202993782792835301376");
  });
});

describe("withTransaction", () => {
  it("keeps what was done, or nothing of it", async () => {
    await pool.query("create table kept (n int)");
    await withTransaction(pool, (client) => client.query("insert into kept values (1)"));
    const failing = withTransaction(pool, async (client) => {
      await client.query("insert into kept values (2)");
      throw new Error("no");
    });
    await expect(failing).rejects.toThrow("no");
    expect((await pool.query("select n from kept")).rows).toEqual([{ n: 1 }]);
  });
});

describe("a server that dies", () => {
  it("in a transaction costs that transaction, not the process", async () => {
    const { kill } = database;
    if (!kill) return; // a server that isn't ours to kill
    const lost = withTransaction(pool, async (client) => {
      await client.query("insert into kept values (3)");
      kill();
      await new Promise((resolve) => setTimeout(resolve, 500)); // idle in the transaction while the connection ends
      await client.query("insert into kept values (4)");
    });
    await expect(lost).rejects.toThrow();
    const { rows } = await waitFor(async () => pool.query("select n from kept").catch(() => undefined), {
      timeoutMs: 20_000,
      onTimeout: () => new Error("the database did not come back"),
    });
    expect(rows).toEqual([{ n: 1 }]);
  });
});

describe("checkDatabase", () => {
  it("passes for a database with TimescaleDB", async () => {
    await expect(checkDatabase(database.url)).resolves.toBeUndefined();
  });

  it("names a server that doesn't answer, without its password, and the mend", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const { port } = server.address() as { port: number };
    await new Promise((resolve) => server.close(resolve));
    await expect(checkDatabase(`postgres://me:secret@127.0.0.1:${port}/x`)).rejects.toMatchObject({
      code: "DATABASE_UNREACHABLE",
      message: expect.stringMatching(
        new RegExp(`^cannot connect to postgres://me:\\*\\*\\*@127.0.0.1:${port}/x: .*ECONNREFUSED`),
      ),
      hints: [
        "start the server, or correct host and port in DATABASE_URL",
        "unset DATABASE_URL to use the embedded database",
      ],
    });
  });
});

it("redactUrl hides the password only", () => {
  expect(redactUrl("postgres://me:secret@db:5432/x")).toBe("postgres://me:***@db:5432/x");
  expect(redactUrl("postgres://db/x")).toBe("postgres://db/x");
});
