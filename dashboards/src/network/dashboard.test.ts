import { fileURLToPath } from "node:url";
import { migrated, openTestDatabase, type TestDatabase } from "#database/testing.ts";
import { createPool, type Pool, type PoolClient } from "#kernel/pg.ts";
import { NETWORK_DASHBOARD } from "./dashboard.ts";
import { askPanel } from "../testing/ask.ts";

const sqlOf = (room: string) => ({ room, dir: fileURLToPath(new URL(`../../../${room}/sql`, import.meta.url)) });

/** 2026-01-01T00:00Z: the beginning of epoch 0; an epoch is a day. */
const GENESIS = 1_767_225_600;
const HOUR = 3_600;
const RANGE = { from: new Date(GENESIS * 1_000), to: new Date((GENESIS + 100 * HOUR) * 1_000) };

/**
 * One epoch is final. A customer burned 50 BCT at 2.00 for 100 DC, of which a GPU's rental has burned 30; 10 BCT were minted for
 * it, 6 of them paid out. The GPU was ACTIVE for hours 10 to 20 and from hour 30 on, and rented for hours 12 to 15.
 */
const ROWS = `
create schema chain;
create table chain.head as select ${GENESIS + 40 * HOUR}::int8 as block_timestamp, 9 as block_number;
create table chain.network as select 1000 * 1e18 as supply_bct, 1050 * 1e18 as minted_bct, 50 * 1e18 as destroyed_bct, 10 * 1e18 as rewarded_bct,
  6 * 1e18 as claimed_bct, 50 * 1e18 as burned_bct, 100e6 as minted_dc, 30e6 as burned_dc, 200000000::numeric as price, 1 as finalized_epoch_count;
create table chain.account as select a.* from (values ('\\x01'::bytea, 990 * 1e18, 60e6, 10e6, 30e6, 0), ('\\x02', 6 * 1e18, 0, 0, 0, 6 * 1e18),
  ('\\x03', 4 * 1e18, 0, 0, 0, 0)) a(id, balance_bct, balance_dc, escrow_dc, burned_dc, claimed_bct);
create table chain.epoch as select 0 as number, 'FINALIZED' as status, '\\xcc'::bytea as commit, 1e20 as scheduled_bct, 0::numeric as re_emission_bct,
  15 * 1e18 as ceiling_bct, 15 * 1e18 as budget_bct, 50 * 1e18 as burned_bct, 30e6 as burned_dc, 15 * 1e18 as bct_equivalent, 10 * 1e18 as minted_bct;
create table chain.epoch_commit as select '\\xcc'::bytea as id, sha256('root') as lines_root;
create table chain.reward_claim as select '\\x02'::bytea as account, 6 * 1e18 as amount_bct;
create table chain.credits_mint as select 50 * 1e18 as amount_bct, 100e6 as amount_dc;
create table chain.keeper as select 10e6 as escrow_dc, 40e6 as deposited_dc, 0 as returned_dc, 30e6 as burned_dc;
create table chain.gpu as select ${GENESIS + 10 * HOUR}::numeric as created_at, 30e6 as burned_dc;
create table chain.pool as select 30e6 as burned_dc;
create table chain.operator as select 30e6 as burned_dc;
create table chain.price_tick as select 1::int8 as id, to_timestamp(${GENESIS}) as timestamp, 200000000::numeric as price;
create table chain.gpu_status_period as select * from (values ('ACTIVE', ${GENESIS + 10 * HOUR}::numeric, ${GENESIS + 20 * HOUR}::numeric),
  ('OFFLINE', ${GENESIS + 20 * HOUR}, ${GENESIS + 30 * HOUR}), ('ACTIVE', ${GENESIS + 30 * HOUR}, null)) p(status, from_at, to_at);
create table chain.rental as select ${GENESIS + 12 * HOUR}::numeric as start_at, null::numeric as end_at, ${GENESIS + 15 * HOUR}::numeric as paid_until,
  null::numeric as ends_by;
create table chain.economy_hour as select to_timestamp(${GENESIS + HOUR}) as timestamp, 100e6 as minted_dc;
create table chain.network_usage_hour as select to_timestamp(${GENESIS} + h * ${HOUR}) as timestamp, dc as burned_dc
  from (values (12, 10e6), (13, 15e6)) used(h, dc);
insert into ledger.network values (true, 1, '\\x${"01".repeat(20)}', sha256('genesis'), ${GENESIS}, ${24 * HOUR});
insert into ledger.epoch (epoch, start_at, end_at, state, round, budget, burned_dc, total, unallocated, lines_root, claims_root, inputs_hash,
  methodology_version, line_count, claim_count, as_of_block, as_of_hash, inputs, settled_at) values (0, ${GENESIS}, ${GENESIS + 24 * HOUR}, 'FINAL', 1,
  15e18, 30e6, 10e18, 5e18, sha256('root'), sha256('c'), sha256('i'), 1, 1, 1, 1, sha256('b'), '{}', now());
insert into ledger.line_sum values ('\\x${"02".repeat(20)}', 0, 1, 1, 10e18, 1);`;

let database: TestDatabase;
let pool: Pool;
let client: PoolClient;

beforeAll(async () => {
  database = await openTestDatabase({ content: migrated(sqlOf("collector"), sqlOf("api")) });
  pool = createPool(database.url, { name: "test", max: 1 });
  client = await pool.connect();
  await client.query(ROWS);
}, 120_000);

afterAll(async () => {
  client.release();
  await pool.end();
  await database.close();
});

const show = (title: string) => askPanel(client, NETWORK_DASHBOARD, title, RANGE);

describe("sums that don't add up", () => {
  const broken = async (): Promise<unknown[]> => {
    const rows = await show("Invariants");
    const [count] = await show("Broken sums");
    const names = rows.filter(({ State }) => State === 1).map(({ Check }) => Check);
    expect(Number(count?.["Broken"])).toBe(names.length);
    return names;
  };

  it("are none where all do", async () => {
    expect(await broken()).toEqual([]);
  });

  it.each([
    [
      "BCT from nowhere",
      "update chain.network set supply_bct = supply_bct + 1",
      ["BCT: balances of all wallets = in existence", "BCT: in existence = minted − burned"],
    ],
    [
      "a payment that nobody counted",
      "insert into chain.reward_claim values ('\\x02', 1)",
      ["BCT: payments to wallets = claimed"],
    ],
    [
      "an epoch that mints beyond its budget",
      "update chain.epoch set budget_bct = minted_bct - 1",
      ["BCT: minted beyond an epoch's budget"],
    ],
    [
      "lines that aren't the chain's",
      "update ledger.epoch set lines_root = sha256('other')",
      ["Epochs: final without the ledger's lines"],
    ],
    [
      "lines that don't come to what was minted",
      "update ledger.line_sum set amount = amount - 1",
      ["BCT: ledger's lines = minted, of final epochs"],
    ],
    [
      "escrow that nobody owns",
      "update chain.keeper set escrow_dc = escrow_dc + 1",
      ["DC: deposits − returns − burns = kept", "DC: kept by the contracts = escrow of wallets"],
    ],
    ["a burn that no pool has", "update chain.pool set burned_dc = 0", ["DC: burned by pool = burned"]],
  ])("are named: %s", async (_what, change, names) => {
    await client.query("begin");
    await client.query(change);
    expect(await broken()).toEqual(names);
    await client.query("rollback");
  });
});

describe("over time", () => {
  it("GPUs count from their minting, as ACTIVE and as rented, up to the head's block", async () => {
    const rows = await show("GPUs: registered, active, rented");
    const at = (hour: number) => {
      const row = rows.find(({ time }) => (time as Date).getTime() === (GENESIS + hour * HOUR) * 1_000);
      return row && ["Minted", "Active", "Rented"].map((name) => Number(row[name]));
    };
    expect([9, 10, 12, 14, 15, 20, 29, 30, 40, 41].map(at)).toEqual([
      [0, 0, 0],
      [1, 1, 0],
      [1, 1, 1],
      [1, 1, 1],
      [1, 1, 0],
      [1, 0, 0],
      [1, 0, 0],
      [1, 1, 0],
      [1, 1, 0],
      undefined,
    ]);
  });

  it("DC outstanding are those minted less those burned, by the end of each hour, and now", async () => {
    const rows = await show("DC unspent");
    const told = rows.map(({ time, Outstanding }) => [
      ((time as Date).getTime() / 1_000 - GENESIS) / HOUR,
      Number(Outstanding),
    ]);
    expect(told).toEqual([
      [2, 100],
      [13, 90],
      [14, 75],
      [40, 70], // 5 were burned since the last whole hour
    ]);
  });

  it("of an epoch, what was minted, burned and worth", async () => {
    expect(Number((await show("Net emission"))[0]?.["Net"])).toBe(-40);
    expect(Number((await show("Backed by use"))[0]?.["Ratio"])).toBe(1.5);
    expect((await show("The same in dollars"))[0]).toMatchObject({
      Rewards: "20.000000",
      "Spent by customers": "30.000000",
    });
  });
});
