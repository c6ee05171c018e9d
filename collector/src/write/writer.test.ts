import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { silentLogger } from "#kernel/log.ts";
import { createRegistry } from "#kernel/metrics.ts";
import { createPool } from "#kernel/pg.ts";
import { bucketStart, MINUTE_MS } from "#kernel/time.ts";
import { createInstruments } from "../instruments.ts";
import { encodeRecord } from "../records.ts";
import { blankResult } from "../scrape/scrape.ts";
import { openSpool, type Spool } from "../spool/spool.ts";
import { openTelemetryDatabase, stopPolicies, type TelemetryDatabase } from "../testing/database.ts";
import { rowOf } from "../testing/rows.ts";
import { Writer, type WriterOptions } from "./writer.ts";

let database: TelemetryDatabase;
let dir: string;
let spool: Spool;

beforeAll(async () => {
  database = await openTelemetryDatabase();
  await stopPolicies(database);
});
afterAll(() => database.close());
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "bc-writer-"));
  spool = await openSpool({ dir, logger: silentLogger });
  seenThrough = Date.now();
});
afterEach(async () => {
  await spool.close();
  await rm(dir, { recursive: true });
});

const nothing = (): number => 0;
const NO_READINGS = {
  targetCount: nothing,
  lateScrapes: nothing,
  spoolBytes: nothing,
  spoolRecords: nothing,
  droppedRecords: nothing,
  lagSeconds: nothing,
};

/** Nothing that comes later is of a time before it. */
let seenThrough: number;

const openWriter = (more: Partial<WriterOptions> = {}): Writer =>
  new Writer({
    pool: database.pool,
    spool,
    name: "test",
    logger: silentLogger,
    instruments: createInstruments(createRegistry("test"), NO_READINGS),
    labelsOf: (url) => (url.includes("a:1") ? { operator: "7" } : {}),
    seenThrough: () => seenThrough,
    ...more,
  });

async function add(...times: number[]): Promise<void> {
  for (const at of times) {
    const scrape = { ...blankResult("http://a:1/metrics", at, at + 10_000, 10_000), rows: [rowOf({ at })] };
    void spool.append(encodeRecord({ kind: "scrape", ...scrape }), at);
  }
  await spool.flush();
}

const watermark = async (): Promise<Date | undefined> =>
  (await database.rows<{ sampled_through: Date }>("select sampled_through from telemetry.watermark"))[0]
    ?.sampled_through;
const minutesWithSamples = async (): Promise<Date[]> =>
  (await database.rows<{ bucket: Date }>("select bucket from telemetry.rollup_1m order by 1")).map(
    ({ bucket }) => bucket,
  );

it("writes what is in the spool, publishes how far it is, and never takes that back", async () => {
  const now = Date.now();
  await add(now - 2_000, now - 1_000);
  const writer = openWriter();
  await writer.drain();
  expect(spool.recordCount).toBe(0);
  seenThrough = now;
  await writer.publish();
  seenThrough = now - 5_000;
  await writer.publish();
  expect(await watermark()).toEqual(new Date(now));
  expect(await database.rows("select count(*)::int as n from telemetry.sample")).toEqual([{ n: 2 }]);
  expect(await database.rows("select url, labels from telemetry.target")).toEqual([
    { url: "http://a:1/metrics", labels: { operator: "7" } },
  ]);
});

it("keeps everything in the spool while the database is away", async () => {
  const away = createPool("postgres://postgres@127.0.0.1:1/berkeley", { name: "test" });
  await add(Date.now());
  await expect(openWriter({ pool: away }).drain()).rejects.toMatchObject({ code: "ECONNREFUSED" });
  expect(spool.recordCount).toBe(1);
  await away.end();
});

/** Writes a sample and refreshes the aggregates past it: what is older and comes now is hidden until they are again. */
async function materializeThrough(at: number): Promise<void> {
  await database.pool.query("truncate telemetry.sample, telemetry.scrape");
  await add(at);
  await openWriter().drain();
  for (const view of ["telemetry.gpu_1m", "telemetry.target_1m"]) {
    const span = [view, new Date(at - 60 * MINUTE_MS), new Date(at + MINUTE_MS)];
    await database.pool.query(
      "call refresh_continuous_aggregate($1::regclass, $2::timestamptz, $3::timestamptz)",
      span,
    );
  }
}

it("tells how far it is while it writes a backlog, though its scrapes overlap", async () => {
  await database.pool.query("update telemetry.collector set sampled_through = null");
  const start = bucketStart(Date.now(), MINUTE_MS) - 40 * MINUTE_MS;
  // A scrape a second, each kept when one of 8 s before was still under way; a batch takes 500.
  for (let second = 0; second < 1_100; second++) {
    const at = start + second * 1_000;
    const scrape = { ...blankResult("http://a:1/metrics", at, at + 1_000, 1_000), rows: [rowOf({ at })] };
    void spool.append(encodeRecord({ kind: "scrape", ...scrape }), at - 8_000);
  }
  await spool.flush();
  const told: number[] = [];
  const writer = openWriter({
    publishEveryMs: 0,
    batchRecords: 500,
    onPublished: (sampledThrough) => told.push(sampledThrough),
  });
  await writer.drain();
  expect(told).toEqual([start + 492_000, start + 992_000, seenThrough]);
  expect(await watermark()).toEqual(new Date(seenThrough));
});

it("shows late samples in the minute aggregates before the watermark passes them", async () => {
  const late = bucketStart(Date.now(), MINUTE_MS) - 30 * MINUTE_MS;
  await materializeThrough(late + 10 * MINUTE_MS);
  await database.pool.query("update telemetry.collector set sampled_through = null");
  const writer = openWriter();
  const minutes = (...numbers: number[]): Date[] => numbers.map((number) => new Date(late + number * MINUTE_MS));
  await add(late + 1_000, late + 2 * MINUTE_MS);
  await writer.drain();
  expect(await minutesWithSamples()).toEqual(minutes(10));
  // A scrape from then is still under way, so nothing may be said of what is later.
  seenThrough = late + 1_000;
  await writer.publish();
  expect([await watermark(), await minutesWithSamples()]).toEqual([new Date(late + 1_000), minutes(10)]);
  seenThrough = late + MINUTE_MS;
  await writer.publish();
  expect([await watermark(), await minutesWithSamples()]).toEqual([...minutes(1), minutes(0, 10)]);
  seenThrough = Date.now();
  await writer.publish();
  expect([await watermark(), await minutesWithSamples()]).toEqual([new Date(seenThrough), minutes(0, 2, 10)]);
});

it("does so too when an earlier run died between the writing and the showing", async () => {
  const late = bucketStart(Date.now(), MINUTE_MS) - 30 * MINUTE_MS;
  await materializeThrough(late + 10 * MINUTE_MS);
  await add(late + 1_000);
  await openWriter().drain();
  expect(await minutesWithSamples()).toEqual([new Date(late + 10 * MINUTE_MS)]);
  // It had published up to here before.
  await database.pool.query("update telemetry.collector set sampled_through = $1", [new Date(late)]);
  const writer = openWriter();
  await writer.drain();
  await writer.publish();
  expect(await minutesWithSamples()).toEqual([new Date(late), new Date(late + 10 * MINUTE_MS)]);
});

it("drops a record that no version of ours has written, and goes on", async () => {
  await database.pool.query("truncate telemetry.sample, telemetry.scrape");
  void spool.append(Buffer.from("garbage"), 0);
  await add(Date.now());
  await openWriter().drain();
  expect(spool.recordCount).toBe(0);
  expect(await database.rows("select count(*)::int as n from telemetry.sample")).toEqual([{ n: 1 }]);
});
