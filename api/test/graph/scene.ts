import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseSchema } from "#indexer/schema/parse.ts";
import { indexesOf } from "#indexer/store/ddl.ts";
import { GENESIS_AT, World, type BlockWork } from "../live/world.ts";

/** Addresses by a digit, as the graph shows them. */
export const address = (digit: string): string => `0x${digit.repeat(40)}`;
/** The same as a column takes it. */
const bytea = (digit: string, length = 20): string => `\\x${digit.repeat(length * 2)}`;
/** An id of a period: 36 bytes. */
const logId = (name: string): string => `\\x${createHash("sha256").update(name).digest("hex")}00000000`;

/** Hours since 1970 at block 0. */
export const HOUR = GENESIS_AT / 3_600;
/** The seller and holder of everything, a buyer, and a member. */
export const [ALICE, BOB, MEMBER] = ["a", "b", "d"] as const;
const CURRENCY = "e";

/** A market with two of everything, in three blocks, on tables with all the engine's indexes. */
export async function openMarketScene(): Promise<World> {
  const world = await World.open();
  const schemaText = readFileSync(fileURLToPath(new URL("../../../subgraph/schema.graphql", import.meta.url)), "utf8");
  for (const { sql, canWait } of indexesOf(parseSchema(schemaText, true), "sgd1", false))
    if (canWait) await world.pool.query(sql);
  await world.mine(begin);
  await world.mine(trade);
  await world.mine(change);
  await world.pool.query(POINTS);
  await world.pool.query("analyze");
  return world;
}

/** Block 1: operators, pools, GPUs and slots come to be. */
function begin({ set, add }: BlockWork): void {
  const at = GENESIS_AT + 12;
  set("network", "network", { operator_count: 2, gpu_count: 4, supply_bct: "1000", price: 200_000_000 });
  for (const digit of [ALICE, BOB, MEMBER]) set("account", bytea(digit), { balance_dc: 0 });
  for (const operator of ["1", "2"]) {
    set("operator", operator, {
      owner: bytea(ALICE),
      payee: bytea(ALICE),
      mode: "DISTRIBUTED",
      name: `O${operator}`,
      created_at: at,
    });
    set("operator_ownership", logId(`oo${operator}`), { operator, owner: bytea(ALICE), from_at: at, from_block: 1 });
    set("operator_payee", logId(`op${operator}`), { operator, payee: bytea(ALICE), from_at: at, from_block: 1 });
    set("member", `${operator}-${address(MEMBER)}`, {
      operator,
      account: bytea(MEMBER),
      is_active: true,
      added_at: at,
    });
    set("member_period", logId(`mp${operator}`), {
      ...{ member: `${operator}-${address(MEMBER)}`, operator, account: bytea(MEMBER), from_at: at, from_block: 1 },
    });
    set("pool", operator, {
      ...{ operator, model: `Model ${operator}`, region: "us-west", created_at: at, gpu_count: 2 },
      ...{
        spot_rate_dc_per_hour: 1_000_000,
        on_demand_rate_dc_per_hour: 2_000_000,
        reserved_rate_dc_per_hour: 1_500_000,
      },
    });
    set("share_rule", `${operator}-0`, { pool: operator, operator_bps: 2_000, pool_bps: 6_750, gpu_bps: 1_250 });
    add("rate_change", { pool: operator, set_by: bytea(ALICE), spot_rate_dc_per_hour: 1_000_000 });
    add("discount_change", { pool: operator, min_hours: "{24}", bps: "{500}" });
    add("pricer_delegation", { id: logId(`pd${operator}`), pool: operator, pricer: bytea(BOB) });
    set("pricer_period", logId(`pp${operator}`), { pool: operator, delegation: logId(`pd${operator}`), from_at: at });
  }
  for (const gpu of ["1", "2", "3", "4"]) gpuBegins({ set, add }, gpu, at);
  for (const slot of ["1", "2"]) slotBegins({ set }, slot, at);
}

function gpuBegins({ set, add }: BlockWork, gpu: string, at: number): void {
  const pool = Number(gpu) < 3 ? "1" : "2";
  set("gpu", gpu, {
    ...{ owner: bytea(ALICE), operator: pool, pool, contributor: bytea(MEMBER), model: `Model ${pool}` },
    ...{ status: "ACTIVE", uuid_hash: bytea(gpu, 32), created_at: at, burned_dc: 500_000, paid_seconds: 900 },
    ownership: logId(`go${gpu}`),
  });
  const period = { gpu, from_at: at, from_block: 1 };
  set("gpu_ownership", logId(`go${gpu}`), { ...period, owner: bytea(ALICE) });
  set("gpu_membership", logId(`gm${gpu}`), { ...period, pool, operator: pool, contributor: bytea(MEMBER) });
  set("gpu_status_period", logId(`gs${gpu}`), { ...period, status: "ACTIVE" });
  set("gpu_exit", logId(`ge${gpu}`), {
    gpu,
    pool,
    announced_at: at,
    exit_at: at + 259_200,
    outcome: "CANCELLED",
    ended_at: at,
  });
  add("gpu_invitation", { gpu, pool, operator: pool });
}

function slotBegins({ set }: Pick<BlockWork, "set">, slot: string, at: number): void {
  const hours = {
    start_hour: HOUR + 10,
    end_hour: HOUR + 14,
    settled_hour: HOUR + 10,
    first_hour: HOUR + 10,
    hour_count: 4,
  };
  set("slot", slot, {
    ...{
      gpu: slot,
      pool: "1",
      operator: "1",
      holder: bytea(ALICE),
      ...hours,
      hourly_dc: 1_500_000,
      paid_dc: 6_000_000,
    },
    ...{ root: slot, created_at: at },
  });
}

/** Block 2: slots are split, used, moved and refunded; tokens are offered and sold. */
function trade({ set, add }: BlockWork): void {
  const at = GENESIS_AT + 24;
  set("currency", bytea(CURRENCY), { is_allowed: true });
  for (const slot of ["1", "2"]) {
    const part = String(Number(slot) + 2);
    set("slot", slot, { end_hour: HOUR + 12 });
    set("slot", part, {
      ...{ gpu: slot, pool: "1", operator: "1", holder: bytea(BOB), hourly_dc: 1_500_000, root: slot, parent: slot },
      ...{ start_hour: HOUR + 12, end_hour: HOUR + 14, first_hour: HOUR + 12, hour_count: 2, created_at: at },
    });
    add("slot_transfer", { slot, from: bytea(ALICE), to: bytea(BOB), escrow_dc: 3_000_000 });
    add("slot_check_in", { slot, rental: "1", user: bytea(BOB) });
    add("slot_move", { slot, from_gpu: "1", to_gpu: "2", from_hour: HOUR + 11 });
    add("slot_refund", {
      kind: "HOURS_LOST",
      slot,
      gpu: "1",
      holder: bytea(BOB),
      from_hour: HOUR + 10,
      to_hour: HOUR + 11,
      hour_count: 1,
      refunded_dc: 1_500_000,
    });
  }
  for (const gpu of ["1", "2", "3"]) {
    const offer = { gpu, seller: bytea(ALICE), currency: bytea(CURRENCY), price: Number(gpu) * 100, listed_at: at };
    set("offer", logId(`lo${gpu}`), offer);
    set("listing", `${address("f")}-${gpu}`, { ...offer, is_open: true, offer: logId(`lo${gpu}`) });
  }
  set("rental", "1", {
    ...{ gpu: "1", pool: "1", operator: "1", customer: bytea(BOB), tier: "ON_DEMAND", rate_dc_per_hour: 2_000_000 },
    ...{ deposited_dc: 2_000_000, start_at: at, settled_until: at, paid_until: at + 3_600 },
  });
  set("gpu", "1", { rental: "1" });
}

/** Block 3: GPU 3 is sold to Bob; pool 1 asks more. */
function change({ set, add }: BlockWork): void {
  const at = GENESIS_AT + 36;
  set("gpu", "3", { owner: bytea(BOB), ownership: logId("go3b") });
  set("gpu_ownership", logId("go3"), { to_at: at, to_block: 3 });
  set("gpu_ownership", logId("go3b"), { gpu: "3", owner: bytea(BOB), from_at: at, from_block: 3 });
  set("listing", `${address("f")}-3`, { is_open: false });
  set("offer", logId("lo3"), { ended_at: at, end: "SOLD" });
  add("sale", {
    gpu: "3",
    seller: bytea(ALICE),
    buyer: bytea(BOB),
    currency: bytea(CURRENCY),
    price: 300,
    royalty: 15,
  });
  set("pool", "1", { on_demand_rate_dc_per_hour: 3_000_000 });
  add("rate_change", { pool: "1", set_by: bytea(BOB), is_by_pricer: true, on_demand_rate_dc_per_hour: 3_000_000 });
}

/** Use of two customers in yesterday's and today's hours, mints of both days, prices; yesterday is rolled up. */
const POINTS = `
insert into sgd1.usage_point (vid, block$, id, "timestamp", gpu, pool, operator, payer, amount_dc, bct_equivalent, seconds) values
  (1, 1, 1, '2026-11-22T10:00Z', '1', '1', '1', '${bytea(BOB)}', 3000000, 1500, 3600),
  (2, 2, 2, '2026-11-23T09:00Z', '1', '1', '1', '${bytea(BOB)}', 2000000, 1000, 3600),
  (3, 2, 3, '2026-11-23T10:00Z', '3', '2', '2', '${bytea(ALICE)}', 1000000, 500, 1800);
insert into sgd1.network_usage_day (vid, block$, id, "timestamp", burned_dc, bct_equivalent, paid_seconds, settlement_count) values
  (1, 2, 1, '2026-11-22T00:00Z', 3000000, 1500, 3600, 1);
insert into sgd1.economy_point (vid, block$, id, "timestamp", minted_dc, minted_bct, destroyed_bct, claimed_bct, supply_bct) values
  (1, 1, 1, '2026-11-21T01:00Z', 0, 1000, 0, 0, 1000), (2, 2, 2, '2026-11-23T01:00Z', 7000000, 0, 100, 0, 900);
insert into sgd1.economy_day (vid, block$, id, "timestamp", minted_dc, minted_bct, destroyed_bct, claimed_bct, supply_bct) values
  (1, 2, 1, '2026-11-21T00:00Z', 0, 1000, 0, 0, 1000);
insert into sgd1.price_tick (vid, block$, id, "timestamp", price) values
  (1, 1, 1, '2026-11-22T01:00Z', 210000000), (2, 1, 2, '2026-11-22T02:00Z', 190000000), (3, 2, 3, '2026-11-23T02:00Z', 200000000);
insert into sgd1.price_candle_day (vid, block$, id, "timestamp", open, high, low, close, price_count) values
  (1, 2, 2, '2026-11-22T00:00Z', 210000000, 210000000, 190000000, 190000000, 2);
insert into ledger.token (address, symbol, decimals, is_bct) values ('${bytea(CURRENCY)}', 'USDX', 2, false);
`;
