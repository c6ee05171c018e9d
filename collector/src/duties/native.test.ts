import { jest } from "@jest/globals";
import type { NativePostgres } from "#indexer/testdata/native-postgres.ts";
import { silentLogger } from "#kernel/log.ts";
import { createPool, type Pool } from "#kernel/pg.ts";
import { bucketStart, HOUR_MS, waitFor } from "#kernel/time.ts";
import { blankResult } from "../scrape/scrape.ts";
import { migrateTelemetry, openWriter } from "../testing/database.ts";
import { hasNativeTimescale, startNativeTimescale } from "../testing/native-timescale.ts";
import { rowOf } from "../testing/rows.ts";
import { refresh, type Span } from "../write/watermark.ts";
import { Lease } from "./lease.ts";
import { Maintenance } from "./maintenance.ts";
import { readWorkerFacts } from "./workers.ts";

jest.setTimeout(120_000);

const never = new AbortController().signal;
const describeNative = hasNativeTimescale ? describe : describe.skip;

let server: NativePostgres;
let pool: Pool;
let policyKey: number;
async function start(maxWorkers: number): Promise<void> {
  server = await startNativeTimescale({ settings: { "timescaledb.max_background_workers": String(maxWorkers) } });
  pool = createPool(server.url, { name: "test", max: 2 });
  await pool.query("create extension timescaledb");
  await migrateTelemetry(server.url);
}
afterEach(async () => {
  await pool.end();
  await server.stop();
});

const open = (): Maintenance =>
  new Maintenance({ pool, lease: new Lease(pool, "maintenance", "a"), logger: silentLogger });

describeNative("TimescaleDB's jobs (on a native server only)", () => {
  it("are run by us where it may start no worker", async () => {
    await start(0);
    const { writer } = await openWriter(pool);
    const at = Date.now() - 48 * HOUR_MS;
    const blank = blankResult("http://a/metrics", at, at + 10_000, 10_000);
    await writer.write([{ kind: "scrape", ...blank, rows: [rowOf({ at })] }]);
    const maintenance = open();
    expect(await maintenance.step(never)).toBe(12);
    expect(maintenance.detail).toMatchObject({ by: "collector", why: expect.stringContaining("is 0") });
    const { rows } = await pool.query(
      `select (select count(*)::int from timescaledb_information.chunks where hypertable_name = 'sample' and is_compressed) as compressed,
         (select count(*)::int from telemetry.maintenance where error is null) as good`,
    );
    expect(rows).toEqual([{ compressed: 1, good: 12 }]);
    expect(await maintenance.step(never)).toBe(0);
  });

  it("at work on an aggregate make our own refresh of it wait, not fail", async () => {
    await start(0);
    await pool.query(
      `insert into telemetry.sample (time, gpu_key, covers_until, covered_seconds)
       select t, k, t + interval '10 s', 10 from generate_series($1::timestamptz, $2, interval '10 s') t, generate_series(1, 10) k`,
      [new Date(Date.now() - 6 * HOUR_MS), new Date()],
    );
    const span = { from: Date.now() - 7 * HOUR_MS, to: Date.now() };
    const four = [1, 2, 3, 4].map(() => createPool(server.url, { name: "test", max: 1 }));
    await Promise.all(four.map((own) => refresh(own, "telemetry.gpu_1m", span)));
    await Promise.all(four.map((own) => own.end()));
    const { rows } = await pool.query("select sum(sample_count)::int as n from telemetry.gpu_1m");
    expect(rows).toEqual([{ n: 21_610 }]);
  });

  it.each([
    ["our own refresh", (span: Span) => refresh(pool, "telemetry.gpu_1m", span)],
    ["a policy's run", () => pool.query("call run_job($1)", [policyKey])],
  ])("hide no minute while %s goes through a backlog", async (_what, work) => {
    await start(0);
    const { rows: policies } = await pool.query<{ job_id: number }>(
      `select job_id from timescaledb_information.jobs
       where proc_name = 'policy_refresh_continuous_aggregate' and hypertable_name = 'gpu_1m'`,
    );
    policyKey = policies[0]?.job_id ?? 0;
    const to = bucketStart(Date.now() - HOUR_MS, HOUR_MS);
    await pool.query(
      `insert into telemetry.sample (time, gpu_key, covers_until, covered_seconds)
       select t, k, t + interval '1 min', 60 from generate_series($1::timestamptz, $2, interval '1 min') t, generate_series(1, 50) k`,
      [new Date(to - 20 * HOUR_MS), new Date(to)],
    );
    const reader = createPool(server.url, { name: "test", max: 1 });
    const seen = async (): Promise<number> =>
      (await reader.query<{ n: number }>("select count(*)::int as n from telemetry.gpu_1m")).rows[0]?.n ?? 0;
    const counts = [await seen()];
    let isDone = false;
    const working = Promise.resolve(work({ from: to - 20 * HOUR_MS, to })).finally(() => (isDone = true));
    while (!isDone) counts.push(await seen());
    await working;
    counts.push(await seen());
    await reader.end();
    expect(counts.length).toBeGreaterThan(3);
    expect(new Set(counts)).toEqual(new Set([50 * 1_201]));
  });

  it("are left to its workers where it has some", async () => {
    await start(8);
    const maintenance = open();
    expect(await maintenance.step(never)).toBe(0);
    await waitFor(async () => (await readWorkerFacts(pool)).lastRunAt ?? undefined, {
      timeoutMs: 90_000,
      everyMs: 500,
      onTimeout: () => new Error("no worker ran a job"),
    });
    expect(await maintenance.step(never)).toBe(0);
    expect(maintenance.detail).toMatchObject({ by: "database" });
  });
});
