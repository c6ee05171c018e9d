import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { migrate } from "#database/migrate.ts";
import { openTestDatabase, type TestDatabase } from "#database/testing.ts";
import { startChain } from "#devnet/chain.ts";
import { buildContracts, deployContracts } from "#devnet/deployment.ts";
import { accountOf, as, connect, type Network } from "#devnet/market/wallets.ts";
import { rates } from "#devnet/market/plan.ts";
import { rpcCall } from "#devnet/rpc.ts";
import { freePorts } from "#devnet/testing.ts";
import { silentLogger } from "#kernel/log.ts";
import { createPool, type Pool } from "#kernel/pg.ts";
import { openOutbox, postRates, type Posted } from "../../src/jobs/posting/index.ts";
import { setRatesData } from "../../src/jobs/posting/registry.ts";
import { connectNode, readBlock, type Node } from "../../src/jobs/node.ts";
import { signerOf } from "../settlement/fixture.ts";

const HOUR = 3_600;
const [OPERATOR, BUYER, PRICER] = [1, 2, 21];
const START = rates("1", "2", "2");
const [FLOOR, CAP] = [rates("0.5", "1.9", "1.9"), rates("2", "4", "4")];

let network: Network;
let node: Node;
let chain: Awaited<ReturnType<typeof startChain>>;
let database: TestDatabase;
let pool: Pool;
let dir: string;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "bc-posting-"));
  const [port = 0] = await freePorts(1);
  [database] = await Promise.all([openTestDatabase(), buildContracts()]);
  chain = await startChain({ dir: join(dir, "chain"), host: "127.0.0.1", port, blockSeconds: 0 });
  const sql = fileURLToPath(new URL("../../sql", import.meta.url));
  const [deployment] = await Promise.all([
    deployContracts(chain.rpcUrl, accountOf(0).address, join(dir, "deployment.json")),
    migrate(database.url, [{ room: "api", dir: sql }], silentLogger),
  ]);
  network = connect(chain.rpcUrl, deployment);
  node = connectNode(chain.rpcUrl);
  pool = createPool(database.url, { name: "test", max: 2 });
  const pricer = accountOf(PRICER).address.slice(2);
  await pool.query(`create schema chain; create table chain.pool (id text, pricer bytea);
    insert into chain.pool values ('1', '\\x${pricer}')`);
  await network.operators.write.register([0, "Test", ""], as(OPERATOR, network));
  const shares = { operatorBps: 2_000, poolBps: 6_000, gpuBps: 2_000 };
  await network.pools.write.createPool([1n, "GPU", "here", START, shares], as(OPERATOR, network));
  await delegate();
}, 60_000);

afterAll(async () => {
  await pool.end();
  await database.close();
  await chain.stop();
  rmSync(dir, { recursive: true, force: true });
});

async function delegate(): Promise<void> {
  const pricer = accountOf(PRICER).address;
  await network.pools.write.setPricer([1n, pricer, FLOOR, CAP, 500, HOUR], as(OPERATOR, network));
}

const rpc = (method: string, params: readonly unknown[] = []): Promise<unknown> =>
  rpcCall(chain.rpcUrl, method, params);

/** Lets the chain come to the next full hour, and keeps advice of it: DC base units by tier. */
async function nextHour(spot: bigint, onDemand: bigint, reserved: bigint): Promise<number> {
  const head = Number((await readBlock(node)).timestamp);
  const at = (Math.floor(head / HOUR) + 2) * HOUR;
  await rpc("evm_setNextBlockTimestamp", [at + 5]);
  await rpc("evm_mine");
  await pool.query(
    `insert into market.tick (pool, at, methodology_version, rented_seconds, available_seconds, exposed_seconds, taken_count,
       occupancy, sensitivity, target, spot_rate, on_demand_rate, reserved_rate, cost_floor_reason, spot_floor, spot_cap,
       on_demand_floor, on_demand_cap, as_of_block, as_of_hash)
     values (1, to_timestamp($1), 1, 0, 0, 0, 0, 0.5, 0, 0.8, 1, 1, 1, 'NOT_DECLARED', 1, 1, 1, 1, 1, sha256('b'))`,
    [at],
  );
  await pool.query(
    `insert into market.advice (pool, at, tier, rate) select 1, to_timestamp($1), tier, rate
     from unnest(array['SPOT', 'ON_DEMAND', 'RESERVED'], $2::int8[]) advised(tier, rate)`,
    [at, [spot, onDemand, reserved]],
  );
  return at;
}

/** One pass of a pricer that has just started, with nothing in memory; falls at a point if one is named. */
async function pass(end: number, fallAt?: string): Promise<Posted[]> {
  const onPoint = (point: string): void => {
    if (point === fallAt) throw new Error(`fell at ${point}`);
  };
  const context = { pool, node, logger: silentLogger };
  const outbox = await openOutbox(context, { registry: network.pools.address, signer: signerOf(PRICER), onPoint });
  return postRates(context, network.pools.address, outbox, {
    end,
    block: await node.getBlock({ blockNumber: 0n }),
  });
}

const inForce = (): Promise<unknown> => network.pools.read.ratesOf([1n]);
const sentCount = (): Promise<number> => node.getTransactionCount({ address: accountOf(PRICER).address });
const outcomes = async (end: number): Promise<string[]> => (await pass(end)).map(({ outcome }) => outcome);

describe("a delegated pricer", () => {
  it("posts advice as near as step, floor and cap let it, and no sooner than the interval", async () => {
    // 5 % at a time, so 2 falls to 1.9, which is the floor too; spot has farther to go than it may
    const at = await nextHour(500_000n, 1_000_000n, 1_950_000n);
    expect(await outcomes(at)).toEqual(["SENT"]);
    expect(await inForce()).toEqual({ spot: 950_000n, onDemand: 1_900_000n, reserved: 1_950_000n });
    expect(await outcomes(at)).toEqual(["TOO_SOON"]);
    const next = await nextHour(950_000n, 1_000_000n, 1_950_000n);
    expect(await outcomes(next)).toEqual(["NO_CHANGE"]);
    expect(await sentCount()).toBe(1);
  });

  it("that falls at any step posts once", async () => {
    const at = await nextHour(960_000n, 1_950_000n, 1_950_000n);
    await expect(pass(at, "rates: signed")).rejects.toThrow("fell at");
    await expect(pass(at, "rates: written")).rejects.toThrow("fell at");
    expect(await sentCount()).toBe(1); // written down and not sent
    expect(await outcomes(at)).toEqual(["ON_ITS_WAY"]); // what it does first sends the same bytes
    expect(await outcomes(at)).toEqual(["TOO_SOON"]);
    expect(await inForce()).toEqual({ spot: 960_000n, onDemand: 1_950_000n, reserved: 1_950_000n });
    const { rows } = await pool.query("select from ledger.transaction where purpose = $1", [`rates 1 ${at}`]);
    expect([rows.length, await sentCount()]).toEqual([1, 2]);
  });

  it("posts again what a reorg took back, with the same bytes", async () => {
    const at = await nextHour(970_000n, 1_960_000n, 1_950_000n);
    const snapshot = await rpc("evm_snapshot");
    expect(await outcomes(at)).toEqual(["SENT"]);
    await rpc("evm_revert", [snapshot]);
    expect(await inForce()).toMatchObject({ onDemand: 1_950_000n });
    await pass(at);
    expect(await inForce()).toEqual({ spot: 970_000n, onDemand: 1_960_000n, reserved: 1_950_000n });
    const { rows } = await pool.query("select hash from ledger.transaction where purpose = $1", [`rates 1 ${at}`]);
    expect([rows.length, await sentCount()]).toEqual([1, 3]);
  });

  it("with an empty wallet signs nothing, and posts the newest advice once it can pay", async () => {
    const address = accountOf(PRICER).address;
    await rpc("anvil_setBalance", [address, "0x0"]);
    const poor = await nextHour(980_000n, 1_970_000n, 1_950_000n);
    await expect(pass(poor)).rejects.toMatchObject({ code: "NO_FUNDS", isRetryable: true });
    await rpc("anvil_setBalance", [address, "0xde0b6b3a7640000"]);
    const at = await nextHour(990_000n, 1_980_000n, 1_950_000n);
    expect(await outcomes(at)).toEqual(["SENT"]);
    expect(await inForce()).toEqual({ spot: 990_000n, onDemand: 1_980_000n, reserved: 1_950_000n });
    expect(await sentCount()).toBe(4);
  });

  it("is told by name what the chain would refuse, and signs nothing", async () => {
    const context = { pool, node, logger: silentLogger };
    const outbox = await openOutbox(context, { registry: network.pools.address, signer: signerOf(PRICER) });
    await nextHour(1n, 1n, 1n);
    const wide = { spotDcPerHour: 990_000n, onDemandDcPerHour: 3_000_000n, reservedDcPerHour: 1_950_000n };
    const call = { purpose: "rates 1 x", to: network.pools.address, data: setRatesData("1", wide) };
    await expect(outbox.submit(call)).rejects.toThrow("PoolRegistry_StepTooLarge(1, 1980000, 3000000, 99000)");
    expect(await sentCount()).toBe(4);
  });

  it("posts nothing from old advice, waits for what isn't made, and stops when the operator's token moves", async () => {
    const at = await nextHour(1_000_000n, 2_000_000n, 1_950_000n);
    expect(await pass(at - 3 * HOUR)).toEqual([]);
    await expect(pass(at + HOUR)).rejects.toMatchObject({ code: "ADVICE_MISSING", isRetryable: true });
    const [from, to] = [accountOf(OPERATOR).address, accountOf(BUYER).address];
    await network.operators.write.transferFrom([from, to, 1n], as(OPERATOR, network));
    expect(await outcomes(at)).toEqual(["NOT_OURS"]);
    expect(await sentCount()).toBe(4);
  });
});
