import { once } from "node:events";
import { pipeline } from "node:stream/promises";
import { Readable } from "node:stream";
import pg from "pg";
import { from as copyFrom, to as copyTo } from "pg-copy-streams";
import { sleep, waitFor } from "#kernel/time.ts";
import { openTestDatabase, type TestDatabase } from "../testing.ts";

// What drivers do, which must be as on a server. Runs on DATABASE_URL too.
let database: TestDatabase;
let pool: pg.Pool;

beforeAll(async () => {
  database = await openTestDatabase();
  pool = new pg.Pool({ connectionString: database.url, max: 10 });
  pool.on("error", () => undefined);
  await pool.query("create table account (id int primary key, balance int not null)");
  await pool.query("insert into account select g, 100 from generate_series(1, 10) g");
});

afterAll(async () => {
  await pool.end();
  await database.close();
});

async function connect(options: pg.ClientConfig = {}): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: database.url, ...options });
  client.on("error", () => undefined);
  await client.connect();
  return client;
}

/** Drops the connection without a word, as a crash would. */
function cutOff(client: pg.Client): void {
  (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
}

async function balance(id: number): Promise<number> {
  const { rows } = await pool.query<{ balance: number }>("select balance from account where id = $1", [id]);
  return rows[0]?.balance ?? NaN;
}

describe("ten clients at once", () => {
  it("get the answers to their own queries", async () => {
    const numbers = Array.from({ length: 500 }, (_, index) => index);
    const answers = await Promise.all(
      numbers.map(async (number) => {
        const text = number % 3 === 0 ? "select $1::int as value" : `select $1::int as value, ${number} as other`;
        return (await pool.query<{ value: number }>(text, [number])).rows[0]?.value;
      }),
    );
    expect(answers).toEqual(numbers);
  });

  it("keep the sum of all balances through transfers, committed or rolled back", async () => {
    const transfer = async (index: number): Promise<void> => {
      const client = await pool.connect();
      await client.query("begin");
      await client.query("select from account where id in ($1, $2) order by id for update", [
        1 + (index % 9),
        2 + (index % 9),
      ]);
      await client.query("update account set balance = balance - 1 where id = $1", [1 + (index % 9)]);
      await client.query("update account set balance = balance + 1 where id = $1", [2 + (index % 9)]);
      await client.query(index % 4 === 0 ? "rollback" : "commit");
      client.release();
    };
    await Promise.all(Array.from({ length: 60 }, (_, index) => transfer(index)));
    const { rows } = await pool.query("select sum(balance)::int as sum from account");
    expect(rows).toEqual([{ sum: 1000 }]);
  });

  it("don't see each other's uncommitted rows", async () => {
    const [writer, reader] = await Promise.all([connect(), connect()]);
    await writer.query("start transaction isolation level serializable");
    await writer.query("update account set balance = -1 where id = 10");
    const seen = reader.query<{ balance: number }>("select balance from account where id = 10");
    await sleep(50);
    await writer.query("rollback");
    expect((await seen).rows[0]?.balance).toBeGreaterThanOrEqual(0);
    await Promise.all([writer.end(), reader.end()]);
  });

  it("may give the same name to different prepared statements", async () => {
    const clients = await Promise.all(Array.from({ length: 10 }, () => connect()));
    const ask = (client: pg.Client, index: number): Promise<pg.QueryResult<{ value: number }>> =>
      client.query({ name: "same", text: `select $1::int + ${index} as value`, values: [1] });
    for (let round = 0; round < 3; round++) {
      const results = await Promise.all(clients.map(ask));
      expect(results.map(({ rows }) => rows[0]?.value)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    }
    await Promise.all(clients.map((client) => client.end()));
  });
});

describe("a transaction", () => {
  it("is rolled back when its client is cut off", async () => {
    const before = await balance(6);
    const client = await connect();
    await client.query("begin");
    await client.query("update account set balance = -777 where id = 6");
    cutOff(client);
    expect(await balance(6)).toBe(before);
  });

  it("that failed answers 25P02 until it is rolled back, and other clients don't notice", async () => {
    const client = await connect();
    await client.query("begin");
    await expect(client.query("select 1/0")).rejects.toMatchObject({ code: "22012" });
    await expect(client.query("select 1")).rejects.toMatchObject({ code: "25P02" });
    const other = pool.query("select 7 as value");
    await client.query("rollback");
    expect((await other).rows).toEqual([{ value: 7 }]);
    await client.end();
  });

  it("keeps a cursor and fetches it in parts", async () => {
    const client = await connect();
    await client.query("begin");
    await client.query("declare part cursor for select g from generate_series(1, 5) g");
    const first = await client.query("fetch 2 from part");
    const rest = await client.query("fetch all from part");
    await client.query("commit");
    expect([first.rowCount, rest.rowCount]).toEqual([2, 3]);
    await client.end();
  });
});

describe("COPY", () => {
  it("takes 100,000 rows from stdin while others query, and gives them back", async () => {
    await pool.query("create table copied (a int, b text)");
    const client = await connect();
    const lines = function* (): Generator<string> {
      for (let index = 0; index < 100_000; index++) yield `${index}\trow ${index}\n`;
    };
    const writing = pipeline(Readable.from(lines()), client.query(copyFrom("copy copied from stdin")));
    for (let index = 0; index < 20; index++) await pool.query("select $1::int", [index]);
    await writing;
    const { rows } = await pool.query("select count(*)::int as count, sum(a)::bigint::text as sum from copied");
    expect(rows).toEqual([{ count: 100_000, sum: "4999950000" }]);

    let bytes = 0;
    for await (const chunk of client.query(copyTo("copy (select a from copied where a < 10) to stdout"))) {
      bytes += (chunk as Buffer).length;
    }
    expect(bytes).toBe(20);
    await client.end();
  });

  it("carries binary in both directions unchanged", async () => {
    await pool.query("create table source (id int, at timestamptz, value real); create table target (like source)");
    await pool.query("insert into source select g, now(), g / 3.0 from generate_series(1, 1000) g");
    const [reader, writer] = await Promise.all([connect(), connect()]);
    const chunks: Buffer[] = [];
    for await (const chunk of reader.query(copyTo("copy source to stdout (format binary)")))
      chunks.push(chunk as Buffer);
    await pipeline(Readable.from(chunks), writer.query(copyFrom("copy target from stdin (format binary)")));
    const { rows } = await pool.query("select count(*)::int as count from (table source except table target) rest");
    expect(rows).toEqual([{ count: 0 }]);
    expect((await pool.query("select count(*)::int as count from target")).rows).toEqual([{ count: 1000 }]);
    await Promise.all([reader.end(), writer.end()]);
  });

  it("of a bad row fails as a whole and leaves the connection usable", async () => {
    await pool.query("create table numbers (a int)");
    const client = await connect();
    const rows = ["1\n", "no number\n", "3\n"];
    await expect(
      pipeline(Readable.from(rows), client.query(copyFrom("copy numbers from stdin"))),
    ).rejects.toMatchObject({
      code: "22P02",
    });
    expect((await client.query("select count(*)::int as count from numbers")).rows).toEqual([{ count: 0 }]);
    await client.end();
  });

  it("into a missing table fails with its error", async () => {
    const client = await connect();
    const copying = pipeline(Readable.from(["1\n"]), client.query(copyFrom("copy nowhere from stdin")));
    await expect(copying).rejects.toMatchObject({ code: "42P01" });
    await client.end();
  });

  it("given up by the client in a transaction fails that transaction", async () => {
    await pool.query("create table given_up (a int)");
    const client = await connect();
    await client.query("begin");
    await client.query("insert into given_up values (0)");
    const failing = async function* (): AsyncGenerator<string> {
      yield "1\n";
      await sleep(10);
      throw new Error("the source broke");
    };
    await expect(pipeline(failing, client.query(copyFrom("copy given_up from stdin")))).rejects.toThrow(
      "the source broke",
    );
    await expect(client.query("select 1")).rejects.toMatchObject({ code: "25P02" });
    await client.query("rollback");
    await client.end();
  });

  it("whose client is cut off in the middle leaves nothing", async () => {
    await pool.query("create table cut (a int)");
    const client = await connect();
    const stream = client.query(copyFrom("copy cut from stdin"));
    stream.on("error", () => undefined);
    stream.write("1\n2\n");
    await sleep(50);
    cutOff(client);
    expect((await pool.query("select count(*)::int as count from cut")).rows).toEqual([{ count: 0 }]);
  });
});

describe("LISTEN and NOTIFY", () => {
  const listen = async (channel: string): Promise<{ client: pg.Client; got: string[] }> => {
    const client = await connect();
    const got: string[] = [];
    client.on("notification", ({ payload }) => got.push(payload ?? ""));
    await client.query(`listen ${channel}`);
    return { client, got };
  };
  const until = (got: string[], count: number): Promise<unknown> =>
    waitFor(async () => (got.length >= count ? true : undefined), {
      timeoutMs: 5_000,
      everyMs: 10,
      onTimeout: () => new Error(`got ${got.length} of ${count}`),
    });

  it("reach every listener of the channel and nobody else", async () => {
    const [one, two, other] = await Promise.all([listen("news"), listen("news"), listen("weather")]);
    await pool.query("select pg_notify('news', 'first')");
    await until(one.got, 1);
    await until(two.got, 1);
    expect([one.got, two.got, other.got]).toEqual([["first"], ["first"], []]);
    await Promise.all([one, two, other].map(({ client }) => client.end()));
  });

  it("come with the commit, not before, and not after a rollback", async () => {
    const { client, got } = await listen("later");
    const writer = await connect();
    await writer.query("begin");
    await writer.query("notify later, 'never'");
    await writer.query("rollback");
    await writer.query("begin");
    await writer.query("notify later, 'committed'");
    await sleep(50);
    expect(got).toEqual([]);
    await writer.query("commit");
    await until(got, 1);
    expect(got).toEqual(["committed"]);
    await Promise.all([client.end(), writer.end()]);
  });

  it("go on for one listener when another stops listening", async () => {
    const [stays, leaves] = await Promise.all([listen("shared"), listen("shared")]);
    await leaves.client.query("unlisten *");
    await pool.query("notify shared, 'one'");
    await until(stays.got, 1);
    await leaves.client.end();
    await pool.query("notify shared, 'two'");
    await until(stays.got, 2);
    expect([stays.got, leaves.got]).toEqual([["one", "two"], []]);
    await stays.client.end();
  });

  it("aren't heard after a LISTEN that was rolled back", async () => {
    const client = await connect();
    const got: string[] = [];
    client.on("notification", ({ payload }) => got.push(payload ?? ""));
    await client.query("begin");
    await client.query("listen undone");
    await client.query("rollback");
    const { client: witness, got: seen } = await listen("undone");
    await pool.query("notify undone, 'x'");
    await until(seen, 1);
    expect(got).toEqual([]);
    await Promise.all([client.end(), witness.end()]);
  });
});

describe("queries", () => {
  it("of several statements give several results, up to the first error", async () => {
    const results = (await pool.query("select 1 as a; select 2 as b")) as unknown as pg.QueryResult[];
    expect(results.map(({ rows }) => rows as unknown[])).toEqual([[{ a: 1 }], [{ b: 2 }]]);
    await expect(pool.query("create table half (a int); select 1/0")).rejects.toMatchObject({ code: "22012" });
    expect((await pool.query("select to_regclass('half') as found")).rows).toEqual([{ found: null }]);
  });

  it("that are empty are answered", async () => {
    expect((await pool.query("")).rows).toEqual([]);
    expect((await pool.query("-- nothing")).rows).toEqual([]);
  });

  it("may have long parameters and long results", async () => {
    const text = "y".repeat(8_000_000);
    expect((await pool.query("select length($1) as length", [text])).rows).toEqual([{ length: 8_000_000 }]);
    const { rows } = await pool.query<{ b: string }>("select repeat('x', 100) as b from generate_series(1, 100000)");
    expect(rows).toHaveLength(100_000);
    expect(rows.every(({ b }) => b.length === 100)).toBe(true);
  });

  it("sent ahead of their answers are answered in order", async () => {
    const client = await connect();
    const numbers = Array.from({ length: 200 }, (_, index) => index);
    const results = await Promise.all(
      numbers.map((number) =>
        number % 2 ? client.query("select $1::int as v", [number]) : client.query(`select ${number} as v`),
      ),
    );
    expect(results.map(({ rows }) => (rows as { v: number }[])[0]?.v)).toEqual(numbers);
    await client.end();
  });

  it("come from forty connections that open and close at the same time", async () => {
    const values = await Promise.all(
      Array.from({ length: 40 }, async (_, index) => {
        const client = await connect();
        const { rows } = await client.query<{ v: number }>("select $1::int as v", [index]);
        client.end().catch(() => undefined);
        await once(client, "end");
        return rows[0]?.v;
      }),
    );
    expect(values).toEqual(Array.from({ length: 40 }, (_, index) => index));
  });
});
