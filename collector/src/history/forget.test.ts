import { silentLogger } from "#kernel/log.ts";
import { HOUR_MS } from "#kernel/time.ts";
import { openTelemetryDatabase, stopPolicies, type TelemetryDatabase } from "../testing/database.ts";
import { forget } from "./forget.ts";
import { importHistory } from "./history.ts";

let database: TelemetryDatabase;
beforeAll(async () => {
  database = await openTelemetryDatabase();
  await stopPolicies(database);
});
afterAll(() => database.close());
afterEach(() => forget(database.pool, { uuids: ["GPU-a", "GPU-b"], urls: ["http://a/metrics", "http://b/metrics"] }));

const zero = Math.floor(Date.now() / HOUR_MS) * HOUR_MS - 50 * HOUR_MS;
const GONE = { uuids: ["GPU-a"], urls: ["http://a/metrics"] };

/** Five minutes apart for two days, 12 W·h an hour each. */
async function write(...hosts: string[]): Promise<void> {
  const scrapes = Array.from({ length: 576 }, (_, index) =>
    hosts.map((host) => ({
      url: `http://${host}/metrics`,
      labels: {},
      at: zero + index * 300_000,
      body: `DCGM_FI_DEV_POWER_USAGE{UUID="GPU-${host}"} 12\nDCGM_FI_DEV_XID_ERRORS{UUID="GPU-${host}",err_msg="x"} 31\n`,
    })),
  ).flat();
  await importHistory({ databaseUrl: database.url, logger: silentLogger, scrapeSeconds: 300 }, scrapes);
}

/** By host, what each relation still knows. */
async function known(): Promise<Record<string, unknown>> {
  const [row] = await database.rows<Record<string, unknown>>(
    `select (select count(*)::int from telemetry.sample) as samples, (select count(*)::int from telemetry.scrape) as scrapes,
       (select count(*)::int from telemetry.gpu_event) as events, (select count(*)::int from telemetry.gpu_target) as seats,
       (select count(*)::int from telemetry.rollup_1m) as minutes, (select count(*)::int from telemetry.target_1m) as target_minutes,
       (select sum(energy_watt_hours)::float8 from telemetry.rollup_1h) as hours,
       (select sum(energy_watt_hours)::float8 from telemetry.rollup_1d) as days`,
  );
  return row ?? {};
}

it("what is known of the only GPUs goes at once, out of the roll-ups too, and can be written anew", async () => {
  await write("a");
  const before = await known();
  expect(before).toMatchObject({ samples: 576, scrapes: 576, events: 2, seats: 1, minutes: 576 });
  await forget(database.pool, GONE);
  expect(await known()).toEqual({
    ...{ samples: 0, scrapes: 0, events: 0, seats: 0, minutes: 0, target_minutes: 0 },
    ...{ hours: null, days: null },
  });
  await write("a");
  expect(await known()).toEqual(before);
});

it("GPUs that were seen at two places can go, alone or of many", async () => {
  const clash =
    "insert into telemetry.conflict select g.gpu_key, t.target_key, t.target_key, now(), now(), 1 from telemetry.gpu g, telemetry.target t where t.url = 'http://a/metrics'";
  const left = "select uuid from telemetry.conflict join telemetry.gpu using (gpu_key)";
  await database.pool.query("insert into telemetry.target (url) values ('http://a/metrics'), ('http://b/metrics')");
  await database.pool.query(
    `insert into telemetry.gpu (uuid, uuid_hash, first_seen_at, last_seen_at)
     values ('GPU-a', 'a'::bytea, now(), now()), ('GPU-b', 'b'::bytea, now(), now())`,
  );
  await database.pool.query(clash);
  await forget(database.pool, GONE);
  expect(await database.rows(left)).toEqual([{ uuid: "GPU-b" }]);
  await forget(database.pool, { uuids: ["GPU-a", "GPU-b"], urls: [...GONE.urls, "http://b/metrics"] });
  expect(await database.rows(left)).toEqual([]);
});

it("others' telemetry stays, in columns or not", async () => {
  await write("b");
  const alone = await known();
  await forget(database.pool, { uuids: ["GPU-b"], urls: ["http://b/metrics"] });
  await write("a", "b");
  const both = await known();
  await database.pool.query(
    `insert into telemetry.plausibility select gpu_key, $1, 1, 1, null, 1, 1, $1, '[]', '{}' from telemetry.gpu`,
    [new Date(zero)],
  );
  await database.pool.query("select compress_chunk(c) from show_chunks('telemetry.sample') c");
  await forget(database.pool, GONE);
  expect(await database.rows("select uuid from telemetry.plausibility join telemetry.gpu using (gpu_key)")).toEqual([
    { uuid: "GPU-b" },
  ]);
  const left = await known();
  expect(left).toEqual({ ...alone, hours: left["hours"], days: left["days"] });
  expect(left["hours"]).toBeCloseTo(alone["hours"] as number, 6);
  expect(left["days"]).toBeCloseTo(alone["days"] as number, 6);
  await write("a");
  const again = await known();
  expect(again).toEqual({ ...both, hours: again["hours"], days: again["days"] });
  expect(again["hours"]).toBeCloseTo(both["hours"] as number, 6);
});
