import { readFileSync } from "node:fs";
import { bucketStart, MINUTE_MS } from "#kernel/time.ts";
import { COLUMNS } from "../metrics.ts";
import type { GpuRow } from "../parse/result.ts";
import type { CollectorRecord } from "../records.ts";
import { blankResult } from "../scrape/scrape.ts";
import { openTelemetryDatabase, openWriter, type TelemetryDatabase } from "../testing/database.ts";
import { rowOf } from "../testing/rows.ts";
import { SAMPLE, SCRAPE, type BulkTable } from "./table.ts";
import { refresh } from "./watermark.ts";

let database: TelemetryDatabase;
beforeAll(async () => {
  database = await openTelemetryDatabase();
});
afterAll(() => database.close());

describe("the tables", () => {
  const columnsOf = (table: string) =>
    database.rows<{ column_name: string; data_type: string; udt_name: string }>(
      `select column_name, data_type, udt_name from information_schema.columns
       where table_schema = 'telemetry' and table_name = $1 order by ordinal_position`,
      [table],
    );

  it("have exactly the derived columns and the fields of metrics.csv, in its order and types", async () => {
    const columns = (await columnsOf("sample")).map(({ column_name, data_type }) => `${column_name} ${data_type}`);
    expect(columns).toEqual([
      "time timestamp with time zone",
      "gpu_key integer",
      "covers_until timestamp with time zone",
      "covered_seconds real",
      "energy_joules double precision",
      "util_ratio real",
      ...COLUMNS.map(({ column, type }) => `${column} ${type}`),
    ]);
  });

  it.each([SAMPLE, SCRAPE])("are written with the columns that they have", async ({ name, columns }: BulkTable) => {
    const found = await columnsOf(name.replace("telemetry.", ""));
    expect(found.map(({ column_name, udt_name }) => `${column_name} ${udt_name}`)).toEqual(
      columns.map((column) => `${column.name} ${column.type}`),
    );
  });

  it("have one index where rows pour in", async () => {
    const indexes = await database.rows(
      `select indexname from pg_indexes where schemaname = 'telemetry' and tablename in ('sample', 'scrape') order by 1`,
    );
    expect(indexes).toEqual([{ indexname: "sample_gpu_time" }, { indexname: "scrape_target_time" }]);
  });

  it("have policies that refresh the oldest first, as an aggregate's newest row says how far it reaches", async () => {
    const policies = await database.rows(
      `select config->>'refresh_newest_first' as newest from timescaledb_information.jobs
       where proc_name = 'policy_refresh_continuous_aggregate'`,
    );
    expect(policies).toEqual(Array(4).fill({ newest: "false" }));
  });

  it.each(["0002_rollups.sql", "0003_policies.sql"])(
    "of %s can be made again, as one that was cut off must be",
    async (name) => {
      const text = readFileSync(new URL(`../../sql/${name}`, import.meta.url), "utf8");
      expect(text).toMatch(/^-- no-transaction\n/);
      for (const statement of text.split(/^--;;$/m))
        await expect(database.pool.query(statement)).resolves.toBeDefined();
    },
  );

  it("may be read, and not written, by bc_reader", async () => {
    const [row] = await database.rows(
      `select has_table_privilege('bc_reader', 'telemetry.rollup_1m', 'select') as can_read,
         has_table_privilege('bc_reader', 'telemetry.sample', 'insert') as can_write,
         has_function_privilege('bc_reader', 'telemetry.gpu_minutes(timestamptz, timestamptz)', 'execute') as can_call`,
    );
    expect(row).toEqual({ can_read: true, can_write: false, can_call: true });
  });
});

describe("minute states", () => {
  const URL = "http://a:9400/metrics";
  /** Minute 0, two hours ago: the policies may run meanwhile and must change nothing. */
  const zero = bucketStart(Date.now(), MINUTE_MS) - 120 * MINUTE_MS;
  const minute = (number: number): number => zero + number * MINUTE_MS;
  /** The target is due at second 20 of every minute. */
  const scraped = (number: number, uuids: readonly string[] | "failed"): CollectorRecord => {
    const at = minute(number) + 20_000;
    const blank = { kind: "scrape" as const, ...blankResult(URL, at, at + MINUTE_MS, MINUTE_MS) };
    if (uuids === "failed") return { ...blank, failure: { reason: "timeout", detail: "" } };
    return { ...blank, rows: uuids.map((uuid): GpuRow => rowOf({ uuid, at })) };
  };
  const beat = (number: number): CollectorRecord => ({
    kind: "heartbeat",
    minute: minute(number),
    targetCount: 1,
    spoolBytes: 0,
  });
  const both = ["GPU-1", "GPU-2"];

  const setWatermark = (at: number): Promise<unknown> =>
    database.pool.query("update telemetry.collector set sampled_through = $1", [new Date(at)]);
  const states = async (uuid: string): Promise<string> => {
    const span = [new Date(minute(-1)), new Date(minute(12)), uuid];
    const rows = await database.rows<{ state: string }>(
      `select m.state from telemetry.gpu_minutes($1, $2) m join telemetry.gpu using (gpu_key) where uuid = $3 order by m.minute`,
      span,
    );
    const asked = await database.rows<{ state: string }>(
      `select state from telemetry.gpu_minutes($1, $2, array(select gpu_key from telemetry.gpu where uuid = $3)) order by minute`,
      span,
    );
    expect(asked).toEqual(rows);
    return rows.map(({ state }) => ({ UP: "U", DOWN: "D", UNKNOWN: "?" })[state] ?? "!").join("");
  };

  beforeAll(async () => {
    const { writer } = await openWriter(database.pool);
    await writer.write([
      ...[0, 1, 2, 3, 4, 5, 8, 9, 10, 11].map(beat),
      scraped(0, both),
      scraped(1, both),
      scraped(2, ["GPU-1"]), // GPU-2 is lost while its host answers
      scraped(3, "failed"),
      scraped(4, "failed"),
      scraped(5, both),
      // The collector is dead in minutes 6 and 7.
      scraped(8, both),
      scraped(9, both),
      scraped(10, "failed"),
      scraped(11, "failed"),
    ]);
    await setWatermark(minute(11) + 30_000);
  });

  // A good sample at second 20 covers the next minute's start: a state falls one minute after the last good sample.
  const GPU_1 = "? UUUU D U U? UUU ?".replaceAll(" ", "");
  const GPU_2 = "? UUU DD U U? UUU ?".replaceAll(" ", "");

  it("are UP, DOWN and UNKNOWN as defined", async () => {
    expect(await states("GPU-1")).toBe(GPU_1);
    expect(await states("GPU-2")).toBe(GPU_2);
  });

  it("are the same once the minutes are materialized", async () => {
    const span = { from: minute(-5), to: minute(30) };
    for (const view of ["telemetry.gpu_1m", "telemetry.target_1m"]) await refresh(database.pool, view, span);
    expect(await states("GPU-1")).toBe(GPU_1);
    expect(await states("GPU-2")).toBe(GPU_2);
  });

  it("become DOWN only when the watermark has passed the whole minute", async () => {
    await setWatermark(minute(12));
    expect(await states("GPU-1")).toBe(`${GPU_1.slice(0, -1)}D`);
    await setWatermark(minute(5));
    expect(await states("GPU-1")).toBe(GPU_1);
    await setWatermark(minute(4) + 59_999);
    expect(await states("GPU-1")).toBe("? UUUU ? U U? UUU ?".replaceAll(" ", ""));
    await setWatermark(minute(12));
  });

  it("are unknown, never down, without the heartbeat of the collector that watched", async () => {
    await database.pool.query("update telemetry.heartbeat set minute = minute + interval '1 year' where minute = $1", [
      new Date(minute(4)),
    ]);
    expect(await states("GPU-1")).toBe("? UUUU ? U U? UUU D".replaceAll(" ", ""));
    await database.pool.query(
      "update telemetry.heartbeat set minute = minute - interval '1 year' where minute = $1::timestamptz + interval '1 year'",
      [new Date(minute(4))],
    );
  });

  it("add up to uptime, and to the view over all time", async () => {
    const uptime = await database.rows(
      `select uuid, up_minutes, down_minutes, unknown_minutes
       from telemetry.gpu_uptime($1, $2) join telemetry.gpu using (gpu_key) order by 1`,
      [new Date(minute(0)), new Date(minute(12))],
    );
    expect(uptime).toEqual([
      { uuid: "GPU-1", up_minutes: 9, down_minutes: 2, unknown_minutes: 1 },
      { uuid: "GPU-2", up_minutes: 8, down_minutes: 3, unknown_minutes: 1 },
    ]);
    const all = await database.rows("select state, count(*)::int as n from telemetry.gpu_minute group by 1 order by 1");
    expect(all).toEqual([
      { state: "DOWN", n: 5 },
      { state: "UNKNOWN", n: 2 },
      { state: "UP", n: 17 },
    ]);
  });

  it("of a range that begins within a minute are of the minutes that start in it", async () => {
    const rows = await database.rows<{ minute: Date }>(
      "select distinct minute from telemetry.gpu_minutes($1, $2) order by 1",
      [new Date(minute(1) + 1), new Date(minute(3) + 1)],
    );
    expect(rows.map((row) => (row.minute.getTime() - zero) / MINUTE_MS)).toEqual([2, 3]);
  });

  it("wait for every collector that isn't retired", async () => {
    const watermark = (): Promise<unknown[]> => database.rows("select sampled_through from telemetry.watermark");
    await database.pool.query(
      `insert into telemetry.collector (name, started_at, seen_at) values ('other', now(), now())`,
    );
    expect(await watermark()).toEqual([]);
    await database.pool.query(`update telemetry.collector set sampled_through = $1 where name = 'other'`, [
      new Date(minute(3)),
    ]);
    expect(await watermark()).toEqual([{ sampled_through: new Date(minute(3)) }]);
    await database.pool.query(`update telemetry.collector set retired_at = now() where name = 'other'`);
    expect(await watermark()).toEqual([{ sampled_through: new Date(minute(12)) }]);
  });
});
