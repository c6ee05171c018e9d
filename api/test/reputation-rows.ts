import type { Fact } from "../src/domain/reputation/facts.ts";

/** Midnight of the day that the rows are of. */
export const T0 = Date.UTC(2025, 10, 20) / 1_000;
/** An account that is easily told: 0x and twenty times the byte. */
export const account = (byte: string): string => `0x${byte.repeat(20)}`;

const bytes = (byte: string): string => `'\\x${byte.repeat(20)}'`;
/** Times of a row, seconds since midnight; null: it lasts. */
const span = (from: number, to: number | null): string => `${T0 + from}, ${to === null ? "null" : T0 + to}`;
const id = (number: number): string => `'\\x${String(number).padStart(2, "0").repeat(36)}'`;

/** The views of schema `chain` that scores are told from, as tables. */
export const CHAIN_TABLES = `
create schema chain;
create table chain.head (block_number int4, block_hash text, block_timestamp int8);
create table chain.operator (id text, owner bytea, payout bytea, mode text, name text, metadata_uri text, pool_count int4,
  gpu_count int4, member_count int4, burned_dc numeric, created_at numeric);
create table chain.pool (id text, operator text);
create table chain.share_rule (pool text, effective_epoch numeric);
create table chain.member (id text, operator text, account bytea, is_active boolean, kick_reason text, added_at numeric, kicked_at numeric);
create table chain.member_period (id bytea, member text, operator text, account bytea, from_at numeric, to_at numeric);
create table chain.operator_ownership (operator text, owner bytea, from_at numeric, to_at numeric);
create table chain.operator_payee (operator text, payee bytea, from_at numeric, to_at numeric);
create table chain.gpu (id text, uuid_hash bytea, model text);
create table chain.gpu_membership (gpu text, operator text, contributor bytea, from_at numeric, to_at numeric);
create table chain.gpu_status_period (gpu text, status text, from_at numeric, to_at numeric);
create table chain.gpu_ownership (gpu text, owner bytea, from_at numeric, to_at numeric);
create table chain.rental (id text, gpu text, operator text, customer bytea, tier text, slot text, start_at numeric,
  paid_until numeric, ends_by numeric, end_at numeric, end_reason text);
create table chain.preemption_notice (rental text, ends_by numeric, timestamp numeric);
create table chain.slot (id text, holder bytea);
create table chain.slot_transfer (slot text, "from" bytea, timestamp numeric);
create table chain.slot_refund (id bytea, gpu text, operator text, holder bytea, hour_count int4, timestamp numeric);`;

/**
 * Operator 1 has GPUs 1, 2 and 4; operator 2 has GPU 3, which its member 0xb1 brought. Customer 0xc1 rents GPU 1 until 01:40 and
 * ends it; 0xc2 rents GPU 2 until its funds are out at 01:30, which nobody has ended; the member rents its own GPU all day long.
 * GPU 1 is out of service from 02:30 on. In the third hour operator 2 pays hours of a slot back that 0xc1 held, and takes the
 * kicked member 0xb2 back; operator 3 comes at 03:30.
 */
export const CHAIN_ROWS = `
insert into chain.head values (99, '0x${"ab".repeat(32)}', ${T0 + 90_000});
insert into chain.operator (id, owner, mode, name, metadata_uri, pool_count, gpu_count, member_count, burned_dc, created_at) values
  ('1', ${bytes("a1")}, 'SELF_POOLED', 'One', '', 1, 3, 0, 0, ${T0 - 9_000}), ('2', ${bytes("a2")}, 'DISTRIBUTED', 'Two', '', 1, 1, 2, 0, ${T0 - 9_000}),
  ('3', ${bytes("a3")}, 'SELF_POOLED', 'Three', '', 0, 0, 0, 0, ${T0 + 12_600});
insert into chain.pool values ('1', '1'), ('2', '2');
insert into chain.operator_ownership values ('1', ${bytes("a1")}, ${span(-9_000, null)}), ('2', ${bytes("a2")}, ${span(-9_000, null)});
insert into chain.operator_payee values ('1', ${bytes("a1")}, ${span(-9_000, null)}), ('2', ${bytes("a2")}, ${span(-9_000, null)});
insert into chain.member values ('2-${account("b1")}', '2', ${bytes("b1")}, true, null, ${T0 - 8_000}, null),
  ('2-${account("b2")}', '2', ${bytes("b2")}, true, null, ${T0 + 9_000}, null);
insert into chain.member_period values (${id(1)}, '2-${account("b1")}', '2', ${bytes("b1")}, ${span(-8_000, null)}),
  (${id(2)}, '2-${account("b2")}', '2', ${bytes("b2")}, ${span(-8_000, -7_000)}), (${id(3)}, '2-${account("b2")}', '2', ${bytes("b2")}, ${span(9_000, null)});
insert into chain.gpu select g::text, ('\\x' || repeat('0' || g, 32))::bytea, 'NVIDIA H100 80GB HBM3' from generate_series(1, 4) g;
insert into chain.gpu_membership values ('1', '1', ${bytes("a1")}, ${span(-9_000, null)}), ('2', '1', ${bytes("a1")}, ${span(-9_000, null)}),
  ('4', '1', ${bytes("a1")}, ${span(-9_000, null)}), ('3', '2', ${bytes("b1")}, ${span(-7_000, null)});
insert into chain.gpu_status_period values ('1', 'ACTIVE', ${span(-9_000, 9_000)}), ('1', 'OFFLINE', ${span(9_000, null)}),
  ('2', 'ACTIVE', ${span(-9_000, null)}), ('3', 'ACTIVE', ${span(-9_000, null)}), ('4', 'ACTIVE', ${span(-9_000, null)});
insert into chain.gpu_ownership values ('1', ${bytes("a1")}, ${span(-9_000, null)}), ('2', ${bytes("a1")}, ${span(-9_000, null)}),
  ('3', ${bytes("b1")}, ${span(-9_000, null)}), ('4', ${bytes("a1")}, ${span(-9_000, null)});
insert into chain.rental values
  ('1', '1', '1', ${bytes("c1")}, 'ON_DEMAND', null, ${T0}, ${T0 + 90_000}, null, ${T0 + 6_000}, 'CUSTOMER'),
  ('2', '2', '1', ${bytes("c2")}, 'SPOT', null, ${T0}, ${T0 + 5_400}, ${T0 + 7_200}, null, null),
  ('3', '3', '2', ${bytes("b1")}, 'ON_DEMAND', null, ${T0}, ${T0 + 9_000_000}, null, null, null);
insert into chain.slot_refund values (${id(4)}, '3', '2', ${bytes("c1")}, 2, ${T0 + 8_000});`;

/** Every so many seconds an exporter answers. */
const EVERY = 30;

/**
 * Three hours: GPUs 1 and 2 at 2 GHz; GPU 3, at 1 GHz, isn't asked in the second hour, and shows XID 79 in the third. GPU 2 doesn't
 * answer from 01:10 to 01:20. GPU 4 was never seen.
 */
export const TELEMETRY_ROWS = `
select alter_job(job_id, scheduled => false) from timescaledb_information.jobs where job_id >= 1000;
insert into telemetry.collector (name, started_at, seen_at, sampled_through)
  values ('c1', to_timestamp(${T0}), to_timestamp(${T0}), to_timestamp(${T0 + 90_000}));
insert into telemetry.target (url) select 'http://10.0.0.' || g || ':9400/metrics' from generate_series(1, 3) g;
insert into telemetry.gpu (uuid, uuid_hash, model, first_seen_at, last_seen_at, target_key)
  select 'GPU-' || g, ('\\x' || repeat('0' || g, 32))::bytea, 'NVIDIA H100 80GB HBM3', to_timestamp(${T0}), to_timestamp(${T0}), g from generate_series(1, 3) g;
insert into telemetry.gpu_target select g, to_timestamp(${T0}), g from generate_series(1, 3) g;
insert into telemetry.heartbeat select 1, to_timestamp(${T0} + 60 * m), 3, 0 from generate_series(0, 179) m;
create temp table asked as
  select g, ${T0} + ${EVERY} * s as at, not (g = 2 and s * ${EVERY} >= 4200 and s * ${EVERY} < 4800) as is_up
  from generate_series(1, 3) g, generate_series(0, ${10_800 / EVERY - 1}) s where not (g = 3 and s * ${EVERY} >= 3600 and s * ${EVERY} < 7200);
insert into telemetry.scrape (time, target_key, collector_key, due_until, is_up, duration_ms, body_bytes, sample_count, gpu_count)
  select to_timestamp(at), g, 1, to_timestamp(at + ${EVERY}), is_up, 5, 1000, 20, 1 from asked;
insert into telemetry.sample (time, gpu_key, covers_until, covered_seconds, util_ratio, sm_clock_hertz, gpu_temp_celsius)
  select to_timestamp(at), g, to_timestamp(at + ${EVERY}), ${EVERY}, 0.5, case when g = 3 then 1e9 else 2e9 end, 60 from asked where is_up;
insert into telemetry.gpu_event values (to_timestamp(${T0 + 7_300}), 3, 'XID', 79, null);
drop table asked;`;

/** Whom a fact of the rows is about, and its day. */
export const ofDay = (operatorId: string, memberId: string | null = null) => ({
  operatorId,
  memberId,
  day: T0 / 86_400,
});
/** A GPU without a fault. */
export const WELL = { overThermalLimitMinutes: 0, xids: [], hasNewUncorrectableEcc: false, hasRowRemapFault: false };

/** Operator 1's facts after three hours, by hand. GPU 1 is a member up to 02:30, GPU 2 was DOWN for ten minutes, of GPU 3's second hour nobody knows. */
export const EXPECTED_ONE: Fact[] = [
  {
    ...{
      kind: "GPU_DAY",
      ...ofDay("1"),
      gpuId: null,
      count: 1,
      upMinutes: 150,
      downMinutes: 0,
      sampledMinutes: 150,
      ...WELL,
    },
    rented: [{ payer: account("c1"), minutes: 100 }],
  },
  {
    ...{
      kind: "GPU_DAY",
      ...ofDay("1"),
      gpuId: "2",
      count: 1,
      upMinutes: 170,
      downMinutes: 10,
      sampledMinutes: 170,
      ...WELL,
    },
    rented: [{ payer: account("c2"), minutes: 90 }],
  },
  {
    kind: "BUSY_HOURS",
    ...ofDay("1"),
    gpuId: "1",
    count: 1,
    payer: account("c1"),
    busyHours: 6_000 / 3_600,
    deliveredHours: 6_000 / 3_600,
  },
  {
    kind: "BUSY_HOURS",
    ...ofDay("1"),
    gpuId: "2",
    count: 1,
    payer: account("c2"),
    busyHours: 1.5,
    deliveredHours: 1.5,
  },
  {
    ...{
      kind: "RENTAL_END",
      ...ofDay("1"),
      rentalId: "1",
      gpuId: "1",
      count: 1,
      payer: account("c1"),
      startAt: T0,
      endAt: T0 + 6_000,
    },
    ...{ endReason: "CUSTOMER", wasNoticed: true, paidSeconds: 6_000, downMinutes: 0 },
  },
  {
    ...{
      kind: "RENTAL_END",
      ...ofDay("1"),
      rentalId: "2",
      gpuId: "2",
      count: 1,
      payer: account("c2"),
      startAt: T0,
      endAt: T0 + 5_400,
    },
    ...{ endReason: "FUNDS", wasNoticed: true, paidSeconds: 5_400, downMinutes: 10 },
  },
];
