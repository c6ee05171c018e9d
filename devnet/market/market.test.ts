import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { silentLogger } from "#kernel/log.ts";
import { waitFor } from "#kernel/time.ts";
import { startChain, type Chain } from "../chain.ts";
import { buildContracts, deployContracts } from "../deployment.ts";
import { startFleet } from "../fleet/index.ts";
import type { Fleet } from "../fleet/types.ts";
import { rpcCall } from "../rpc.ts";
import { freePorts } from "../testing.ts";
import { bootstrapMarket, reportPrice } from "./bootstrap.ts";
import { LiveMarket } from "./live/index.ts";
import { MARKET_PLAN, type MarketPlan } from "./plan.ts";
import type { Random } from "./random.ts";
import { accountOf, connect, type Network } from "./wallets.ts";

/** One operator, one pool, two GPUs. */
const PLAN: MarketPlan = {
  ...MARKET_PLAN,
  operators: MARKET_PLAN.operators.slice(0, 1),
  pools: [{ ...MARKET_PLAN.pools[0]!, hosts: ["tg-h100-01"] }],
  hosts: [{ ...MARKET_PLAN.hosts[0]!, gpuCount: 2 }],
};

/** Rents the first free GPU for the shortest time, five minutes, and has no other whims. */
const RANDOM: Random = { next: () => 0.99, between: (from) => from, pick: (list) => list[0]! };

let dir: string;
let chain: Chain;
let network: Network;
let fleet: Fleet;
let running: LiveMarket | undefined;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "bc-market-"));
  const [port = 0] = await freePorts(1);
  chain = await startChain({ dir: join(dir, "chain"), host: "127.0.0.1", port, blockSeconds: 0 });
  await buildContracts();
  const deployer = accountOf(PLAN.deployer).address;
  network = connect(chain.rpcUrl, await deployContracts(chain.rpcUrl, deployer, join(dir, "deployment.json")));
  fleet = await startFleet({ hosts: PLAN.hosts, seed: 1, port: 0 });
  await bootstrapMarket(network, PLAN, fleet.gpus, silentLogger);
}, 120_000);

afterAll(async () => {
  await running?.stop();
  await fleet.stop();
  await chain.stop();
  rmSync(dir, { recursive: true, force: true });
});

const openMarket = (logger = silentLogger): LiveMarket => new LiveMarket(network, PLAN, fleet, RANDOM, logger);

async function pass(seconds: number): Promise<void> {
  await rpcCall(chain.rpcUrl, "evm_increaseTime", [seconds]);
  await rpcCall(chain.rpcUrl, "evm_mine");
}

/** Who sent the transaction that ended a rental; undefined: nobody yet. */
async function endedBy(rentalId: bigint): Promise<string | undefined> {
  const [ended] = await network.market.getEvents.RentalEnded({ rentalId }, { fromBlock: 0n });
  if (!ended) return undefined;
  const { from } = await network.node.getTransaction({ hash: ended.transactionHash });
  return from;
}

const keeper = accountOf(PLAN.keeper).address.toLowerCase();

describe("the simulated market", () => {
  it("leaves the price where it is when it is started again", async () => {
    const answer = async (): Promise<bigint> => (await network.feed.read.latestRoundData())[1];
    expect(await answer()).toBe(200_000_000n);
    await reportPrice(network, PLAN, 206_000_000n);
    await bootstrapMarket(network, PLAN, fleet.gpus, silentLogger);
    expect(await answer()).toBe(206_000_000n);
  }, 30_000);

  it("ends, when it is started again, what ran out of funds while it was stopped", async () => {
    await openMarket().open();
    expect(await network.market.read.runningRental([1n])).toBe(1n);
    await pass(301);
    await openMarket().open();
    expect((await endedBy(1n))?.toLowerCase()).toBe(keeper);
    expect(await network.market.read.rentalOf([1n])).toMatchObject({ isEnded: true, burnedDc: 207_500n }); // 5 min at 2.49 an hour
  }, 60_000);

  it("tries again to end a rental when that failed", async () => {
    const warnings: string[] = [];
    const market = openMarket(pino({ level: "warn" }, { write: (line) => warnings.push(line) }));
    await market.open();
    const rentalId = await network.market.read.runningRental([1n]);
    expect(rentalId).not.toBe(0n);
    await pass(301);
    await rpcCall(chain.rpcUrl, "anvil_setBalance", [keeper, "0x0"]); // so that it can't pay for a transaction
    running = market;
    market.start();
    await waitFor(async () => warnings[0], { timeoutMs: 30_000, onTimeout: () => new Error("nothing failed in 30 s") });
    expect(await endedBy(rentalId)).toBeUndefined();
    await rpcCall(chain.rpcUrl, "anvil_setBalance", [keeper, `0x${(10n ** 18n).toString(16)}`]);
    const ender = await waitFor(() => endedBy(rentalId), {
      timeoutMs: 30_000,
      onTimeout: () => new Error("nobody ended it in 30 s"),
    });
    expect(ender.toLowerCase()).toBe(keeper);
  }, 60_000);
});
