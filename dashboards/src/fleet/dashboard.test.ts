import { fileURLToPath } from "node:url";
import pg from "pg";
import { migrated, openTestDatabase, type TestDatabase } from "#database/testing.ts";
import { askPanel } from "../testing/ask.ts";
import { FLEET_DASHBOARD } from "./dashboard.ts";

const collector = { room: "collector", dir: fileURLToPath(new URL("../../../collector/sql", import.meta.url)) };

/**
 * Three GPUs of two operators: 1 reports, 2 is silent since a day, 3 is lost. From 10:00 to 12:00, a sample each 10 minutes
 * that speaks for 600 s: GPU 1 at 300 W and 0.8, GPU 2 at 100 W and 0.2, in the first hour only; GPU 3 never.
 */
const SEED = `
create schema chain;
create table chain.operator (id text, name text);
create table chain.pool (id text, region text);
create table chain.gpu (id text, uuid_hash bytea, operator text, pool text, status text);
insert into chain.operator values ('1', 'One'), ('2', 'Two');
insert into chain.pool values ('1', 'west'), ('2', 'east');
insert into chain.gpu values ('11', '\\x01', '1', '1', 'ACTIVE'), ('12', '\\x02', '2', '2', 'ACTIVE'), ('13', '\\x03', '2', '2', 'ACTIVE');
grant usage on schema chain to bc_reader;
grant select on all tables in schema chain to bc_reader;
insert into telemetry.collector (name, started_at, seen_at, sampled_through) values ('one', '2026-11-01', now(), '2026-11-21T12:30:00Z');
insert into telemetry.target (url, labels) values ('http://h1', '{"host": "h1"}'), ('http://h2', '{"host": "h2"}');
insert into telemetry.gpu (uuid, uuid_hash, model, first_seen_at, last_seen_at, target_key, is_present) values
  ('a', '\\x01', 'NVIDIA H100', '2026-11-01', now(), 1, true),
  ('b', '\\x02', 'NVIDIA L40S', '2026-11-01', now() - interval '1 day', 2, true),
  ('c', '\\x03', 'NVIDIA L40S', '2026-11-01', now() - interval '1 day', 2, false);
insert into telemetry.sample (time, gpu_key, covers_until, covered_seconds, power_watts, util_ratio, gpu_temp_celsius, clock_event_reasons)
  select t, k, t, 600, case k when 1 then 300 else 100 end, case k when 1 then 0.8 else 0.2 end, 50 + 10 * k,
    case when k = 1 and extract(hour from t at time zone 'UTC') = 11 then 64 else 4 end
  from generate_series('2026-11-21T10:00:00Z'::timestamptz, '2026-11-21T11:50:00Z', interval '10 minutes') t, generate_series(1, 2) k
  where k = 1 or t < '2026-11-21T11:00:00Z';`;

let database: TestDatabase;
let client: pg.Client;

beforeAll(async () => {
  database = await openTestDatabase({ content: migrated(collector) });
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await client.query(SEED);
  await client.query("set role bc_reader");
});

afterAll(async () => {
  await client.end();
  await database.close();
});

/** A day, drawn by the hour. */
const RANGE = { from: new Date("2026-11-20T12:15:00Z"), to: new Date("2026-11-21T12:15:00Z") };
const ask = (title: string, variables: Record<string, string[]> = {}) =>
  askPanel(client, FLEET_DASHBOARD, title, { ...RANGE, variables });
const hour = (row: Record<string, unknown>): string => (row["time"] as Date).toISOString().slice(11, 16);

describe("the fleet's panels", () => {
  it("tell reporting, silent and lost GPUs apart, of the operators chosen", async () => {
    expect(await ask("GPUs now")).toEqual([{ reporting: "1", silent: "1", lost: "1" }]);
    expect(await ask("GPUs now", { operator: ["2"] })).toEqual([{ reporting: "0", silent: "1", lost: "1" }]);
    expect(await ask("GPUs now", { operator: ["none"] })).toEqual([{ reporting: "0", silent: "0", lost: "0" }]);
  });

  it("add power up over GPUs and take the mean over time", async () => {
    expect((await ask("Power")).map((row) => [hour(row), row["power"]])).toEqual([
      ["10:00", 400],
      ["11:00", 300],
    ]);
    const models = await ask("Power by model");
    expect(models.map((row) => [hour(row), row["metric"], row["power"]]).sort()).toEqual([
      ["10:00", "H100", 300],
      ["10:00", "L40S", 100],
      ["11:00", "H100", 300],
    ]);
  });

  it("show how far apart GPUs are", async () => {
    const [row] = (await askPanel(client, FLEET_DASHBOARD, "Temperature", RANGE)).slice(0, 1);
    // Between 60 and 70 °C, a tenth from either end.
    expect([row?.["p10"], row?.["p50"], row?.["p90"]]).toEqual([61, 65, 69]);
  });

  it("find the GPUs that want a look", async () => {
    expect(await ask("Hottest GPUs")).toEqual([
      { GPU: "GPU 12, h2", hottest: 70 },
      { GPU: "GPU 11, h1", hottest: 60 },
    ]);
    expect(await ask("Most throttled GPUs")).toEqual([
      { GPU: "GPU 11, h1", throttled: 0.5 },
      { GPU: "GPU 12, h2", throttled: 0 },
    ]);
  });

  it("count a silent GPU's hours as down: half of the east in the first hour, all of it after", async () => {
    const rows = (await ask("Uptime by region")).filter((row) => /^1[01]/.test(hour(row)));
    const day = rows.filter((row) => (row["time"] as Date).toISOString().startsWith("2026-11-21"));
    expect(day.map((row) => [hour(row), row["metric"], row["uptime"]]).sort()).toEqual([
      ["10:00", "east", 0.5],
      ["10:00", "west", 1],
      ["11:00", "east", 0],
      ["11:00", "west", 1],
    ]);
  });
});
