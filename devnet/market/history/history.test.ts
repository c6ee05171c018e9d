import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { keccak256, parseEventLogs, toBytes } from "viem";
import { silentLogger } from "#kernel/log.ts";
import { startChain, type Chain } from "../../chain.ts";
import { buildContracts, deployContracts } from "../../deployment.ts";
import { startFleet } from "../../fleet/index.ts";
import { freePorts } from "../../testing.ts";
import { bootstrapMarket } from "../bootstrap.ts";
import { MARKET_PLAN } from "../plan.ts";
import { accountOf, connect, type Network } from "../wallets.ts";
import { HISTORY_HOURS, historyBeginsAt, playHistory } from "./index.ts";

const SEED = 7;
/** 2026-11-20T05:00:00Z, so that epochs end in the middle of it */
const BEGINS_AT = 1_795_150_800;

let dir: string;
let chains: Chain[] = [];
let networks: Network[];

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "bc-history-"));
  await buildContracts();
  networks = [await play("first"), await play("second")];
}, 300_000);

afterAll(async () => {
  for (const chain of chains) await chain.stop();
  rmSync(dir, { recursive: true, force: true });
});

/** Plays the whole past on a chain of its own. */
async function play(name: string): Promise<Network> {
  const [port = 0] = await freePorts(1);
  const place = join(dir, name);
  const chain = await startChain({ dir: place, host: "127.0.0.1", port, blockSeconds: 0, beginsAt: BEGINS_AT });
  chains = [...chains, chain];
  const deployer = accountOf(MARKET_PLAN.deployer).address;
  const network = connect(chain.rpcUrl, await deployContracts(chain.rpcUrl, deployer, join(place, "deployment.json")));
  const fleet = await startFleet({ hosts: MARKET_PLAN.hosts, seed: SEED, port: 0 });
  await bootstrapMarket(network, MARKET_PLAN, fleet.gpus, silentLogger);
  await fleet.stop();
  const startedAt = Date.now();
  await playHistory(network, MARKET_PLAN, SEED, silentLogger);
  process.stdout.write(`history: ${((Date.now() - startedAt) / 1_000).toFixed(1)} s\n`);
  return network;
}

const logsOf = ({ node }: Network) => node.getLogs({ fromBlock: 0n, toBlock: "latest" });

/** Every log of a chain, to the letter, and when it was told. */
async function hashOfLogs(network: Network): Promise<string> {
  const lines = (await logsOf(network)).map(({ address, topics, data, blockNumber, blockTimestamp, logIndex }) =>
    [blockNumber, blockTimestamp, logIndex, address, ...topics, data].join(" "),
  );
  return keccak256(toBytes(lines.join("\n")));
}

describe("the network's past", () => {
  it("is the same on two chains, to the last log, for the same seed and beginning", async () => {
    const [first, second] = await Promise.all(networks.map(hashOfLogs));
    expect(first).toBe(second);
  });

  it("has everything in it that can happen on the network", async () => {
    const [network] = networks;
    const { market, slots, gpus, pools, operators, credits, exchange, rewards, feed } = network!;
    const logs = await logsOf(network!);
    const abi = [market, slots, gpus, pools, operators, credits, exchange, rewards, feed].flatMap(
      (contract) => contract.abi as readonly object[],
    );
    const names = new Set(parseEventLogs({ abi: abi as never, logs }).map(({ eventName }) => eventName));
    expect([...names].sort()).toEqual(expect.arrayContaining(EVENTS));
  });

  it("has rentals of every tier, ended for every reason", async () => {
    const { market } = networks[0]!;
    const started = await market.getEvents.RentalStarted({}, { fromBlock: 0n });
    const ended = await market.getEvents.RentalEnded({}, { fromBlock: 0n });
    expect([...new Set(started.map(({ args }) => args.tier))].sort()).toEqual([0, 1, 2]);
    expect([...new Set(ended.map(({ args }) => args.reason))].sort()).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it("ends at its last hour, with three epochs closed", async () => {
    const { node, rewards } = networks[0]!;
    const { timestamp } = await node.getBlock();
    expect(Number(timestamp)).toBeLessThan(BEGINS_AT + HISTORY_HOURS * 3_600);
    expect(Number(timestamp)).toBeGreaterThan(BEGINS_AT + (HISTORY_HOURS - 4) * 3_600);
    expect(await rewards.read.closedCount()).toBe(3n); // of the 20th, 21st and 22nd; the 23rd ran until 13:00
  });
});

describe("historyBeginsAt", () => {
  it("is the whole hour so long before the present hour", () => {
    expect(historyBeginsAt(1_795_438_800 + 1_234)).toBe(1_795_438_800 - 80 * 3_600);
  });
});

const EVENTS = [
  "CreditsBurned",
  "CreditsEscrowed",
  "CreditsMinted",
  "CreditsReturned",
  "EpochClosed",
  "GpuExitAnnounced",
  "GpuExitCancelled",
  "GpuInvited",
  "GpuJoinedPool",
  "GpuLeftPool",
  "GpuMinted",
  "GpuStatusSet",
  "Listed",
  "MemberAdded",
  "MemberKicked",
  "OperatorRegistered",
  "PayoutSet",
  "PoolCreated",
  "PriceReported",
  "PricerSet",
  "RatesSet",
  "RentalEnded",
  "RentalStarted",
  "RentalToppedUp",
  "RoyaltyWithdrawn",
  "SharesScheduled",
  "SlotCheckedIn",
  "SlotMoved",
  "SlotRefunded",
  "SlotReserved",
  "SlotSettled",
  "SlotSplit",
  "SlotsMerged",
  "Sold",
  "SpotPreemptionNotice",
  "TermDiscountsSet",
  "Transfer",
  "Unlisted",
  "UpdateUser",
  "UsageSettled",
];
