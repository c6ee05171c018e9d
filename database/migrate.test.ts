import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { silentLogger } from "#kernel/log.ts";
import { migrate } from "./migrate.ts";
import { openTestDatabase, type TestDatabase } from "./testing.ts";

// Runs on DATABASE_URL too. Each test has a room, and so a history, of its own.
let database: TestDatabase;
let client: pg.Client;
let parent: string;
let room: string;
let roomCount = 0;

beforeAll(async () => {
  database = await openTestDatabase();
  client = new pg.Client(database.url);
  await client.connect();
  parent = mkdtempSync(join(tmpdir(), "bc-migrate-"));
});
afterAll(async () => {
  await client.end();
  await database.close();
  rmSync(parent, { recursive: true, force: true });
});
beforeEach(() => {
  room = `room${++roomCount}`;
  mkdirSync(join(parent, room));
});

const write = (name: string, text: string): void => writeFileSync(join(parent, room, name), text);
const run = (): Promise<{ applied: string[] }> =>
  migrate(database.url, [{ room, dir: join(parent, room) }], silentLogger);
const rows = async (sql: string): Promise<unknown[]> => (await client.query<Record<string, unknown>>(sql)).rows;

describe("migrate", () => {
  it("applies each file once, rooms and numbers in order", async () => {
    write("0001_make.sql", `create table ${room} (a int); insert into ${room} values (1);`);
    write("0002_add.sql", `insert into ${room} select a + 1 from ${room};`);
    expect(await run()).toEqual({ applied: [`${room}/0001_make.sql`, `${room}/0002_add.sql`] });
    expect(await run()).toEqual({ applied: [] });
    write("0003_more.sql", `insert into ${room} values (3);`);
    expect(await run()).toEqual({ applied: [`${room}/0003_more.sql`] });
    expect(await rows(`select a from ${room} order by a`)).toEqual([{ a: 1 }, { a: 2 }, { a: 3 }]);
  });

  it("creates hypertables and continuous aggregates outside a transaction", async () => {
    write(
      "0001_table.sql",
      `create table ${room} (time timestamptz not null, v int); select create_hypertable('${room}', by_range('time'));`,
    );
    write(
      "0002_aggregate.sql",
      [
        "-- no-transaction",
        `create materialized view if not exists ${room}_1m with (timescaledb.continuous) as
           select time_bucket('1 minute', time) as bucket, sum(v) as v from ${room} group by 1 with no data;`,
        `select add_continuous_aggregate_policy('${room}_1m', start_offset => interval '1 day',
           end_offset => interval '1 minute', schedule_interval => interval '1 minute', if_not_exists => true);`,
        `call refresh_continuous_aggregate('${room}_1m', null, null);`,
      ].join("\n--;;\n"),
    );
    expect((await run()).applied).toHaveLength(2);
    expect(await rows(`select * from ${room}_1m`)).toEqual([]);
  });

  it("undoes a file that fails, names the statement, and goes on when it is corrected", async () => {
    write("0001_ok.sql", `create table ${room} (a int);`);
    write("0002_bad.sql", `insert into ${room} values (1);\n\nselect 1,\n  nothing from ${room};\n`);
    await expect(run()).rejects.toMatchObject({
      code: "MIGRATION_FAILED",
      message: expect.stringMatching(
        new RegExp(
          `^${room}/0002_bad.sql, line 4: column "nothing" does not exist in: select 1, nothing from ${room}$`,
        ),
      ) as string,
    });
    expect(await rows(`select * from ${room}`)).toEqual([]);
    write("0002_bad.sql", `insert into ${room} values (2);`);
    expect(await run()).toEqual({ applied: [`${room}/0002_bad.sql`] });
    expect(await rows(`select * from ${room}`)).toEqual([{ a: 2 }]);
  });

  it("repeats a file without a transaction from its first part after a failure", async () => {
    const parts = ["-- no-transaction", `create table if not exists ${room} (a int);`, "select 1/0;"];
    write("0001_parts.sql", parts.join("\n--;;\n"));
    await expect(run()).rejects.toThrow(`${room}/0001_parts.sql, line 5: division by zero in: select 1/0;`);
    write("0001_parts.sql", [...parts.slice(0, 2), `insert into ${room} values (1);`].join("\n--;;\n"));
    expect((await run()).applied).toEqual([`${room}/0001_parts.sql`]);
    expect(await rows(`select * from ${room}`)).toEqual([{ a: 1 }]);
  });

  it("refuses a file that was edited after it was applied", async () => {
    write("0001_a.sql", "select 1;");
    await run();
    write("0001_a.sql", "select 2;");
    await expect(run()).rejects.toMatchObject({
      code: "MIGRATION_EDITED",
      message: `${room}/0001_a.sql has been edited after it was applied to this database`,
    });
  });

  it("refuses a database that is newer than the files", async () => {
    write("0001_a.sql", "select 1;");
    write("0002_b.sql", "select 1;");
    await run();
    rmSync(join(parent, room, "0002_b.sql"));
    await expect(run()).rejects.toMatchObject({ code: "MIGRATION_UNKNOWN" });
  });

  it("refuses a new file below one that is applied", async () => {
    write("0002_b.sql", "select 1;");
    await run();
    write("0001_a.sql", "select 1;");
    await expect(run()).rejects.toMatchObject({ code: "MIGRATION_ORDER" });
  });

  it("says which database doesn't answer, and hides its password", async () => {
    await expect(migrate("postgres://me:secret@127.0.0.1:1/x", [], silentLogger)).rejects.toMatchObject({
      code: "DATABASE_UNREACHABLE",
      message: expect.stringContaining("postgres://me:***@127.0.0.1:1/x") as string,
    });
  });

  it("applies each file once when several runs begin together", async () => {
    write("0001_once.sql", `create table ${room} (a int); select pg_sleep(0.2); insert into ${room} values (1);`);
    write("0002_again.sql", `insert into ${room} values (2);`);
    const results = await Promise.all([run(), run(), run(), run()]);
    expect(results.flatMap(({ applied }) => applied).sort()).toEqual([
      `${room}/0001_once.sql`,
      `${room}/0002_again.sql`,
    ]);
    expect(await rows(`select a from ${room} order by a`)).toEqual([{ a: 1 }, { a: 2 }]);
  });

  it("takes over from a run that died, once its lease is over", async () => {
    write("0001_a.sql", "select 1;");
    await client.query(
      "insert into public.migration_lease (holder, expires_at) values ('dead', clock_timestamp() + interval '400 ms')",
    );
    expect((await run()).applied).toEqual([`${room}/0001_a.sql`]);
    expect(await rows("select holder from public.migration_lease")).toEqual([]);
  });

  it("stops when another run has taken over its lease", async () => {
    write(
      "0001_a.sql",
      `-- no-transaction\nupdate public.migration_lease set holder = 'thief';\n--;;\ncreate table ${room} (a int);`,
    );
    await expect(run()).rejects.toMatchObject({ code: "MIGRATION_LEASE_LOST", isRetryable: true });
    await client.query("delete from public.migration_lease");
    expect(await rows(`select to_regclass('${room}') as found`)).toEqual([{ found: null }]);
  });
});
