import { fileURLToPath } from "node:url";
import { migrated, openTestDatabase, type TestDatabase } from "#database/testing.ts";
import { createPool, type Pool, type PoolClient } from "#kernel/pg.ts";
import { OPERATOR_DASHBOARD } from "./dashboard.ts";
import { askPanel } from "../testing/ask.ts";

const room = (name: string): { room: string; dir: string } => ({
  room: name,
  dir: fileURLToPath(new URL(`../../../${name}/sql`, import.meta.url)),
});

/** Friday, 2026-11-20, and a time on it, as SQL and as seconds since 1970. */
const DAY = "2026-11-20";
const at = (time: string): string => `'${DAY}T${time}Z'::timestamptz`;
const unix = (time: string): number => Date.parse(`${DAY}T${time}Z`) / 1_000;
const RANGE = { from: new Date(`${DAY}T10:00Z`), to: new Date(`${DAY}T14:00Z`) };
/** Bits of the minutes from `first` up to `until` of an hour. */
const minutes = (first: number, until: number): bigint => (1n << BigInt(until)) - (1n << BigInt(first));

/**
 * Operator 1 has pool 1 with GPUs 1 and 2 on host a, and GPU 3 on host b, all seen since 09:00. Telemetry is complete, and
 * the chain indexed, up to 14:00.
 */
const FLEET = `
create schema chain;
create table chain.operator (id text, name text);
create table chain.pool (id text, operator text, model text, region text);
create table chain.head (block_number int4, block_timestamp int8);
create table chain.gpu (id text, operator text, pool text, uuid_hash bytea, status text);
create table chain.rental (id text, gpu text, pool text, operator text, customer bytea, tier text, start_at numeric, paid_until numeric,
  ends_by numeric, end_at numeric, end_reason text, refunded_dc numeric);
insert into chain.operator values ('1', 'One'), ('2', 'Two');
insert into chain.pool values ('1', '1', 'NVIDIA L40S', 'here'), ('2', '2', 'NVIDIA L40S', 'here');
insert into chain.head values (9, ${unix("14:00")});
insert into telemetry.collector (name, started_at, seen_at, sampled_through) values ('c', ${at("09:00")}, ${at("14:00")}, ${at("14:00")});
insert into telemetry.target (url, labels) values ('http://a', '{"host": "a"}'), ('http://b', '{"host": "b"}');
insert into telemetry.gpu (uuid, uuid_hash, first_seen_at, last_seen_at, target_key)
  select 'GPU-' || n, sha256(n::text::bytea), ${at("09:00")}, ${at("14:00")}, case when n < 3 then 1 else 2 end from generate_series(1, 3) n;
insert into chain.gpu select n::text, '1', '1', sha256(n::text::bytea), 'ACTIVE' from generate_series(1, 3) n;`;

/** GPU, hour, seconds covered: one sample for all of them. */
const COVERED = [
  [1, "10:00", 3_600],
  [2, "10:00", 3_600],
  [1, "11:00", 3_600],
  [1, "12:00", 3_600],
  [2, "12:00", 3_420],
  [1, "13:00", 600],
] as const;
/** GPU, hour, its DOWN minutes. */
const DOWN = [
  [2, "11:00", minutes(0, 60)],
  [2, "12:00", minutes(0, 3)],
  [3, "10:00", minutes(40, 46)],
] as const;
/** Rental, GPU, start, end (null: it runs on its funds until 15:00), why. */
const RENTALS = [
  ["1", 2, "10:30", "11:20", "CUSTOMER"],
  ["2", 2, "12:00", "13:00", "CUSTOMER"],
  ["3", 1, "10:00", "12:30", "GPU_OFFLINE"],
  ["4", 1, "13:00", null, null],
  ["5", 3, "10:00", "10:50", "CUSTOMER"],
  ["6", 3, "09:00", "09:30", "GPU_OFFLINE"],
] as const;

function facts(): string[] {
  const samples = COVERED.map(
    ([gpu, hour, seconds]) => `(${at(hour)}, ${gpu}, ${at(hour)} + ${seconds} * interval '1 s', ${seconds})`,
  );
  const down = DOWN.map(([gpu, hour, bits]) => `(${at(hour)}, ${gpu}, ${bits})`);
  const rentals = RENTALS.map(
    ([
      id,
      gpu,
      start,
      end,
      reason,
    ]) => `('${id}', '${gpu}', '1', '1', '\\x0a', 'SPOT', ${unix(start)}, ${unix("15:00")}, null,
      ${end === null ? "null" : unix(end)}, ${reason === null ? "null" : `'${reason}'`}, 1500000)`,
  );
  return [
    `insert into telemetry.sample (time, gpu_key, covers_until, covered_seconds) values ${samples.join(", ")}`,
    `insert into telemetry.gpu_down_hour (hour, gpu_key, minutes) values ${down.join(", ")}`,
    `insert into chain.rental values ${rentals.join(", ")}`,
    `insert into telemetry.gpu_event (time, gpu_key, kind, code) values (${at("12:29")}, 1, 'XID', 79), (${at("12:29")}, 1, 'XID', 13),
      (${at("10:40")}, 3, 'DISAPPEARED', 0), (${at("10:20")}, 2, 'XID', 79)`,
  ];
}

/** Of 31 epochs of a day the first was all DOWN, each later one for a minute in a hundred; they end with 2026-11-20. */
const USE = `
set session_replication_role = replica;
insert into ledger.network (chain_id, rewards, genesis_hash, genesis_time, epoch_length)
  values (1, decode(repeat('00', 20), 'hex'), decode(repeat('00', 32), 'hex'), ${unix("00:00") - 30 * 86_400}, 86400);
insert into ledger.use_sum select decode(repeat('0a', 20), 'hex'), e, 1, 0, 0, case e when 0 then 0 else 99 end, case e when 0 then 100 else 1 end, 0, 0, 0
  from generate_series(0, 30) e;
set session_replication_role = origin;`;

let database: TestDatabase;
let pool: Pool;
let client: PoolClient;

beforeAll(async () => {
  database = await openTestDatabase({ content: migrated(room("collector"), room("api")) });
  pool = createPool(database.url, { name: "test", max: 1 });
  client = await pool.connect();
  for (const sql of [FLEET, ...facts(), USE]) await client.query(sql);
}, 120_000);

afterAll(async () => {
  client.release();
  await pool.end();
  await database.close();
});

const show = (title: string, opening = RANGE) => askPanel(client, OPERATOR_DASHBOARD, title, opening);

it("an operator's hosts are as good as what is known of all their GPUs", async () => {
  const rows = await show("Hosts by hour, or by day");
  const states = ["UP", "UNKNOWN", "PARTLY DOWN", "DOWN"];
  expect(
    rows.map((row) => [(row["time"] as Date).toISOString().slice(11, 16), row["metric"], states[Number(row["state"])]]),
  ).toEqual([
    ["10:00", "a", "UP"],
    ["10:00", "b", "PARTLY DOWN"],
    ["11:00", "a", "DOWN"], // one of two GPUs
    ["11:00", "b", "UNKNOWN"],
    ["12:00", "a", "PARTLY DOWN"],
    ["12:00", "b", "UNKNOWN"],
    ["13:00", "a", "UNKNOWN"], // ten minutes of two GPUs' hundred and twenty
    ["13:00", "b", "UNKNOWN"],
  ]);
});

it("a rental is broken by OFFLINE or by more than five minutes DOWN inside it, and says why", async () => {
  const rows = await show("Rentals that broke");
  expect(rows.map((row) => [row["rental"], Number(row["DOWN"]), Number(row["refunded"]), row["cause"]])).toEqual([
    ["3", 0, 1.5, "taken OFFLINE, XID 79"],
    ["1", 20, 1.5, "no sample, its host was asked"],
    ["5", 6, 1.5, "GPU lost, its host answered"],
  ]);
  const counts = await show("Broken rentals");
  expect(counts.reduce((sum, row) => sum + Number(row["broken"]), 0)).toBe(3);
});

it("uptime is of the last thirty epochs, whatever the range", async () => {
  const rows = await show("Uptime, 30 epochs", { from: new Date(`${DAY}T20:00Z`), to: new Date("2026-11-21T00:00Z") });
  expect(rows).toHaveLength(31);
  expect(rows.slice(-2).map(({ uptime }) => Number(uptime))).toEqual([
    expect.closeTo(0.957, 12),
    expect.closeTo(0.99, 12),
  ]);
});
