import { bucketStart, MINUTE_MS } from "#kernel/time.ts";
import type { GpuRow, SeenXid } from "../parse/result.ts";
import type { CollectorRecord } from "../records.ts";
import { blankResult } from "../scrape/scrape.ts";
import { openTelemetryDatabase, openWriter, stopPolicies, type TelemetryDatabase } from "../testing/database.ts";
import { rowOf } from "../testing/rows.ts";

const URL = "http://a:9400/metrics";
const zero = bucketStart(Date.now(), MINUTE_MS) - 60 * MINUTE_MS;
const at = (seconds: number): number => zero + seconds * 1_000;

let database: TelemetryDatabase;
beforeAll(async () => {
  database = await openTelemetryDatabase();
  await stopPolicies(database);
});
afterAll(() => database.close());
beforeEach(() =>
  database.pool.query(
    "truncate telemetry.sample, telemetry.scrape, telemetry.gpu_event, telemetry.gpu_target, telemetry.gpu cascade",
  ),
);

const scraped = (seconds: number, rows: GpuRow[], events: SeenXid[] = []): CollectorRecord => ({
  kind: "scrape",
  ...blankResult(URL, at(seconds), at(seconds + 10), 10_000),
  rows: rows.map((row) => ({ ...row, at: at(seconds) })),
  events,
});
const gpu = (joules: number, watts = 300): GpuRow =>
  rowOf({ uuid: "GPU-AB", readings: { energy_total_joules: joules, power_watts: watts, gr_active_ratio: 0.5 } });
const xid: SeenXid = { uuid: "GPU-AB", kind: "XID", code: 31, text: "GPU memory page fault" };

const samples = () =>
  database.rows(
    `select extract(epoch from time - $1::timestamptz)::int as s, covered_seconds, energy_joules, util_ratio from telemetry.sample order by 1`,
    [new Date(zero)],
  );
const written = (s: number, covered: number, energy: number | null): Record<string, unknown> => ({
  s,
  covered_seconds: covered,
  energy_joules: energy,
  util_ratio: 0.5,
});

describe("a batch", () => {
  it("is written once, however often and with whatever overlap it is sent", async () => {
    const { writer } = await openWriter(database.pool);
    const records = [0, 10, 20].map((seconds) => scraped(seconds, [gpu(seconds * 300)], seconds === 10 ? [xid] : []));
    await writer.write(records.slice(0, 2));
    await writer.write(records.slice(0, 2));
    // After a crash another writer reads the spool from an older place.
    const again = await openWriter(database.pool);
    await again.writer.write(records);
    await again.writer.write(records);
    expect(await samples()).toEqual([written(0, 0, null), written(10, 10, 3_000), written(20, 10, 3_000)]);
    expect(await database.rows("select count(*)::int as n from telemetry.scrape")).toEqual([{ n: 3 }]);
    expect(await database.rows("select kind, code, detail from telemetry.gpu_event order by time, kind")).toEqual([
      { kind: "APPEARED", code: 0, detail: null },
      { kind: "XID", code: 31, detail: "GPU memory page fault" },
    ]);
  });

  it("goes on after a restart where the database is: no energy lost, no XID told again, a loss noticed", async () => {
    await (
      await openWriter(database.pool)
    ).writer.write([scraped(0, [gpu(0)], [xid]), scraped(10, [gpu(3_000)], [xid])]);
    const { writer } = await openWriter(database.pool);
    await writer.write([scraped(20, [gpu(6_000)], [xid])]);
    expect(await samples()).toEqual([written(0, 0, null), written(10, 10, 3_000), written(20, 10, 3_000)]);
    const other = rowOf({ uuid: "GPU-CD" });
    await (await openWriter(database.pool)).writer.write([scraped(30, [other])]);
    expect(
      await database.rows(
        "select kind, uuid from telemetry.gpu_event join telemetry.gpu using (gpu_key) order by time, kind, uuid",
      ),
    ).toEqual([
      { kind: "APPEARED", uuid: "GPU-AB" },
      { kind: "XID", uuid: "GPU-AB" },
      { kind: "APPEARED", uuid: "GPU-CD" },
      { kind: "DISAPPEARED", uuid: "GPU-AB" },
    ]);
  });

  it("across a counter's reset keeps the roll-up's energy right", async () => {
    const { writer } = await openWriter(database.pool);
    const joules = [900_000, 903_000, 906_000, 1_500, 4_500, 7_500];
    await writer.write(joules.map((value, index) => scraped(index * 10, [gpu(value)])));
    // 3,000 + 3,000 + 1,500 + 3,000 + 3,000 J.
    expect(
      await database.rows(
        "select energy_watt_hours, covered_seconds, busy_seconds, util_ratio, power_watts from telemetry.rollup_1m",
      ),
    ).toEqual([
      { energy_watt_hours: 13_500 / 3_600, covered_seconds: 50, busy_seconds: 50, util_ratio: 0.5, power_watts: 300 },
    ]);
  });

  it("weighs means by time, and leaves out what wasn't read", async () => {
    const { writer } = await openWriter(database.pool);
    const row = (watts: number, util?: number): GpuRow =>
      rowOf({
        uuid: "GPU-AB",
        readings: { power_watts: watts, ...(util === undefined ? {} : { gr_active_ratio: util }) },
      });
    // 0 s: nothing before it; 10 s: 10 s at 100 W, utilization 1; 30 s: 20 s at 400 W, utilization unknown.
    await writer.write([scraped(0, [row(900, 1)]), scraped(10, [row(100, 1)]), scraped(30, [row(400)])]);
    expect(
      await database.rows(
        "select util_ratio, power_watts, power_watts_max, busy_seconds, sample_count from telemetry.rollup_1h",
      ),
    ).toEqual([{ util_ratio: 1, power_watts: 300, power_watts_max: 900, busy_seconds: 10, sample_count: 3 }]);
  });

  it("keeps GPUs by the hash that their NFT holds, and MIG slices as their children", async () => {
    const { writer } = await openWriter(database.pool);
    const slice = rowOf({ uuid: "GPU-AB", migId: "7", migProfile: "1g.10gb", readings: { gr_active_ratio: 1 } });
    await writer.write([scraped(0, [{ ...gpu(0), labels: { hostname: "h1" } }, slice])]);
    const found = await database.rows(
      `select g.uuid, encode(g.uuid_hash, 'hex') as hash, p.uuid as parent, g.mig_profile, g.model, g.labels, t.url
       from telemetry.gpu g left join telemetry.gpu p on p.gpu_key = g.parent_key join telemetry.target t on t.target_key = g.target_key
       order by g.uuid`,
    );
    expect(found).toEqual([
      {
        uuid: "GPU-AB",
        // By Foundry: cast keccak gpu-ab
        hash: "01f01628ff5a1f3ffcd56c0b943b31e06e5f9f9a361368f48b2ba14798e414ca",
        parent: null,
        mig_profile: null,
        model: "NVIDIA L40S",
        labels: { hostname: "h1" },
        url: URL,
      },
      {
        uuid: "GPU-AB/7",
        hash: null,
        parent: "GPU-AB",
        mig_profile: "1g.10gb",
        model: "NVIDIA L40S",
        labels: {},
        url: URL,
      },
    ]);
  });

  it("that comes late, into chunks that are columns by now, goes in once, and with it what was there stays", async () => {
    const { writer } = await openWriter(database.pool);
    await writer.write([scraped(0, [gpu(0)]), scraped(20, [gpu(6_000)])]);
    for (const table of ["sample", "scrape"])
      await database.pool.query(`select compress_chunk(c, true) from show_chunks('telemetry.${table}') c`);
    const late = [0, 10, 20, 30].map((seconds) => scraped(seconds, [gpu(seconds * 300)]));
    for (let round = 0; round < 2; round++) await (await openWriter(database.pool)).writer.write(late);
    // The one in between is only as good as what was known when it came: nothing is derived from it.
    expect(await samples()).toEqual([
      written(0, 0, null),
      { ...written(10, 0, null), energy_joules: null },
      written(20, 20, 6_000),
      written(30, 10, 3_000),
    ]);
    expect(await database.rows("select count(*)::int as n from telemetry.scrape")).toEqual([{ n: 4 }]);
  });

  it("tells when GPUs were last seen once it is asked to, also for one that was cut off before", async () => {
    const { writer } = await openWriter(database.pool);
    const other = rowOf({ uuid: "GPU-CD" });
    const lastSeen = () =>
      database.rows(
        "select uuid, extract(epoch from last_seen_at - $1::timestamptz)::int as s from telemetry.gpu order by 1",
        [new Date(zero)],
      );
    await writer.write([scraped(0, [gpu(0), other])]);
    await writer.write([30, 60, 90].map((seconds) => scraped(seconds, [gpu(0), other])));
    expect(await lastSeen()).toEqual([
      { uuid: "GPU-AB", s: 0 },
      { uuid: "GPU-CD", s: 0 },
    ]);
    // Another goes on in its place, and the other GPU isn't seen any more.
    const { writer: next } = await openWriter(database.pool);
    await next.write([scraped(160, [gpu(0)])]);
    await next.writeSeen();
    expect(await lastSeen()).toEqual([
      { uuid: "GPU-AB", s: 160 },
      { uuid: "GPU-CD", s: 90 },
    ]);
  });

  it("with a record that the database refuses loses that record alone", async () => {
    const { writer } = await openWriter(database.pool);
    const bad = scraped(10, [gpu(3_000)], [{ ...xid, text: "zero \0 byte" }]);
    await writer.write([scraped(0, [gpu(0)]), bad, scraped(20, [gpu(6_000)])]);
    expect(await samples()).toEqual([written(0, 0, null), written(20, 20, 6_000)]);
  });

  it("of one record isn't dropped because its GPU was deleted meanwhile", async () => {
    const { writer } = await openWriter(database.pool);
    await writer.write([scraped(0, [gpu(0)])]);
    await database.pool.query("truncate telemetry.sample, telemetry.gpu_target, telemetry.gpu cascade");
    await writer.write([scraped(600, [gpu(3_000)])]);
    expect(await database.rows("select uuid from telemetry.sample join telemetry.gpu using (gpu_key)")).toEqual([
      { uuid: "GPU-AB" },
    ]);
  });

  it("says what to do when the tables are missing", async () => {
    const { writer } = await openWriter(database.pool);
    await database.pool.query("alter table telemetry.scrape rename to scrape_away");
    await expect(writer.write([scraped(0, [gpu(0)])])).rejects.toMatchObject({
      code: "SCHEMA_MISSING",
      hints: ["run the migrations"],
    });
    await database.pool.query("alter table telemetry.scrape_away rename to scrape");
    await writer.write([scraped(0, [gpu(0)])]);
    expect(await samples()).toHaveLength(1);
  });
});
