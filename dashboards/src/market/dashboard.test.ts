import { fileURLToPath } from "node:url";
import { migrated, openTestDatabase, type TestDatabase } from "#database/testing.ts";
import { createPool, type Pool, type PoolClient } from "#kernel/pg.ts";
import { MARKET_DASHBOARD } from "./dashboard.ts";
import { askPanel } from "../testing/ask.ts";

const API = { room: "api", dir: fileURLToPath(new URL("../../../api/sql", import.meta.url)) };

/** Seconds since 1970 of a time on 2026-11-20, and of 30 days before. */
const unix = (time: string): number => Date.parse(`2026-11-20T${time}Z`) / 1_000;
const BEFORE = unix("14:00") - 40 * 86_400;
const RANGE = { from: new Date("2026-11-20T10:00Z"), to: new Date("2026-11-20T14:00Z") };

/**
 * Model M in region R: pool 1 with GPUs 1 to 6, and a dearer pool 2 without any; it is 14:00. Once pool 1 asked 2.00 for a
 * reserved hour at any term; now it asks 1.000001, 5 % less from 24 hours on and 10 % less from 168.
 */
const MARKET = `
create schema chain;
create table chain.head (block_number int4, block_timestamp int8);
create table chain.network (price numeric, is_intake_paused boolean);
create table chain.operator (id text, name text);
create table chain.pool (id text, operator text, model text, region text, gpu_count int4, spot_rate_dc_per_hour numeric,
  on_demand_rate_dc_per_hour numeric, reserved_rate_dc_per_hour numeric, discount_min_hours int4[], discount_bps int4[]);
create table chain.rate_change (pool text, timestamp numeric, block_number numeric, on_demand_rate_dc_per_hour numeric, reserved_rate_dc_per_hour numeric);
create table chain.discount_change (pool text, timestamp numeric, block_number numeric, min_hours int4[], bps int4[]);
create table chain.gpu (id text, pool text, status text, rental text, exit_at numeric);
create table chain.gpu_membership (gpu text, pool text, from_at numeric, to_at numeric);
create table chain.gpu_status_period (gpu text, status text, from_at numeric, to_at numeric);
create table chain.rental (id text, end_at numeric, paid_until numeric, ends_by numeric);
create table chain.slot (id text, gpu text, pool text, start_hour int4, end_hour int4, is_gone boolean, hourly_dc numeric);
create table chain.listing (id text, slot text, currency bytea, price numeric, is_open boolean);
create table chain.sale (slot text, currency bytea, price numeric, timestamp numeric);
create table chain.price_tick (id int8, timestamp timestamptz, price numeric);
insert into chain.head values (9, ${unix("14:00")});
insert into chain.network values (150000000, false);
insert into chain.operator values ('1', 'One');
insert into chain.pool values
  ('1', '1', 'M', 'R', 6, 500000, 1500000, 1000001, '{24,168}', '{500,1000}'), ('2', '1', 'M', 'R', 0, 900000, 1900000, 1900000, '{}', '{}');
insert into chain.rate_change values ('1', ${BEFORE}, 1, 1500000, 2000000), ('1', ${unix("12:00")}, 5, 1500000, 1000001),
  ('2', ${unix("11:00")}, 4, 1900000, 1900000);
insert into chain.discount_change values ('1', ${unix("12:00")}, 5, '{24,168}', '{500,1000}');
insert into chain.price_tick values (1, to_timestamp(${unix("09:00")}), 100000000), (2, to_timestamp(${unix("13:00")}), 150000000);`;

/**
 * GPU 1 is free; 2 is rented; 3's funds ran out and nobody ended it; 4 is OFFLINE since 12:30; 5 is booked from now on; 6 is booked
 * at 16:00, for 24 hours. The slot of 6 is for sale for 15 BCT at 1.50, and was sold at 09:30 for 30 at 1.00, when all of its
 * hours were left; slot 8, half over, is for sale in a token without a price.
 */
const GPUS = `
insert into chain.gpu select n::text, '1', case n when 4 then 'OFFLINE' else 'ACTIVE' end, case when n in (2, 3) then n::text end, null from generate_series(1, 6) n;
insert into chain.rental values ('2', null, ${unix("15:00")}, null), ('3', null, ${unix("13:00")}, null);
insert into chain.gpu_membership select n::text, '1', ${unix("09:00")}, null from generate_series(1, 6) n;
insert into chain.gpu_status_period values ('4', 'ACTIVE', ${unix("09:00")}, ${unix("12:30")}), ('4', 'OFFLINE', ${unix("12:30")}, null);
insert into chain.slot values ('5', '5', '1', ${unix("14:00") / 3_600}, ${unix("18:00") / 3_600}, false, 1000001),
  ('6', '6', '1', ${unix("16:00") / 3_600}, ${unix("16:00") / 3_600 + 24}, false, 800000),
  ('8', '2', '1', ${unix("12:00") / 3_600}, ${unix("16:00") / 3_600}, false, 1000001);
insert into chain.listing values ('a', '6', '\\x0b', 15000000000000000000, true), ('b', '8', '\\x0c', 1000, true), ('c', '5', '\\x0b', 1, false);
insert into chain.sale values ('6', '\\x0b', 30000000000000000000, ${unix("09:30")});`;

/** Pool, end of the hour, seconds ACTIVE, sold, and free of bookings: at 13:00 half an hour of GPU 4 is gone. */
const TICKS = [
  [1, "12:00", 21_600, 10_800, 14_400],
  [1, "13:00", 19_800, 9_000, 14_400],
] as const;

const LEDGER = `
alter table ledger.token drop constraint token_address_check;
insert into ledger.token (address, symbol, decimals, is_bct) values ('\\x0b', 'BCT', 18, true), ('\\x0c', 'ODD', 0, false);
insert into market.tick (pool, at, methodology_version, rented_seconds, available_seconds, exposed_seconds, taken_count, occupancy_reason, sensitivity, target,
  spot_rate, on_demand_rate, reserved_rate, cost_floor_reason, spot_floor, spot_cap, on_demand_floor, on_demand_cap, as_of_block, as_of_hash)
select pool, at, 1, rented, available, exposed, 1, 'NO_OCCUPANCY', 0.1, 0.8, 1, 1, 1, 'NOT_DECLARED', 1, 1, 1, 1, 9, decode(repeat('00', 32), 'hex')
from (values ${TICKS.map(([pool, time, available, rented, exposed]) => `(${pool}, to_timestamp(${unix(time)}), ${available}, ${rented}, ${exposed})`).join(", ")})
  t(pool, at, available, rented, exposed);`;

let database: TestDatabase;
let pool: Pool;
let client: PoolClient;

beforeAll(async () => {
  database = await openTestDatabase({ content: migrated(API) });
  pool = createPool(database.url, { name: "test", max: 1 });
  client = await pool.connect();
  for (const sql of [MARKET, GPUS, LEDGER]) await client.query(sql);
}, 120_000);

afterAll(async () => {
  client.release();
  await pool.end();
  await database.close();
});

const show = (title: string) => askPanel(client, MARKET_DASHBOARD, title, RANGE);
const numbers = (row: Record<string, unknown>, ...columns: string[]): (number | null)[] =>
  columns.map((name) => (row[name] === null ? null : Number(row[name])));

it("a term's price is the cheapest pool's, its discount taken off and rounded up, now and thirty days before", async () => {
  const rows = await show("Price by term");
  expect(rows.map((row) => [row["term"], ...numbers(row, "reserved", "reserved, 30 days ago", "on demand")])).toEqual([
    ["1 hour", 1.000001, 2, 1.5],
    ["1 day", 0.950001, 2, 1.5], // 0.95000095
    ["3 days", 0.950001, 2, 1.5],
    ["1 week", 0.900001, 2, 1.5], // 0.9000009
    ["30 days", 0.900001, 2, 1.5],
    ["1 year", 0.900001, 2, 1.5],
  ]);
});

it("GPUs are free that are ACTIVE, not rented by the clock, and not booked at once", async () => {
  expect((await show("Free now")).map((row) => numbers(row, "in the region", "of the model"))).toEqual([[3, 3]]);
  // GPUs 1 and 3 for the whole day, 6 for two hours.
  expect(
    (await show("GPU-hours on offer by price")).map((row) => [
      row["USD an hour"],
      ...numbers(row, "spot", "on demand"),
    ]),
  ).toEqual([
    ["0.50", 50, null],
    ["1.50", null, 50],
  ]);
});

it("GPUs by state add up to those in the pools", async () => {
  const rows = await show("GPUs by state");
  // Of 21,600 s ACTIVE 7,200 were booked and 3,600 rented as spot; then 19,800, 5,400 and 3,600.
  expect(rows.map((row) => numbers(row, "booked: slots, on demand", "spot", "free", "offline"))).toEqual([
    [2, 1, 3, 0],
    [1.5, 1, 3, 0.5],
  ]);
});

it("a slot on sale is measured against one of as many hours from its pool", async () => {
  const rows = await show("Slots on sale");
  expect(
    rows.map((row) => [row["slot"], ...numbers(row, "hours left", "USD an hour", "reserved anew", "against it")]),
  ).toEqual([
    ["6", 24, 0.9375, 0.950001, expect.closeTo(0.9375 / 0.950001 - 1, 12)],
    ["8", 2, null, 1.000001, null], // nobody tells what its token is worth
  ]);
});

it("a resale's margin is against the hour's first price, at the price of BCT then", async () => {
  const rows = await show("Slots sold");
  expect(rows.map((row) => [row["slot"], ...numbers(row, "hours left", "USD", "USD an hour", "margin")])).toEqual([]);
  const earlier = { ...RANGE, from: new Date("2026-11-20T09:00Z") };
  const sold = await askPanel(client, MARKET_DASHBOARD, "Slots sold", earlier);
  expect(sold.map((row) => [row["slot"], ...numbers(row, "hours left", "USD", "USD an hour", "margin")])).toEqual([
    ["6", 24, 30, 1.25, expect.closeTo(0.5625, 12)],
  ]);
});

it("a slot an hour short of a discount is weighed against the longer one", async () => {
  const rows = await show("Just below a discount");
  expect(
    rows.map((row) => numbers(row, "hours", "directly", "longer slot", "as the longer slot", "difference")),
  ).toEqual([
    [167, 158.650167, 168, 151.200168, -7.449999],
    [23, 23.000023, 24, 22.800024, -0.199999],
  ]);
});
