import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { migrated, openTestDatabase, type TestDatabase } from "#database/testing.ts";
import { ALERT_GROUPS, alertsText } from "./alerts.ts";
import { DASHBOARDS } from "./index.ts";
import { callsOf } from "./testing/alerts.ts";

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const ALERTS = ALERT_GROUPS.flatMap(({ alerts }) => alerts);

/** One GPU on one host that is well: samples every 10 s of the last quarter of an hour, a head 12 s old, sums that agree. */
const HEALTHY = `
create schema chain;
create table chain.head (deployment text, block_timestamp numeric, has_errors boolean);
create table chain.network (burned_dc numeric, supply_bct numeric, minted_bct numeric, destroyed_bct numeric);
create table chain.gpu (id text, burned_dc numeric);
grant usage on schema chain to bc_reader;
grant select on all tables in schema chain to bc_reader;
insert into chain.head values ('Qm', extract(epoch from now()) - 12, false);
insert into chain.network values (5000000, 90, 100, 10);
insert into chain.gpu values ('1', 3000000), ('2', 2000000);
insert into telemetry.collector (name, started_at, seen_at, sampled_through) values ('one', now() - interval '1 day', now(), now() - interval '5 seconds');
insert into telemetry.target (url, labels, first_seen_at) values ('http://h1/metrics', '{"host": "h1"}', now() - interval '1 day'), ('http://h2/metrics', '{"host": "h2"}', now());
insert into telemetry.gpu (uuid, uuid_hash, model, first_seen_at, last_seen_at, target_key) values ('GPU-1', '\\x01', 'H100', now() - interval '1 day', now(), 1);
insert into telemetry.scrape (time, target_key, collector_key, due_until, is_up, duration_ms, body_bytes, sample_count, gpu_count)
  values (now() - interval '10 seconds', 1, 1, now(), true, 5, 9000, 25, 1);
insert into telemetry.sample (time, gpu_key, covers_until, covered_seconds, gpu_temp_celsius, gr_active_ratio, gpu_util_ratio, clock_event_reasons, row_remap_failed)
  select t, 1, t + interval '10 seconds', 10, 65, 0.9, 0.95, 4, 0 from generate_series(now() - interval '14 minutes', now(), interval '10 seconds') t;
insert into telemetry.plausibility (gpu_key, day, methodology_version, score, known_share, hours, assessed_through, findings, sketch)
  values (1, date_trunc('day', now()), 1, 0.9, 0.8, 20, now(), '[]', '{}');
insert into jobs.hourly (name, holder, expires_at, done_through, ran_at) values ('pricing', 'a', now(), now() - interval '1 hour', now());`;

const EVENT = (kind: string, code: number): string =>
  `insert into telemetry.gpu_event (time, gpu_key, kind, code) values (now() - interval '1 minute', 1, '${kind}', ${code});`;
const EPOCH = (state: string, hours: number, trouble: string): string =>
  `insert into ledger.epoch (epoch, start_at, end_at, state, trouble) values (1, 0, extract(epoch from now())::bigint - ${hours * 3600}, '${state}', ${trouble});`;

const H1 = { uuid: "GPU-1", model: "H100", host: "h1" };
/** What makes each alert call, and with what: labels and number by hand. */
const BAD: Record<string, readonly [sql: string, labels: Record<string, string>, value: number]> = {
  "bc-gpu-lost": ["update telemetry.gpu set is_present = false, last_seen_at = now() - interval '5 minutes'", H1, 300],
  "bc-gpu-xid": [EVENT("XID", 79) + EVENT("XID", 31), { ...H1, xid: "79" }, 1],
  "bc-gpu-ecc": [EVENT("ECC_UNCORRECTED", 2), H1, 2],
  "bc-gpu-remap": ["update telemetry.sample set row_remap_failed = 1", { uuid: "GPU-1", model: "H100" }, 1],
  "bc-gpu-hot": ["update telemetry.sample set gpu_temp_celsius = 90", H1, 90],
  "bc-gpu-throttled": ["update telemetry.sample set clock_event_reasons = 64", H1, 1],
  "bc-gpu-counters": ["update telemetry.sample set gr_active_ratio = 0", H1, 1],
  "bc-gpu-twice": [
    "insert into telemetry.conflict values (1, 1, 2, now(), now(), 7)",
    { uuid: "GPU-1", kept: "h1", refused: "h2" },
    7,
  ],
  "bc-gpu-implausible": ["update telemetry.plausibility set score = 0.25", { uuid: "GPU-1", model: "H100" }, 0.75],
  "bc-telemetry-behind": ["update telemetry.collector set sampled_through = now() - interval '10 minutes'", {}, 600],
  "bc-collector-queue": [
    "update telemetry.collector set sampled_through = seen_at - interval '90 seconds'",
    { name: "one" },
    90,
  ],
  "bc-collector-dropped": ["update telemetry.collector set dropped_records = 3", { name: "one" }, 3],
  "bc-target-down": [
    `update telemetry.scrape set time = now() - interval '400 seconds';
     insert into telemetry.scrape (time, target_key, collector_key, due_until, is_up, reason, duration_ms, body_bytes, sample_count, gpu_count)
     values (now() - interval '5 seconds', 1, 1, now(), false, 'timeout', 5, 0, 0, 0)`,
    { host: "h1", reason: "timeout" },
    400,
  ],
  "bc-chain-behind": ["update chain.head set block_timestamp = extract(epoch from now()) - 1000", {}, 1000],
  "bc-chain-faulty": ["update chain.head set has_errors = true", { deployment: "Qm" }, 1],
  "bc-invariants": ["update chain.network set burned_dc = burned_dc + 1, supply_bct = supply_bct - 1", {}, 2],
  "bc-epoch-late": [EPOCH("ENDED", 3, "null"), {}, 10_800],
  "bc-epoch-trouble": [EPOCH("CLOSED", 1, "'no quorum'"), { epoch: "1", state: "CLOSED" }, 1],
  "bc-job-failed": ["update jobs.hourly set error = 'x'", { name: "pricing" }, 1],
  "bc-job-late": ["update jobs.hourly set done_through = now() - interval '5 hours'", { name: "pricing" }, 18_000],
};

let database: TestDatabase;
let client: pg.Client;

beforeAll(async () => {
  const room = (name: string) => ({ room: name, dir: at(`../../${name}/sql`) });
  database = await openTestDatabase({ content: migrated(room("collector"), room("api")) });
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await client.query(HEALTHY);
});

afterAll(async () => {
  await client.end();
  await database.close();
});

describe("alerts", () => {
  it("stand in the file that Grafana reads, each with a panel to look at", () => {
    expect(readFileSync(at("../provisioning/alerting/rules.yaml"), "utf8")).toBe(alertsText(DASHBOARDS));
  });

  it("have names of their own, and nothing that Grafana would take for a variable", () => {
    expect(ALERTS.length).toBeGreaterThanOrEqual(12);
    expect(new Set(ALERTS.map(({ uid }) => uid)).size).toBe(ALERTS.length);
    expect(new Set(ALERTS.map(({ title }) => title)).size).toBe(ALERTS.length);
    expect(ALERTS.filter((alert) => JSON.stringify(alert).includes("$"))).toEqual([]);
    expect(ALERTS.filter(({ summary }) => !summary.includes("The value: "))).toEqual([]);
  });

  it.each(ALERTS.map((alert) => [alert.uid, alert] as const))("%s is silent while all is well", async (_uid, alert) => {
    expect(await callsOf(client, alert)).toEqual([]);
  });

  it.each(ALERTS.filter(({ uid }) => uid in BAD).map((alert) => [alert.uid, alert] as const))(
    "%s calls when it should",
    async (uid, alert) => {
      const [sql, labels, value] = BAD[uid]!;
      await client.query("begin");
      try {
        await client.query(sql);
        const calls = await callsOf(client, alert);
        expect(calls.map((call) => call.labels)).toEqual([labels]);
        expect((calls[0]?.value ?? 0) / value).toBeCloseTo(1, 4);
      } finally {
        await client.query("rollback");
      }
    },
  );
});
