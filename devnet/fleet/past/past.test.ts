import { createHash } from "node:crypto";
import { nextDueAt, refreshPast } from "#collector/index.ts";
import { openTelemetryDatabase, type TelemetryDatabase } from "#collector/src/testing/database.ts";
import { silentLogger } from "#kernel/log.ts";
import { HOUR_MS, MINUTE_MS } from "#kernel/time.ts";
import type { PlayedDay, Use } from "../../market/history/use.ts";
import { startFleet } from "../server.ts";
import type { Fleet, FleetHost } from "../types.ts";
import { startFleetPast } from "./index.ts";

const DAY = 86_400;
const ENDS_AT = Math.floor(Date.now() / HOUR_MS - 1) * 3_600;
const BEGINS_AT = ENDS_AT - 3 * DAY;
/** 20 minutes after the past's end. */
const NOW = (ENDS_AT + 1_200) * 1_000;
const HOSTS: FleetHost[] = [
  { name: "h1", model: "NVIDIA H100 80GB HBM3", gpuCount: 2 },
  { name: "h2", model: "NVIDIA L40S", gpuCount: 2, generation: "2026" },
];

let database: TelemetryDatabase;
let fleet: Fleet;
beforeAll(async () => {
  database = await openTelemetryDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  fleet = await newFleet(await freePort());
});
afterEach(() => fleet.stop());

const newFleet = (port: number): Promise<Fleet> => startFleet({ hosts: HOSTS, seed: 1, port, isHeld: true });

/** Targets are named by it: the same for all pasts of this file. */
let port = 0;
async function freePort(): Promise<number> {
  if (port === 0) {
    const probe = await newFleet(0);
    port = Number(new URL(probe.url).port);
    await probe.stop();
  }
  return port;
}

/** On the second day h2 is down from 10:02 to 11:07 after its beginning; its GPUs work from 10:00 to 12:00 each day. */
const OUTAGE = { from: BEGINS_AT + 10 * 3_600 + 120, to: BEGINS_AT + 11 * 3_600 + 420 };
function days(): PlayedDay[] {
  return [0, 1, 2].map((number) => {
    const from = BEGINS_AT + number * DAY;
    const work = fleet.gpus.map(({ uuid }): Use => ({ uuid, from: from + 36_000, to: from + 43_200, load: 0.8 }));
    const last = { uuid: fleet.gpus[0]?.uuid ?? "", from: ENDS_AT - 600, to: ENDS_AT, load: 1 };
    return {
      from,
      to: from + DAY,
      uses: number === 2 ? [...work, last] : work,
      troubles: number === 0 ? [{ fault: { kind: "HOST_DOWN", host: "h2" }, ...OUTAGE }] : [],
    };
  });
}

async function writePast(played = days()): Promise<void> {
  const past = await startPast();
  for (const day of played) void past.write(day);
  await past.finish();
}

const startPast = () =>
  startFleetPast({
    databaseUrl: database.url,
    fleet,
    seed: 1,
    beginsAt: BEGINS_AT,
    endsAt: ENDS_AT,
    logger: silentLogger,
    clock: { now: () => NOW },
  });

async function number(sql: string, parameters: unknown[] = []): Promise<number> {
  const [row] = await database.rows<{ n: number }>(sql, parameters);
  return row?.n ?? NaN;
}

/** All that others may read, in one order, by names instead of keys. */
async function digest(): Promise<string> {
  const parts = await Promise.all(
    [
      `select g.uuid, s.*, null as gpu_key from telemetry.sample s join telemetry.gpu g using (gpu_key) order by 1, s.time`,
      `select t.url, s.time, s.due_until, s.is_up, s.reason, s.duration_ms, s.gpu_count
       from telemetry.scrape s join telemetry.target t using (target_key) order by 1, 2`,
      `select g.uuid, e.time, e.kind, e.code from telemetry.gpu_event e join telemetry.gpu g using (gpu_key) order by 1, 2, 3, 4`,
      `select minute, target_count from telemetry.heartbeat order by 1`,
      `select g.uuid, r.*, null as gpu_key from telemetry.rollup_1h r join telemetry.gpu g using (gpu_key) order by 1, r.bucket`,
      `select g.uuid, r.*, null as gpu_key from telemetry.rollup_1d r join telemetry.gpu g using (gpu_key) order by 1, r.bucket`,
    ].map((sql) => database.rows(sql)),
  );
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}

describe("the telemetry of a past", () => {
  beforeAll(async () => {
    fleet = await newFleet(await freePort());
    await writePast();
    await fleet.stop();
  });

  it("has a sample of every GPU each five minutes, each minute for two days, and up to the present", async () => {
    const count = (from: number, to: number): Promise<number> =>
      number(
        `select count(*)::int as n from telemetry.sample s join telemetry.gpu g using (gpu_key)
         where g.uuid = $1 and time >= $2 and time < $3`,
        [fleet.gpus[0]?.uuid, new Date(from * 1_000), new Date(to * 1_000)],
      );
    const isBetween = (n: number, least: number, most: number): boolean => n >= least && n <= most;
    expect(await count(BEGINS_AT, BEGINS_AT + DAY)).toBe(288);
    expect(isBetween(await count(BEGINS_AT + DAY, ENDS_AT), 2_875, 2_880)).toBe(true);
    expect(await count(ENDS_AT, NOW / 1_000)).toBe(20);
  });

  it("shows the load in the very minutes of a rental", async () => {
    const [first] = fleet.gpus;
    const mean = (column: string, from: number, to: number): Promise<number> =>
      number(
        `select avg(${column})::float8 as n from telemetry.sample s join telemetry.gpu g using (gpu_key)
         where g.uuid = $1 and time >= $2 and time < $3`,
        [first?.uuid, new Date(from * 1_000), new Date(to * 1_000)],
      );
    const begin = BEGINS_AT + DAY + 36_000;
    expect(await mean("util_ratio", begin - 3_600, begin)).toBe(0);
    expect(await mean("power_watts", begin - 3_600, begin)).toBeCloseTo(67, 0);
    // A job of 0.8 computes 0.7 to 0.8 of the time; from 67 W upwards of the 633 W there are.
    expect(await mean("util_ratio", begin + 60, begin + 7_200)).toBeGreaterThan(0.7);
    expect(await mean("util_ratio", begin + 60, begin + 7_200)).toBeLessThan(0.81);
    expect(await mean("power_watts", begin + 60, begin + 7_200)).toBeGreaterThan(500);
    expect(await mean("gpu_temp_celsius", begin + 300, begin + 7_200)).toBeGreaterThan(52);
    expect(await mean("util_ratio", begin + 7_260, begin + 10_800)).toBe(0);
    // What runs at the past's end runs on into the present.
    expect(await mean("util_ratio", ENDS_AT, NOW / 1_000)).toBeGreaterThan(0.85);
  });

  it("conserves energy and time in all roll-ups, over both changes of the interval", async () => {
    const rows = await database.rows<{ counted: number; added: number; seconds: number; covered: number }>(
      `select max(energy_total_joules) - min(energy_total_joules) as counted, sum(energy_joules) as added,
         extract(epoch from max(time) - min(time))::float8 as seconds, sum(covered_seconds::float8) as covered
       from telemetry.sample s join telemetry.gpu g using (gpu_key) where g.uuid = any($1) group by g.uuid`,
      [fleet.gpus.filter(({ host }) => host === "h1").map(({ uuid }) => uuid)],
    );
    expect(rows).toHaveLength(2);
    for (const { counted, added, seconds, covered } of rows) {
      expect(added / counted).toBeCloseTo(1, 9);
      expect(covered).toBeCloseTo(seconds, 3);
    }
    const all = await number("select sum(energy_joules) / 3600 as n from telemetry.sample");
    for (const level of ["1m", "1h", "1d"]) {
      expect((await number(`select sum(energy_watt_hours) as n from telemetry.rollup_${level}`)) / all).toBeCloseTo(
        1,
        9,
      );
    }
  });

  it("knows every minute's state: down in an outage but for what the sample before it covers, never unknown", async () => {
    const url = `${fleet.url}/h2/metrics`;
    const good: number[] = [];
    const due = (at: number): number => nextDueAt(url, 5 * MINUTE_MS, at);
    for (let at = due(BEGINS_AT * 1_000 - 1); at < (BEGINS_AT + DAY) * 1_000; at = due(at)) {
      if (at < OUTAGE.from * 1_000 || at >= OUTAGE.to * 1_000) good.push(at);
    }
    // Minutes before the first scrape are nobody's: no target was known.
    const from = (BEGINS_AT + 600) * 1_000;
    const minutes = Array.from({ length: 1_420 }, (_, index) => from + index * MINUTE_MS);
    const isUp = (minute: number): boolean =>
      good.some((at) => (at <= minute && minute < at + 5 * MINUTE_MS) || (at >= minute && at < minute + MINUTE_MS));
    const down = minutes.filter((minute) => !isUp(minute));
    expect(down.length).toBeGreaterThan(58);
    // A watermark is a live collector's: until there is one nothing is final.
    await database.pool.query(
      "insert into telemetry.collector (name, started_at, seen_at, sampled_through) values ('live', now(), now(), now())",
    );
    const rows = await database.rows<{ uuid: string; minute: Date; state: string }>(
      `select g.uuid, m.minute, m.state from telemetry.gpu_minutes($1, $2) m join telemetry.gpu g using (gpu_key)
       where m.state <> 'UP' order by 1, 2`,
      [new Date(from), new Date(from + 1_420 * MINUTE_MS)],
    );
    await database.pool.query("delete from telemetry.collector where name = 'live'");
    const own = fleet.gpus.filter(({ host }) => host === "h2").map(({ uuid }) => uuid);
    expect(rows).toEqual(
      own.sort().flatMap((uuid) => down.map((minute) => ({ uuid, minute: new Date(minute), state: "DOWN" }))),
    );
    expect(
      await database.rows(
        `select distinct is_up, reason from telemetry.scrape s join telemetry.target t using (target_key)
         where t.url = $1 and time >= $2 and time < $3`,
        [url, new Date(OUTAGE.from * 1_000), new Date(OUTAGE.to * 1_000)],
      ),
    ).toEqual([{ is_up: false, reason: "connect" }]);
  });

  it("holds no watermark", async () => {
    expect(await database.rows("select name, retired_at is null as is_alive from telemetry.collector")).toEqual([
      { name: "past", is_alive: false },
    ]);
  });

  it("has its roll-ups before they are refreshed and after, when the database's jobs run again", async () => {
    const jobsHeld = (): Promise<number> =>
      number(
        "select count(*)::int as n from timescaledb_information.jobs where hypertable_schema = 'telemetry' and initial_start > now()",
      );
    const shown = (): Promise<Record<string, unknown>[]> =>
      database.rows(
        `select md5(string_agg(r::text, ',' order by gpu_key, bucket)) as minutes,
           (select md5(string_agg(r::text, ',' order by target_key, bucket)) from telemetry.target_1m r) as targets
         from telemetry.rollup_1m r`,
      );
    // Sums of hours and days are added up in another order.
    const sums = async (): Promise<number[]> => {
      const rows = await database.rows<Record<string, number>>(
        `select gpu_key, extract(epoch from bucket)::float8 as bucket, sample_count::int, gpu_temp_celsius_max::float8,
           covered_seconds::float8, energy_watt_hours::float8, util_ratio::float8
         from telemetry.rollup_1h union all
         select gpu_key, extract(epoch from bucket)::float8, sample_count::int, gpu_temp_celsius_max::float8,
           covered_seconds::float8, energy_watt_hours::float8, util_ratio::float8
         from telemetry.rollup_1d order by 1, 2, 3`,
      );
      return rows.flatMap((row) => Object.values(row));
    };
    const stored = (): Promise<number> =>
      number("select count(*)::int as n from _timescaledb_internal._materialized_hypertable_3");
    const [before, sumsBefore] = [await shown(), await sums()];
    expect([await jobsHeld(), await stored()]).toEqual([12, 0]);
    const span = { from: BEGINS_AT * 1_000, to: NOW };
    await refreshPast({ databaseUrl: database.url, span, signal: new AbortController().signal });
    expect(await shown()).toEqual(before);
    const sumsAfter = await sums();
    expect(sumsAfter).toHaveLength(sumsBefore.length);
    const isOther = (sum: number, was = NaN): boolean => sum !== was && !(Math.abs(sum - was) <= 1e-9 * Math.abs(sum));
    expect(sumsAfter.filter((sum, at) => isOther(sum, sumsBefore[at]))).toEqual([]);
    // Its jobs may have taken the minute in which the past ends by now, too.
    const minutes = (before: number): Promise<number> =>
      number("select count(*)::int as n from telemetry.rollup_1m where bucket < $1", [new Date(before)]);
    const over = Math.floor(NOW / MINUTE_MS) * MINUTE_MS;
    expect(await jobsHeld()).toBe(0);
    expect([await minutes(over), await minutes(over + MINUTE_MS)]).toContain(await stored());
  });
});

it("a past written again gives the same rows, also after one that was cut off half-way", async () => {
  await writePast();
  const first = await digest();
  await fleet.stop();
  fleet = await newFleet(await freePort());
  // Another past, without work, of which two days were written when it was cut off.
  const cut = await startPast();
  const [one, two] = days();
  if (one) await cut.write({ ...one, uses: [] });
  if (two) await cut.write({ ...two, uses: [] });
  expect(await digest()).not.toBe(first);
  await cut.stop();
  await expect(cut.finish()).rejects.toThrow();
  await fleet.stop();
  fleet = await newFleet(await freePort());
  await writePast();
  expect(await digest()).toBe(first);
});

it("the fleet goes on where its past ends: counters don't begin anew, and it answers only then", async () => {
  expect((await fetch(`${fleet.url}/h1/metrics`)).status).toBe(503);
  await writePast();
  const last = await number(
    `select max(energy_total_joules) as n from telemetry.sample s join telemetry.gpu g using (gpu_key) where g.uuid = $1`,
    [fleet.gpus[0]?.uuid],
  );
  const response = await fetch(`${fleet.url}/h1/metrics`);
  expect(response.status).toBe(200);
  const millijoules = Number(/TOTAL_ENERGY_CONSUMPTION\{gpu="0"[^}]*\} (\d+)/.exec(await response.text())?.[1]);
  expect(millijoules / 1_000).toBeGreaterThan(last);
  // No more than a busy H100 uses between the last sample and now.
  expect(millijoules / 1_000 - last).toBeLessThan((Date.now() - NOW + 60_000) * 0.7);
});
