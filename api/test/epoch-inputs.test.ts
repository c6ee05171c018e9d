import { fileURLToPath } from "node:url";
import { migrated, openTestDatabase, type TestDatabase } from "#database/testing.ts";
import { createPool, type Pool } from "#kernel/pg.ts";
import { parseInputs } from "../src/domain/rewards/parse.ts";
import { settle } from "../src/domain/rewards/settle.ts";
import { wallet } from "../src/domain/rewards/testing.ts";
import { findDowntime } from "../src/facts/downtime.ts";
import { gatherEpochInputs, type EpochRequest } from "../src/facts/epoch-inputs.ts";
import { keepDownHours } from "../src/sources/downtime.ts";
import { Snapshot } from "../src/sources/snapshot.ts";

/** Epoch 5 is the hour from ten to eleven. */
const START = Date.UTC(2025, 10, 22, 10) / 1_000;
const END = START + 3_600;
const REQUEST: EpochRequest = { epoch: 5, start: START, end: END, finalThrough: BigInt(END + 12), previous: [] };
const [ANN, BOB, CARL] = [wallet(0xa1), wallet(0xb0), wallet(0xc1)];

/** The views of schema `chain` that an epoch is gathered from, as tables. */
const CHAIN = `
create schema chain;
create table chain.head (block_number int4, block_hash text, block_timestamp int8);
create table chain.epoch (number int4, budget_bct numeric, burned_dc numeric);
create table chain.pool (id text, operator text);
create table chain.share_rule (pool text, effective_epoch numeric, operator_bps int4, pool_bps int4, gpu_bps int4);
create table chain.operator_payee (operator text, payee bytea, from_at numeric, to_at numeric);
create table chain.gpu (id text, uuid_hash bytea);
create table chain.gpu_membership (gpu text, pool text, from_at numeric, to_at numeric);
create table chain.gpu_status_period (gpu text, status text, from_at numeric, to_at numeric);
create table chain.gpu_ownership (gpu text, owner bytea, from_at numeric, to_at numeric);
create table chain.usage_settlement (gpu text, pool text, amount_dc numeric, epoch numeric);`;

const bytes = (account: string): string => `'\\x${account.slice(2)}'`;
/** Times of an epoch's rows, seconds since its start; null: it lasts. */
const span = (from: number, to: number | null): string => `${START + from}, ${to === null ? "null" : START + to}`;

/** GPU 1 sold at half past, down for minutes 10 to 14 and taken offline for the first two of these; GPU 2 without telemetry
 * changes pools; GPU 3 was retired before, but its use is settled now; GPU 4 comes when the epoch is over. */
const ROWS = `
insert into chain.head values (99, '0x${"ab".repeat(32)}', ${END + 30});
insert into chain.epoch values (4, 1, 1), (5, 1000000000000000000000, 1017);
insert into chain.pool values ('1', '1'), ('2', '2'), ('3', '1');
insert into chain.share_rule values ('1', 0, 2000, 6750, 1250), ('1', 5, 1000, 8000, 1000), ('1', 6, 0, 10000, 0),
  ('2', 0, 500, 9000, 500), ('3', 0, 1, 2, 9997);
insert into chain.operator_payee values ('1', ${bytes(wallet(0xe1))}, ${span(-9_000, 3_000)}), ('1', ${bytes(wallet(0xe2))}, ${span(3_000, 3_600)}),
  ('1', ${bytes(wallet(0xe3))}, ${span(3_600, null)}), ('2', ${bytes(wallet(0xe4))}, ${span(-9_000, null)});
insert into chain.gpu select id::text, ('\\x' || repeat('0' || id, 32))::bytea from generate_series(1, 4) id;
insert into chain.gpu_membership values ('1', '1', ${span(-9_000, null)}), ('2', '1', ${span(-9_000, 90)}), ('2', '2', ${span(150, 7_200)}),
  ('3', '2', ${span(-9_000, null)}), ('4', '1', ${span(3_600, null)});
insert into chain.gpu_status_period values ('1', 'ACTIVE', ${span(-9_000, 600)}), ('1', 'OFFLINE', ${span(600, 720)}), ('1', 'ACTIVE', ${span(720, null)}),
  ('2', 'ACTIVE', ${span(-9_000, 1_830)}), ('2', 'OFFLINE', ${span(1_830, 1_890)}), ('2', 'ACTIVE', ${span(1_890, 7_000)}), ('2', 'OFFLINE', ${span(7_000, null)}),
  ('3', 'ACTIVE', ${span(-9_000, -60)}), ('3', 'RETIRED', ${span(-60, null)}), ('4', 'ACTIVE', ${span(3_600, null)});
insert into chain.gpu_ownership values ('1', ${bytes(BOB)}, ${span(-9_000, 1_000)}), ('1', ${bytes(ANN)}, ${span(1_000, 1_800)}), ('1', ${bytes(CARL)}, ${span(1_800, 1_800)}),
  ('1', ${bytes(BOB)}, ${span(1_800, null)}), ('2', ${bytes(ANN)}, ${span(-9_000, null)}), ('3', ${bytes(CARL)}, ${span(-9_000, 8_000)}), ('4', ${bytes(ANN)}, ${span(3_600, null)});
insert into chain.usage_settlement values ('1', '1', 600, 5), ('1', '1', 400, 5), ('2', '1', 10, 5), ('2', '1', 99, 6), ('3', '2', 7, 5), ('3', '2', 5, 4);`;

const TELEMETRY = `
select alter_job(job_id, scheduled => false) from timescaledb_information.jobs where job_id >= 1000;
insert into telemetry.collector (name, started_at, seen_at, sampled_through)
  values ('c1', to_timestamp(${START}), to_timestamp(${END}), to_timestamp(${END}));
insert into telemetry.target (url) values ('http://127.0.0.1:9400/metrics');
insert into telemetry.gpu (uuid, uuid_hash, model, first_seen_at, last_seen_at, target_key)
  values ('GPU-1', ('\\x' || repeat('01', 32))::bytea, 'H100', to_timestamp(${START}), to_timestamp(${END}), 1);
insert into telemetry.gpu_target values (1, to_timestamp(${START}), 1);
insert into telemetry.heartbeat select 1, to_timestamp(${START} + 60 * m), 1, 0 from generate_series(0, 59) m;
insert into telemetry.scrape (time, target_key, collector_key, due_until, is_up, duration_ms, body_bytes, sample_count, gpu_count)
  select to_timestamp(${START} + 30 * s), 1, 1, to_timestamp(${START} + 30 * s + 30), s / 2 not between 10 and 14, 5, 1000, 20, 1 from generate_series(0, 119) s;
insert into telemetry.sample (time, gpu_key, covers_until, covered_seconds, util_ratio)
  select to_timestamp(${START} + 30 * s), 1, to_timestamp(${START} + 30 * s + 30), 30, 0.5 from generate_series(0, 119) s where s / 2 not between 10 and 14;`;

let database: TestDatabase;
let pool: Pool;

beforeAll(async () => {
  const dir = fileURLToPath(new URL("../../collector/sql", import.meta.url));
  database = await openTestDatabase({ content: migrated({ room: "collector", dir }) });
  pool = createPool(database.url, { name: "test", max: 2 });
  await pool.query(CHAIN);
  await pool.query(ROWS);
  await pool.query(TELEMETRY);
}, 120_000);

afterAll(async () => {
  await pool.end();
  await database.close();
});

async function gather(over: Partial<EpochRequest> = {}) {
  const snapshot = new Snapshot(pool);
  try {
    return await gatherEpochInputs(snapshot, { ...REQUEST, ...over });
  } finally {
    await snapshot.close();
  }
}

describe("gatherEpochInputs", () => {
  it("finds who was a member, up, owner, used and paid, as of the epoch and not of now", async () => {
    const inputs = await gather({ previous: [{ account: ANN, cumulative: 5n }] });
    expect(inputs).toEqual({
      methodologyVersion: 1,
      epoch: 5,
      start: START,
      end: END,
      budget: "1000000000000000000000",
      pools: [
        {
          poolId: "1",
          operatorId: "1",
          operatorPayee: wallet(0xe2),
          shares: { operatorBps: 1_000, poolBps: 8_000, gpuBps: 1_000 },
        },
        {
          poolId: "2",
          operatorId: "2",
          operatorPayee: wallet(0xe4),
          shares: { operatorBps: 500, poolBps: 9_000, gpuBps: 500 },
        },
      ],
      gpus: [
        // an hour less two minutes offline; of these 58 minutes it was down for 12, 13 and 14
        {
          poolId: "1",
          gpuId: "1",
          burnedDc: "1000",
          memberSeconds: 3_480,
          eligibleSeconds: 55 * 60,
          owners: [
            { account: ANN, seconds: 800 },
            { account: BOB, seconds: 2_800 },
          ],
        },
        // minutes that begin at 0 and 60 s
        {
          poolId: "1",
          gpuId: "2",
          burnedDc: "10",
          memberSeconds: 90,
          eligibleSeconds: 120,
          owners: [{ account: ANN, seconds: 3_600 }],
        },
        // [150, 1830) and [1890, 3600): 28 minutes begin in each
        {
          poolId: "2",
          gpuId: "2",
          burnedDc: "0",
          memberSeconds: 3_390,
          eligibleSeconds: 56 * 60,
          owners: [{ account: ANN, seconds: 3_600 }],
        },
        {
          poolId: "2",
          gpuId: "3",
          burnedDc: "7",
          memberSeconds: 0,
          eligibleSeconds: 0,
          owners: [{ account: CARL, seconds: 3_600 }],
        },
      ],
      previousCumulative: [{ account: ANN, amount: "5" }],
    });
  });

  it("gathers what settles, by every rule of the domain", async () => {
    const { total, unallocated, burnedDc } = settle(parseInputs(await gather()));
    expect([burnedDc, total + unallocated]).toEqual([1_017n, 10n ** 21n]);
  });

  it("gives the same from samples, from hours that were kept, and from both", async () => {
    const before = await gather();
    const withSnapshot = async <T>(read: (snapshot: Snapshot) => Promise<T>): Promise<T> => {
      const snapshot = new Snapshot(pool);
      return read(snapshot).finally(() => snapshot.close());
    };
    for (const source of ["samples", "minutes"] as const) {
      expect(await gather({ down: await findDowntime(withSnapshot, { start: START, end: END, source }) })).toEqual(
        before,
      );
    }
    expect(await keepDownHours(pool, START - 60)).toBe(2);
    expect(await keepDownHours(pool, START - 60)).toBe(0);
    // what is kept counts, whatever has become of the samples
    await pool.query(`update telemetry.gpu_down_hour set minutes = 7`);
    const inputs = await gather();
    expect(inputs.gpus[0]?.eligibleSeconds).toBe(55 * 60);
    await pool.query(`update telemetry.gpu_down_hour set minutes = 1 << 20`);
    expect((await gather()).gpus[0]?.eligibleSeconds).toBe(57 * 60);
    await pool.query("delete from telemetry.down_hour; delete from telemetry.gpu_down_hour");
    expect(await gather()).toEqual(before);
  });

  it("gives the same once the chain has gone on", async () => {
    const before = await gather();
    await pool.query(`
      update chain.head set block_timestamp = ${END + 9_000};
      update chain.gpu_ownership set to_at = ${END + 60} where gpu = '2';
      insert into chain.gpu_ownership values ('2', ${bytes(CARL)}, ${END + 60}, null);
      update chain.gpu_membership set to_at = ${END + 60} where gpu = '1';
      update chain.gpu_status_period set to_at = ${END} where gpu = '1' and to_at is null;
      insert into chain.gpu_status_period values ('1', 'RETIRED', ${END}, null);
      update chain.operator_payee set to_at = ${END + 1} where operator = '2';
      insert into chain.operator_payee values ('2', ${bytes(ANN)}, ${END + 1}, null);
      insert into chain.usage_settlement values ('1', '1', 1, 6);
      insert into chain.share_rule values ('2', 8, 0, 0, 10000);`);
    expect(await gather()).toEqual(before);
  });

  it.each([
    [
      "a final block",
      { finalThrough: BigInt(END - 1) },
      /^epoch 5 waits for a final block at or after 2025-11-22T11:00:00/,
    ],
    [
      "the indexer",
      { end: END + 9_001, finalThrough: BigInt(END + 9_999) },
      /waits for the indexer to pass .*; it is at 2025-11-22T13:30/,
    ],
    ["the telemetry", { end: END + 1 }, /waits for telemetry through 2025-11-22T11:00:01.*through 2025-11-22T11:00:00/],
    ["its closing", { epoch: 6 }, /^epoch 6 waits for somebody to close it on the chain: call closeEpoch$/],
  ])("says that an epoch waits for %s", async (_, over, message) => {
    await expect(gather(over)).rejects.toMatchObject({
      code: "EPOCH_NOT_READY",
      isRetryable: true,
      message: expect.stringMatching(message),
    });
  });

  it("calls it a bug if the events' burns aren't those that the contract tallied", async () => {
    await expect(gather({ epoch: 4 })).rejects.toThrow(
      "BUG: epoch 4 burned 1 DC base units by the contract, 5 by its events",
    );
  });
});
