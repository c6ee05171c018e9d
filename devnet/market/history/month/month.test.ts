import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseEventLogs } from "viem";
import { buildContracts } from "../../../deployment.ts";
import { createFleetModel } from "../../../fleet/index.ts";
import { planOf } from "../../plans.ts";
import { addressAt, operatorAt } from "../cast.ts";
import { historyBeginsAt, type Use } from "../index.ts";
import { eventNamesOf, logsOf, playIn, type Played } from "../testing.ts";

const PLAN = planOf("month");
const MONTH = PLAN.month!;
const SEED = 1;
const HOUR = 3_600;
const DAY = 24 * HOUR;
/** 2026-11-23T13:00:00Z */
const BEGINS_AT = historyBeginsAt(1_795_438_800, PLAN);
const TIERS = { SPOT: 0, ON_DEMAND: 1, RESERVED: 2 };
const REASONS = { CUSTOMER: 0, FUNDS: 1, GPU_OFFLINE: 2, PREEMPTED: 3, TERM: 4, SLOT: 5 };
const WALLETS = new Set(MONTH.selfDealer.wallets.map((wallet) => addressAt(wallet)));

interface Rental {
  poolId: number;
  gpuId: bigint;
  customer: `0x${string}`;
  tier: number;
  startAt: number;
  endAt: number | undefined;
  reason: number | undefined;
}

let dir: string;
let played: Played;
let rentals: Rental[];

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "bc-month-"));
  await buildContracts();
  played = await playIn(dir, PLAN, SEED, BEGINS_AT);
  process.stdout.write(`month: ${played.seconds.toFixed(1)} s\n`);
  rentals = await rentalsOf(played);
}, 300_000);

afterAll(async () => {
  await played?.chain.stop();
  rmSync(dir, { recursive: true, force: true });
});

/** Rentals by the chain's own words. */
async function rentalsOf({ network }: Played): Promise<Rental[]> {
  const logs = parseEventLogs({ abi: network.market.abi, logs: await logsOf(network) });
  const byId = new Map<bigint, Rental>();
  for (const { eventName, args } of logs) {
    if (eventName === "RentalStarted") {
      const { rentalId, gpuId, customer, tier, poolId, startAt } = args;
      const start = { poolId: Number(poolId), gpuId, customer, tier, startAt: Number(startAt) };
      byId.set(rentalId, { ...start, endAt: undefined, reason: undefined });
    } else if (eventName === "RentalEnded") {
      Object.assign(byId.get(args.rentalId)!, { endAt: Number(args.endAt), reason: args.reason });
    }
  }
  return [...byId.values()];
}

const count = (isOne: (rental: Rental) => boolean): number => rentals.filter(isOne).length;
const hourOf = (at: number): number => Math.floor((at % DAY) / HOUR);
const isWeekend = (at: number): boolean => [0, 6].includes(new Date(at * 1_000).getUTCDay());
const outsiders = (rental: Rental): boolean => !WALLETS.has(rental.customer);
const inPool = (pool: number) => (rental: Rental) => rental.poolId === pool + 1;
const within = (from: number, to: number) => (rental: Rental) =>
  rental.startAt >= BEGINS_AT + from * HOUR && rental.startAt < BEGINS_AT + to * HOUR;

describe("a month of a market", () => {
  it("is as large as it was meant to be", async () => {
    const { network } = played;
    const customers = new Set(rentals.map(({ customer }) => customer));
    expect(PLAN.operators.map(({ mode }) => mode)).toEqual(expect.arrayContaining([0, 1, 2]));
    expect(PLAN.pools.length).toBeGreaterThanOrEqual(6);
    expect((await network.gpus.getEvents.GpuMinted({}, { fromBlock: 0n })).length).toBe(208);
    expect(customers.size).toBeGreaterThanOrEqual(50);
    expect(rentals.length).toBeGreaterThanOrEqual(5_000);
    for (const tier of Object.values(TIERS)) expect(count((rental) => rental.tier === tier)).toBeGreaterThan(300);
    for (const reason of Object.values(REASONS)) expect(count((rental) => rental.reason === reason)).toBeGreaterThan(2);
  });

  it("has everything in it that can happen on the network", async () => {
    expect([...(await eventNamesOf(played.network))]).toEqual(
      expect.arrayContaining(["SlotMoved", "SlotRefunded", "SlotsMerged", "Sold", "MemberKicked", "GpuJoinedPool"]),
    );
  });

  it("closes the epoch of each day, and ends in its last hours", async () => {
    const { node, rewards } = played.network;
    expect(await rewards.read.closedCount()).toBe(30n); // from the day of its beginning, at 13:00, to the day before its end
    const { timestamp } = await node.getBlock();
    expect(Number(timestamp)).toBeGreaterThan(BEGINS_AT + 717 * HOUR);
    expect(Number(timestamp)).toBeLessThan(BEGINS_AT + 720 * HOUR);
  });

  it("has the rhythm of day and night, of the week, and grows", () => {
    const byDay = count((rental) => outsiders(rental) && hourOf(rental.startAt) >= 11 && hourOf(rental.startAt) < 19);
    const byNight = count(
      (rental) => outsiders(rental) && (hourOf(rental.startAt) >= 23 || hourOf(rental.startAt) < 7),
    );
    expect(byDay).toBeGreaterThan(1.6 * byNight);
    const weekend = count((rental) => outsiders(rental) && isWeekend(rental.startAt)); // 4 weekends and part of a fifth
    const days = Array.from({ length: 30 }, (_, day) => BEGINS_AT + day * DAY);
    const weekendDays = days.filter(isWeekend).length;
    const perWorkingDay = count((rental) => outsiders(rental) && !isWeekend(rental.startAt)) / (30 - weekendDays);
    expect(perWorkingDay).toBeGreaterThan((1.3 * weekend) / weekendDays);
    expect(count(within(21 * 24, 28 * 24))).toBeGreaterThan(1.15 * count(within(0, 7 * 24))); // whole weeks
  });

  it("goes through a crash: BCT halves, less is rented, rates are cut, and DC are bought in flight", async () => {
    const { feed, pools, credits } = played.network;
    const { crashHour } = MONTH;
    const answers = await feed.getEvents.AnswerUpdated({}, { fromBlock: 0n });
    const priceAt = (hour: number): number =>
      Number(answers.filter(({ args }) => Number(args.updatedAt) <= BEGINS_AT + hour * HOUR).at(-1)!.args.current);
    expect(priceAt(crashHour + 12)).toBeLessThan(0.6 * priceAt(crashHour - 1));
    const before = count((rental) => outsiders(rental) && within(crashHour - 72, crashHour)(rental));
    const weekBefore = count((rental) => outsiders(rental) && within(crashHour - 168, crashHour - 96)(rental));
    const after = count((rental) => outsiders(rental) && within(crashHour, crashHour + 72)(rental));
    expect(after).toBeLessThan(0.85 * Math.max(before, weekBefore));
    const cuts = await pools.getEvents.RatesSet({ poolId: 1n }, { fromBlock: 0n });
    expect(cuts.map(({ args }) => args.onDemand)).toEqual([2_490_000n, 2_116_500n, 2_490_000n]); // 85 % of it
    const blocks = new Map<bigint, number>();
    const minted = await credits.getEvents.CreditsMinted({}, { fromBlock: 0n });
    for (const { blockNumber } of minted)
      if (!blocks.has(blockNumber))
        blocks.set(blockNumber, Number((await played.network.node.getBlock({ blockNumber })).timestamp));
    const mintsOfDay = (hour: number): number =>
      minted.filter(({ blockNumber }) => {
        const since = blocks.get(blockNumber)! - (BEGINS_AT + hour * HOUR);
        return since >= 0 && since < 10 * HOUR;
      }).length;
    expect(mintsOfDay(crashHour)).toBeGreaterThan(2 * mintsOfDay(crashHour - 48));
  });

  it("loses a region for hours: its rentals are cut off, and its exporters answer nothing", () => {
    const { fromHour, hours, region } = MONTH.outage;
    const pools = [...PLAN.pools.entries()].filter(([, pool]) => pool.region === region).map(([place]) => place + 1);
    const [from, to] = [BEGINS_AT + fromHour * HOUR, BEGINS_AT + (fromHour + hours) * HOUR];
    const cutOff = rentals.filter(
      ({ poolId, endAt, reason }) =>
        pools.includes(poolId) && reason === REASONS.GPU_OFFLINE && endAt! >= from && endAt! < from + 2 * HOUR,
    );
    expect(cutOff.length).toBeGreaterThan(10);
    const inside = (rental: Rental): boolean => rental.startAt > from + 2 * HOUR && rental.startAt < to - 2 * HOUR;
    expect(count((rental) => pools.includes(rental.poolId) && inside(rental))).toBe(0);
    const hosts = PLAN.pools.filter((pool) => pool.region === region).flatMap((pool) => pool.hosts);
    const dark = troubles().filter(
      ({ fault, from: at }) => fault.kind === "HOST_DOWN" && Math.abs(at - from) < 2 * HOUR,
    );
    expect(dark.map(({ fault }) => "host" in fault && fault.host).sort()).toEqual([...hosts].sort());
  });

  it("has a self-dealer: a few wallets that it funds rent most of its GPUs all the time, and leave them idle", async () => {
    const { pool, wallets } = MONTH.selfDealer;
    const own = rentals.filter((rental) => inPool(pool)(rental) && !outsiders(rental));
    expect(own.length).toBeGreaterThan(0.8 * count(inPool(pool)));
    expect(count((rental) => !outsiders(rental) && !inPool(pool)(rental))).toBe(0);
    const byNight = own.filter(({ startAt }) => hourOf(startAt) >= 20 || hourOf(startAt) < 8).length;
    expect(byNight / own.length).toBeGreaterThan(0.35); // half of the day: no rhythm
    const paid = await played.network.token.getEvents.Transfer(
      { from: addressAt(operatorAt({ plan: PLAN } as never, pool)) },
      { fromBlock: 0n },
    );
    expect(new Set(paid.map(({ args }) => args.to))).toEqual(new Set(wallets.map((wallet) => addressAt(wallet))));
    const uses = usesOf(pool);
    expect(uses.filter(({ load }) => load < 0.05).length).toBeGreaterThan(0.8 * uses.length);
  });

  it("has an unreliable operator: dark while rented, left by customers, its members kicked", async () => {
    const { pool, operator } = MONTH.unreliable;
    const { hosts } = PLAN.pools[pool]!;
    const dark = troubles().filter(({ fault }) => fault.kind === "HOST_DOWN" && hosts.includes(fault.host));
    expect(dark.length).toBeGreaterThan(20);
    const darkInUse = usesOf(pool).filter((use) =>
      dark.some(
        ({ fault, from, to }) => "host" in fault && hostOf(use) === fault.host && from < use.to && use.from < to,
      ),
    );
    expect(darkInUse.length).toBeGreaterThan(40);
    const kicked = await played.network.operators.getEvents.MemberKicked({}, { fromBlock: 0n });
    expect(kicked.filter(({ args }) => args.operatorId === BigInt(operator + 1))).toHaveLength(2);
    const part = (from: number, to: number): number =>
      count((rental) => inPool(pool)(rental) && within(from, to)(rental)) / count(within(from, to));
    expect(part(504, 672)).toBeLessThan(part(0, 168));
  });
});

describe("the days of a month", () => {
  it("follow each other, and each use is within its day and on one GPU at a time", () => {
    expect(played.days.map(({ from, to }) => [from, to])).toEqual(
      Array.from({ length: 30 }, (_, day) => [BEGINS_AT + day * DAY, BEGINS_AT + (day + 1) * DAY]),
    );
    for (const { from, to, uses } of played.days) {
      const ends = new Map<string, number>();
      for (const use of [...uses].sort((one, other) => one.from - other.from)) {
        expect(use.from >= from && use.from < use.to && use.to <= to).toBe(true);
        expect(use.from).toBeGreaterThanOrEqual(ends.get(use.uuid) ?? 0);
        ends.set(use.uuid, use.to);
      }
    }
  });

  it("hold all the time that the chain says was used", () => {
    const used = played.days.flatMap(({ uses }) => uses).reduce((sum, { from, to }) => sum + to - from, 0);
    const ended = rentals.reduce((sum, { startAt, endAt }) => sum + (endAt === undefined ? 0 : endAt - startAt), 0);
    const open = rentals.filter(({ endAt }) => endAt === undefined);
    const openAtMost = open.reduce((sum, { startAt }) => sum + BEGINS_AT + 30 * DAY - startAt, 0);
    expect(used).toBeGreaterThan(ended);
    expect(used).toBeLessThanOrEqual(ended + openAtMost);
  });
});

const troubles = () => played.days.flatMap((day) => day.troubles);

const HOSTS = new Map(createFleetModel({ hosts: PLAN.hosts, seed: SEED }).gpus.map(({ uuid, host }) => [uuid, host]));
const hostOf = ({ uuid }: Use): string | undefined => HOSTS.get(uuid);

function usesOf(pool: number): Use[] {
  const { hosts } = PLAN.pools[pool]!;
  return played.days.flatMap(({ uses }) => uses.filter((use) => hosts.includes(hostOf(use) ?? "")));
}
