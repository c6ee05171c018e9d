import { silentLogger } from "#kernel/log.ts";
import { bucketStart, MINUTE_MS } from "#kernel/time.ts";
import { openTelemetryDatabase, type TelemetryDatabase } from "../testing/database.ts";
import { importHistory } from "./history.ts";
import type { PastScrape } from "./reader.ts";

let database: TelemetryDatabase;
beforeAll(async () => {
  database = await openTelemetryDatabase();
});
afterAll(() => database.close());

const zero = bucketStart(Date.now(), MINUTE_MS) - 26 * 60 * MINUTE_MS;
/** Every 5 minutes for 24 hours, 360 W all the time; not reachable from hour 12 to hour 13. */
const past: PastScrape[] = Array.from({ length: 288 }, (_, index) => {
  const seconds = index * 300;
  const isDown = seconds >= 12 * 3_600 && seconds < 13 * 3_600;
  return {
    url: "http://a:9400/metrics",
    labels: { operator: "1" },
    at: zero + seconds * 1_000,
    body: isDown
      ? undefined
      : `DCGM_FI_DEV_POWER_USAGE{UUID="GPU-1"} 360.000000\nDCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION{UUID="GPU-1"} ${seconds * 360_000}\nDCGM_FI_DEV_SM_CLOCK{UUID="GPU-1"} 1410\n`,
  };
});

it("past scrapes become samples, roll-ups and minute states, and change nothing when they come again", async () => {
  const options = { databaseUrl: database.url, logger: silentLogger, scrapeSeconds: 300 };
  for (let round = 0; round < 2; round++) {
    const { scrapeCount, span } = await importHistory(options, past);
    expect([scrapeCount, span]).toEqual([288, { from: zero, to: zero + 287 * 300_000 }]);
    expect(
      await database.rows("select count(*)::int as n, sum(energy_joules) as joules from telemetry.sample"),
    ).toEqual([{ n: 276, joules: 287 * 300 * 360 }]);
    // From the last sample at 11:55 its 5 minutes end as the hour does; the next sample is at 13:00.
    const uptime = await database.rows(
      "select up_minutes, down_minutes, unknown_minutes from telemetry.gpu_uptime($1::timestamptz, $1::timestamptz + interval '1 day')",
      [new Date(zero)],
    );
    expect(uptime).toEqual([{ up_minutes: 1_380, down_minutes: 60, unknown_minutes: 0 }]);
  }
  const [wattHours] = await database.rows<{ from_1m: number; from_1h: number }>(
    `select (select sum(energy_watt_hours) from telemetry.rollup_1m) as from_1m,
       (select sum(energy_watt_hours) from telemetry.rollup_1h) as from_1h`,
  );
  expect(wattHours?.from_1m).toBeCloseTo((287 * 300 * 360) / 3_600, 6);
  expect(wattHours?.from_1h).toBeCloseTo((287 * 300 * 360) / 3_600, 6);
  expect(await database.rows("select sampled_through from telemetry.watermark")).toEqual([
    { sampled_through: new Date(zero + 287 * 300_000) },
  ]);
});
