import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { tmpdir } from "node:os";
import { jest } from "@jest/globals";
import pg from "pg";
import { silentLogger } from "#kernel/log.ts";
import { waitFor } from "#kernel/time.ts";
import { startEmbeddedDatabase, type RunningDatabase } from "../supervisor.ts";
import { isEmbedded, makeDatabaseFolder, SHORT_LIVED } from "../testing.ts";

const describeEmbedded = isEmbedded ? describe : describe.skip;
const MIB = 1024 * 1024;

jest.setTimeout(120_000);

let parent: string;
let database: RunningDatabase;
let client: pg.Client;

beforeAll(async () => {
  if (!isEmbedded) return;
  parent = mkdtempSync(join(tmpdir(), "bc-scheduler-"));
  await makeDatabaseFolder(join(parent, "database"));
  const dir = join(parent, "database");
  database = await startEmbeddedDatabase({
    dir,
    host: "127.0.0.1",
    port: 0,
    logger: silentLogger,
    nodeFlags: SHORT_LIVED,
  });
  client = new pg.Client(database.url);
  await client.connect();
});

afterAll(async () => {
  if (!isEmbedded) return;
  await client.end();
  await database.stop();
  rmSync(parent, { recursive: true });
});

const rows = async (sql: string): Promise<unknown[]> => (await client.query<Record<string, unknown>>(sql)).rows;

/** Asks until it is so; the scheduler works when it is idle. */
const expectEventually = (sql: string): Promise<true> =>
  waitFor(async () => ((await rows(sql)).length > 0 ? true : undefined), {
    timeoutMs: 60_000,
    everyMs: 100,
    onTimeout: () => new Error(`never so: ${sql}`),
  });

describeEmbedded("the scheduler (embedded only: a server has background workers)", () => {
  it("keeps continuous aggregates fresh, level by level, without anybody's call", async () => {
    await rows("create table reading (time timestamptz not null, value int)");
    await rows("select create_hypertable('reading', by_range('time', interval '1 day'))");
    await rows("insert into reading select t, 1 from generate_series(now() - interval '2 days', now(), '1 minute') t");
    const aggregate = (name: string, source: string, width: string, time: string, value: string): string =>
      `create materialized view ${name} with (timescaledb.continuous, timescaledb.materialized_only = true) as
         select time_bucket('${width}', ${time}) as bucket, ${value} as total from ${source} group by 1 with no data`;
    await rows(aggregate("reading_1m", "reading", "1 minute", "time", "sum(value)"));
    await rows(aggregate("reading_1h", "reading_1m", "1 hour", "bucket", "sum(total)"));
    for (const [name, end] of [
      ["reading_1h", "1 hour"],
      ["reading_1m", "1 minute"],
    ] as const) {
      await rows(
        `select add_continuous_aggregate_policy('${name}', start_offset => interval '3 days', end_offset => interval '${end}',
           schedule_interval => interval '1 second')`,
      );
    }
    // all but the minute and the hour under way are materialized
    await expectEventually("select 1 from reading_1m having count(*) >= 2879");
    await expectEventually("select 1 from reading_1h having count(*) >= 47 and sum(total) >= 47 * 60 - 60");
    expect(await rows("select 1 from reading_1m where bucket > now() - interval '1 minute'")).toEqual([]);

    await rows(
      "update reading set value = 2 where time < now() - interval '1 day' and time > now() - interval '25 hours'",
    );
    await expectEventually("select 1 from reading_1h where total >= 90");
    const direct = "select time_bucket('1 minute', time) as bucket, sum(value) as total from reading group by 1";
    const until = "where bucket < (select max(bucket) from reading_1m)";
    expect(await rows(`select * from reading_1m ${until} except select * from (${direct}) d`)).toEqual([]);
    expect(await rows(`select * from (${direct}) d ${until} except select * from reading_1m`)).toEqual([]);
  });

  it("runs columnstore and retention policies and jobs of users", async () => {
    await rows("create table old (time timestamptz not null, value int)");
    await rows("select create_hypertable('old', by_range('time', interval '1 day'))");
    await rows("alter table old set (timescaledb.enable_columnstore)");
    await rows("insert into old select now() - interval '1 day' * g, g from generate_series(0, 9) g");
    await rows(
      "call add_columnstore_policy('old', after => interval '2 days', schedule_interval => interval '1 second')",
    );
    await expectEventually(
      "select 1 from timescaledb_information.chunks where hypertable_name = 'old' and is_compressed having count(*) >= 6",
    );
    await rows(
      "select add_retention_policy('old', drop_after => interval '5 days', schedule_interval => interval '1 second')",
    );
    await expectEventually(
      "select 1 from timescaledb_information.chunks where hypertable_name = 'old' having count(*) between 5 and 7",
    );

    await rows("create table called (at timestamptz)");
    await rows(
      "create procedure call_me(job_id int, config jsonb) language sql as 'insert into called values (clock_timestamp())'",
    );
    await rows("select add_job('call_me', '1 second')");
    await expectEventually("select 1 from called having count(*) >= 3");
  });

  it("runs jobs as often as they say, also beside one that fails", async () => {
    await rows("create procedure fail_me(job_id int, config jsonb) language sql as 'select 1/0'");
    await rows("select add_job('fail_me', '1 second')");
    await rows("create table alive (at timestamptz)");
    await rows("create procedure live(job_id int, config jsonb) language sql as 'insert into alive values (now())'");
    await rows("select add_job('live', '1 second')");
    await expectEventually("select 1 from alive having count(*) >= 3");
    const [{ early }] = (await rows(
      "select count(*)::int as early from (select at - lag(at) over (order by at) as gap from alive) g where gap < '0.1 seconds'",
    )) as [{ early: number }];
    expect(early).toBe(0);
  });

  it("keeps the write-ahead log bounded while rows are written", async () => {
    await rows("create table written (value text)");
    let sizeBytes = 0;
    for (let round = 0; round < 12; round++) {
      await rows("insert into written select repeat(md5(g::text), 30) from generate_series(1, 40000) g");
      await rows("truncate written");
      sizeBytes = Math.max(sizeBytes, walBytes(join(parent, "database", "postgres", "pg_wal")));
    }
    const [{ bytes }] = (await rows("select pg_current_wal_insert_lsn() - '0/0' as bytes")) as [{ bytes: string }];
    expect(Number(bytes)).toBeGreaterThan(400 * MIB);
    await expectEventually(
      "select 1 where (select pg_current_wal_lsn() - redo_lsn from pg_control_checkpoint()) < 64 * 1024 * 1024",
    );
    expect(sizeBytes).toBeLessThan(350 * MIB);
  });
});

const walBytes = (dir: string): number =>
  readdirSync(dir).reduce((sum, name) => sum + (statSync(join(dir, name), { throwIfNoEntry: false })?.size ?? 0), 0);
