import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { silentLogger } from "#kernel/log.ts";
import { startChain, type Chain } from "../../chain.ts";
import { buildContracts, deployContracts } from "../../deployment.ts";
import { startFleet } from "../../fleet/index.ts";
import type { Fleet } from "../../fleet/types.ts";
import { rpcCall } from "../../rpc.ts";
import { freePorts } from "../../testing.ts";
import { bootstrapMarket, reportPrice } from "../bootstrap.ts";
import { MARKET_PLAN, type MarketPlan } from "../plan.ts";
import { accountOf, connect, type Network } from "../wallets.ts";
import type { Floor } from "./floor.ts";
import { Keeper } from "./keeper.ts";
import { Sales } from "./sales.ts";
import { Seats } from "./seats.ts";
import { SlotBook } from "./slot-book.ts";
import { Slots } from "./slots.ts";

/** One single-source operator, two GPUs of two investors. */
const PLAN: MarketPlan = {
  ...MARKET_PLAN,
  operators: [{ ...MARKET_PLAN.operators[1]!, members: [] }],
  pools: [{ ...MARKET_PLAN.pools[1]!, operator: 0, hosts: ["sh-a100-01"] }],
  hosts: [{ ...MARKET_PLAN.hosts[2]!, gpuCount: 2 }],
};
const HOUR = 3_600;

let dir: string;
let chain: Chain;
let network: Network;
let fleet: Fleet;
let floor: Floor;
let seats: Seats;
let book: SlotBook;
/** what `between` gives next; the least when it is empty */
const numbers: number[] = [];

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "bc-live-"));
  const [port = 0] = await freePorts(1);
  chain = await startChain({ dir: join(dir, "chain"), host: "127.0.0.1", port, blockSeconds: 0 });
  await buildContracts();
  const deployer = accountOf(PLAN.deployer).address;
  network = connect(chain.rpcUrl, await deployContracts(chain.rpcUrl, deployer, join(dir, "deployment.json")));
  fleet = await startFleet({ hosts: PLAN.hosts, seed: 1, port: 0 });
  await bootstrapMarket(network, PLAN, fleet.gpus, silentLogger);
  const random = {
    next: () => 0.99,
    between: (from: number) => numbers.shift() ?? from,
    pick: <T>(list: readonly T[]): T => list[0]!,
  };
  floor = { network, plan: PLAN, random, logger: silentLogger };
  seats = new Seats(floor, fleet);
  book = new SlotBook(network);
  await seats.open();
}, 120_000);

afterAll(async () => {
  await fleet.stop();
  await chain.stop();
  rmSync(dir, { recursive: true, force: true });
});

/** Lets the chain come to `seconds` after the beginning of an hour since 1970. */
async function passTo(hour: number, seconds: number): Promise<void> {
  await rpcCall(chain.rpcUrl, "evm_setTime", [hour * HOUR + seconds]);
  await rpcCall(chain.rpcUrl, "evm_mine");
  await seats.follow();
  await book.follow();
}

const holderOf = async (slotId: bigint): Promise<string> => network.slots.read.ownerOf([slotId]);
const customer = (place: number): string => accountOf(PLAN.customers[place]!).address;

describe("the market as it goes on", () => {
  let start: number;

  it("reserves hours of a GPU, and doesn't try where they are taken", async () => {
    const slots = new Slots(floor, seats, book);
    numbers.push(6); // hours
    await slots.reserve();
    await book.follow();
    expect(book.all).toMatchObject([{ slotId: 1n, gpuId: 1n, settledHour: book.all[0]!.startHour }]);
    start = book.all[0]!.startHour;
    expect(book.all[0]!.endHour - start).toBe(6);
    await slots.reserve();
    await book.follow();
    expect(book.all).toHaveLength(1);
  });

  it("cuts a slot in two, and sells the second part", async () => {
    const sales = new Sales(floor, seats, book);
    numbers.push(start + 2);
    await new Slots(floor, seats, book).split();
    await book.follow();
    expect(book.all).toMatchObject([
      { slotId: 1n, startHour: start, endHour: start + 2 },
      { slotId: 2n, gpuId: 1n, startHour: start + 2, endHour: start + 6, settledHour: start + 2 },
    ]);
    await sales.tradeSlot(); // lists the first
    expect(await network.exchange.read.isLive([network.slots.address, 1n])).toBe(true);
    // 2 hours at $1.19, BCT at $2, 5 % off
    expect((await network.exchange.read.listingOf([network.slots.address, 1n])).price).toBe(1_130_500_000_000_000_000n);
    await sales.tradeSlot();
    expect(await holderOf(1n)).toBe(customer(1));
    expect(await holderOf(2n)).toBe(customer(0));
  });

  it("checks holders in when their hour comes, and the GPU works", async () => {
    await passTo(start, 60);
    await new Slots(floor, seats, book).checkIn();
    await seats.follow();
    expect(seats.running).toMatchObject([{ gpuId: 1n }]);
    expect(await network.market.read.userOf([1n])).toBe(customer(1));
    expect(seats.running[0]!.load).toBeGreaterThan(0.3);
  });

  it("settles the hours that have passed, and forgets a slot that is over", async () => {
    await passTo(start + 3, 60);
    await new Keeper(floor, seats, book).settle();
    await book.follow();
    expect(book.all).toMatchObject([{ slotId: 2n, settledHour: start + 3 }]);
    expect(await network.rewards.read.tallyOfGpu([1n])).toMatchObject({ lifetimeDc: 3n * 1_190_000n });
  });

  it("lists an investor's GPU, and another investor buys it", async () => {
    const sales = new Sales(floor, seats, book);
    await network.mined(
      network.token.write.transfer([accountOf(7).address, 10_000n * 10n ** 18n], {
        account: accountOf(PLAN.deployer),
        chain: network.chain,
      }),
    );
    await sales.tradeGpu();
    expect(await network.gpus.read.ownerOf([1n])).toBe(accountOf(6).address);
    await sales.tradeGpu();
    expect(await network.gpus.read.ownerOf([1n])).toBe(accountOf(7).address);
  });

  it("takes payments for customers, each under a reference of its own", async () => {
    const [, price] = await network.feed.read.latestRoundData();
    await reportPrice(network, PLAN, price);
    const before = await network.credits.read.balanceOf([accountOf(PLAN.customers[0]!).address]);
    await new Keeper(floor, seats, book).takePayment();
    const after = await network.credits.read.balanceOf([accountOf(PLAN.customers[0]!).address]);
    expect(after - before).toBe(25_000_000n);
  });

  it("closes each epoch that is over, and none that runs", async () => {
    const { genesisTime, epochLength } = network;
    await passTo((genesisTime + 3 * epochLength) / HOUR, 30);
    const keeper = new Keeper(floor, seats, book);
    await keeper.closeEpochs();
    expect(await network.rewards.read.closedCount()).toBe(3n);
    await keeper.closeEpochs();
    expect(await network.rewards.read.closedCount()).toBe(3n);
  });
});
