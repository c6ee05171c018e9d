import { silentLogger } from "#kernel/log.ts";
import { HOUR_MS } from "#kernel/time.ts";
import { openTelemetryDatabase, openWriter, type TelemetryDatabase } from "../testing/database.ts";
import { blankResult } from "../scrape/scrape.ts";
import { rowOf } from "../testing/rows.ts";
import { Lease } from "./lease.ts";
import { Maintenance } from "./maintenance.ts";
import type { WorkerFacts } from "./workers.ts";

const NO_WORKERS: WorkerFacts = { isEmbedded: false, maxWorkers: 0, lastRunAt: null, dueSince: null };
const never = new AbortController().signal;

let database: TelemetryDatabase;
beforeAll(async () => {
  database = await openTelemetryDatabase();
});
afterAll(() => database.close());
beforeEach(() => database.pool.query("truncate telemetry.maintenance, telemetry.duty"));

const open = (holder: string, facts?: WorkerFacts): Maintenance =>
  new Maintenance({
    pool: database.pool,
    lease: new Lease(database.pool, "maintenance", holder),
    logger: silentLogger,
    ...(facts ? { readFacts: () => Promise.resolve(facts) } : {}),
  });
const ran = () =>
  database.rows<{ job_id: number; error: string | null }>("select job_id, error from telemetry.maintenance order by 1");

it("leaves the jobs alone where the database runs them, and says so", async () => {
  const maintenance = open("a");
  expect(maintenance.detail).toEqual({ by: "not known yet" });
  expect(await maintenance.step(never)).toBe(0);
  expect(maintenance.detail).toMatchObject({ by: "database" });
  expect(await ran()).toEqual([]);
});

it("runs every job once where nobody else does, and again when it is due again", async () => {
  const { writer } = await openWriter(database.pool);
  const at = Date.now() - 48 * HOUR_MS;
  const scrape = blankResult("http://a/metrics", at, at + 10_000, 10_000);
  await writer.write([{ kind: "scrape", ...scrape, rows: [rowOf({ at })] }]);
  const maintenance = open("a", NO_WORKERS);
  const jobs = await database.rows(
    "select job_id from timescaledb_information.jobs where hypertable_schema = 'telemetry' order by 1",
  );
  expect(await maintenance.step(never)).toBe(jobs.length);
  expect(await ran()).toEqual(jobs.map((job) => ({ ...job, error: null })));
  expect(maintenance.detail).toMatchObject({ by: "collector", why: expect.stringContaining("max_background_workers") });
  expect(
    await database.rows(
      `select count(*) filter (where is_compressed)::int as compressed, count(*)::int as chunks
       from timescaledb_information.chunks where hypertable_name = 'sample'`,
    ),
  ).toEqual([{ compressed: 1, chunks: 1 }]);
  expect(await maintenance.step(never)).toBe(0);
  // An hour on, the refreshes are due again, which come every minute, ten and sixty.
  await database.pool.query("update telemetry.maintenance set ran_at = ran_at - interval '1 hour'");
  expect(await maintenance.step(never)).toBe(4);
});

it("doesn't run them while another collector does, and takes over when that one has gone", async () => {
  const other = new Lease(database.pool, "maintenance", "other");
  expect(await other.take()).toBe(true);
  const maintenance = open("a", NO_WORKERS);
  expect(await maintenance.step(never)).toBe(0);
  await database.pool.query("update telemetry.duty set expires_at = now() - interval '1 second'");
  expect(await maintenance.step(never)).toBeGreaterThan(0);
  expect(await other.renew()).toBe(false);
});

it("stops at once when workers come back", async () => {
  let facts = NO_WORKERS;
  const maintenance = new Maintenance({
    pool: database.pool,
    lease: new Lease(database.pool, "maintenance", "a"),
    logger: silentLogger,
    readFacts: () => Promise.resolve(facts),
    onRun: () => (facts = { ...NO_WORKERS, maxWorkers: 16, lastRunAt: Date.now() }),
  });
  expect(await maintenance.step(never)).toBe(1);
  expect(maintenance.detail).toMatchObject({ by: "database" });
});

it("a job that fails costs no other, is told, and is tried again after its retry period", async () => {
  const [job] = await database.rows<{ job_id: number; config: unknown }>(
    "select job_id, config from timescaledb_information.jobs where hypertable_name = 'gpu_1h'",
  );
  const [catalog] = await database.rows<{ name: string }>(
    "select format('%I.%I', schemaname, tablename) as name from pg_tables where tablename = 'bgw_job'",
  );
  const configure = (config: unknown): Promise<unknown> =>
    database.pool.query(`update ${catalog?.name} set config = $2 where id = $1`, [job?.job_id, config]);
  await configure({ ...(job?.config as object), end_offset: "no interval" });
  const maintenance = open("a", NO_WORKERS);
  expect(await maintenance.step(never)).toBe(12);
  expect((await ran()).filter(({ error }) => error !== null)).toEqual([
    { job_id: job?.job_id, error: expect.stringContaining("no interval") },
  ]);
  expect(maintenance.detail["failed"]).toEqual([expect.stringContaining("telemetry.gpu_1h failed")]);
  await configure(job?.config);
  expect(await maintenance.step(never)).toBe(0);
  await database.pool.query(
    "update telemetry.maintenance set ran_at = ran_at - interval '11 minutes' where error is not null",
  );
  expect(await maintenance.step(never)).toBe(1);
  expect(maintenance.detail).not.toHaveProperty("failed");
});
