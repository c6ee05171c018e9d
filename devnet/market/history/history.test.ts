import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildContracts } from "../../deployment.ts";
import { MARKET_PLAN } from "../plan.ts";
import { historyBeginsAt } from "./index.ts";
import { eventNamesOf, hashOfLogs, playIn, type Played } from "./testing.ts";

const SEED = 7;
/** 2026-11-20T05:00:00Z, so that epochs end in the middle of it */
const BEGINS_AT = 1_795_150_800;

let dir: string;
let played: Played[] = [];

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "bc-history-"));
  await buildContracts();
  for (const name of ["first", "second"]) {
    const one = await playIn(join(dir, name), MARKET_PLAN, SEED, BEGINS_AT);
    played = [...played, one];
    process.stdout.write(`history: ${one.seconds.toFixed(1)} s\n`);
  }
}, 300_000);

afterAll(async () => {
  for (const { chain } of played) await chain.stop();
  rmSync(dir, { recursive: true, force: true });
});

describe("the network's past", () => {
  it("is the same on two chains, to the last log, for the same seed and beginning", async () => {
    const [first, second] = await Promise.all(played.map(({ network }) => hashOfLogs(network)));
    expect(first).toBe(second);
    expect(played[0]!.days).toEqual(played[1]!.days);
  });

  it("has everything in it that can happen on the network", async () => {
    expect([...(await eventNamesOf(played[0]!.network))].sort()).toEqual(expect.arrayContaining(EVENTS));
  });

  it("has rentals of every tier, ended for every reason", async () => {
    const { market } = played[0]!.network;
    const started = await market.getEvents.RentalStarted({}, { fromBlock: 0n });
    const ended = await market.getEvents.RentalEnded({}, { fromBlock: 0n });
    expect([...new Set(started.map(({ args }) => args.tier))].sort()).toEqual([0, 1, 2]);
    expect([...new Set(ended.map(({ args }) => args.reason))].sort()).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it("ends at its last hour, with three epochs closed", async () => {
    const { node, rewards } = played[0]!.network;
    const { timestamp } = await node.getBlock();
    expect(Number(timestamp)).toBeLessThan(BEGINS_AT + MARKET_PLAN.historyHours * 3_600);
    expect(Number(timestamp)).toBeGreaterThan(BEGINS_AT + (MARKET_PLAN.historyHours - 4) * 3_600);
    expect(await rewards.read.closedCount()).toBe(3n); // of the 20th, 21st and 22nd; the 23rd ran until 13:00
  });
});

describe("historyBeginsAt", () => {
  it("is the whole hour so long before the present hour", () => {
    expect(historyBeginsAt(1_795_438_800 + 1_234, MARKET_PLAN)).toBe(1_795_438_800 - 80 * 3_600);
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
