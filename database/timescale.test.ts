import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { silentLogger } from "#kernel/log.ts";
import { startEmbeddedDatabase, type RunningDatabase } from "./supervisor.ts";
import { isEmbedded, makeDatabaseFolder, openTestDatabase, SHORT_LIVED } from "./testing.ts";

const SCHEMA = [
  "create table sample (time timestamptz not null, gpu int not null, watts real)",
  "select create_hypertable('sample', by_range('time', interval '1 day'), create_default_indexes => false)",
  "create unique index on sample (gpu, time desc)",
  "alter table sample set (timescaledb.enable_columnstore, timescaledb.segmentby = 'gpu', timescaledb.orderby = 'time desc')",
  `create materialized view sample_1h with (timescaledb.continuous, timescaledb.materialized_only = false) as
     select gpu, time_bucket('1 hour', time) as bucket, count(*)::int as count, sum(watts) as watts
     from sample group by 1, 2 with no data`,
  // 3 GPUs, each minute of 2 days, 100 W, GPU 3 silent from 06:00 to 07:00 of the first day
  `insert into sample select t, g, 100 from generate_series(timestamptz '2026-01-01 00:00Z', '2026-01-02 23:59Z', '1 minute') t,
     generate_series(1, 3) g where not (g = 3 and t >= '2026-01-01 06:00Z' and t < '2026-01-01 07:00Z')`,
  "call refresh_continuous_aggregate('sample_1h', '2026-01-01', '2026-01-02')",
  "select compress_chunk(chunk) from show_chunks('sample', older_than => timestamptz '2026-01-02') chunk",
];

/** Every kind of use, on data whose sums are known by hand. */
async function expectAllUses(client: pg.Client): Promise<void> {
  const one = async (sql: string): Promise<unknown> => (await client.query<Record<string, unknown>>(sql)).rows;
  expect(await one("select count(*)::int as count from sample")).toEqual([{ count: 3 * 2880 - 60 }]);
  expect(await one("select count(*)::int as count from timescaledb_information.chunks where is_compressed")).toEqual([
    { count: 1 },
  ]);
  // day 1 is materialized, day 2 is computed now
  expect(await one("select sum(count)::int as count, sum(watts)::int as watts from sample_1h where gpu = 3")).toEqual([
    { count: 2820, watts: 282_000 },
  ]);
  expect(
    await one(
      `select to_char(bucket at time zone 'UTC', 'HH24:MI') as hour, count, watts from (
         select time_bucket_gapfill('1 hour', time) as bucket, count(*)::int as count, locf(avg(watts)) as watts
         from sample where gpu = 3 and time >= '2026-01-01 05:00Z' and time < '2026-01-01 08:00Z' group by 1) filled
       order by bucket`,
    ),
  ).toEqual([
    { hour: "05:00", count: 60, watts: 100 },
    { hour: "06:00", count: null, watts: 100 },
    { hour: "07:00", count: 60, watts: 100 },
  ]);
  await client.query("begin");
  const insert =
    "insert into sample values ('2026-01-01 00:00Z', 1, 5), ('2026-01-01 06:30Z', 3, 5) on conflict do nothing";
  expect((await client.query(insert)).rowCount).toBe(1); // into a compressed chunk: one is there already
  await client.query("rollback");
}

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client(url);
  client.on("error", () => undefined);
  await client.connect();
  cleanups.push(() => client.end());
  return client;
}

describe("TimescaleDB", () => {
  const title = "has hypertables, columnstore, real-time aggregates and gap filling";

  (isEmbedded ? it.skip : it)(`${title} (server only: the embedded one is asked below)`, async () => {
    const database = await openTestDatabase();
    cleanups.push(() => database.close());
    const client = await connect(database.url);
    for (const sql of SCHEMA) await client.query(sql);
    await expectAllUses(client);
  });

  (isEmbedded ? it : it.skip)(`${title}, before and after a re-open (embedded only)`, async () => {
    const parent = mkdtempSync(join(tmpdir(), "bc-reopen-"));
    cleanups.push(() => rmSync(parent, { recursive: true }));
    const dir = join(parent, "database");
    await makeDatabaseFolder(dir);
    const start = async (): Promise<RunningDatabase> => {
      const database = await startEmbeddedDatabase({
        dir,
        host: "127.0.0.1",
        port: 0,
        logger: silentLogger,
        nodeFlags: SHORT_LIVED,
      });
      cleanups.push(() => database.stop());
      return database;
    };
    const first = await start();
    const writer = await connect(first.url);
    for (const sql of SCHEMA) await writer.query(sql);
    await expectAllUses(writer);
    await first.stop();
    const second = await start();
    await expectAllUses(await connect(second.url));
  });
});
