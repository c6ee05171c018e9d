import { keccak256, toBytes } from "viem";
import { SECOND_MS } from "#kernel/time.ts";
import { BCT_DECIMALS, DC_DECIMALS, formatUnits } from "#kernel/units.ts";
import { parseInputs } from "../src/domain/rewards/parse.ts";
import { settle } from "../src/domain/rewards/settle.ts";
import type { Claim } from "../src/domain/rewards/types.ts";
import { runExample } from "./example.ts";
import { explorerExamples } from "./golden/examples.ts";
import { goldenStories } from "./golden/stories.ts";
import { EVERY_SECONDS, isUsedAt, reading, scrapeMarket, type Use } from "./market-telemetry.ts";
import { openMarket, type MarketFixture } from "./market.ts";

const STATUSES = ["ACTIVE", "OFFLINE", "RETIRED"];
const HOUR = 3_600;
/** Seconds that a spot rental is left by a reservation. */
const SPOT_NOTICE = 120;

let market: MarketFixture;
/** Of every rental, by the contracts. Seconds since 1970. */
let uses: Use[];
/** Seconds since 1970 of the head's block. */
let now: number;
/** The last scrape, milliseconds since 1970. */
let lastScrape: number;
/** GPU ids by UUID, by the contracts. */
let gpuIds: Map<string, bigint>;

beforeAll(async () => {
  market = await openMarket();
  now = Number((await market.network.node.getBlock({ blockNumber: market.head })).timestamp);
  ({ uses, gpuIds, lastScrape } = await scrapeMarket(market));
}, 240_000);

afterAll(() => market.close());

interface Page<Node> {
  nodes: Node[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}

/** Every node of a list, by pages of `first`. */
async function walk<Node>(list: string, first: number, fields: string): Promise<Node[]> {
  const nodes: Node[] = [];
  for (let after: string | null = null; ;) {
    const { data, errors } = await market.ask(
      `query ($after: String) { list: ${list}(first: ${first}, after: $after) { nodes { ${fields} } pageInfo { hasNextPage endCursor } } }`,
      { after },
    );
    expect(errors).toBeUndefined();
    const page = data?.["list"] as Page<Node>;
    nodes.push(...page.nodes);
    after = page.pageInfo.endCursor;
    if (!page.pageInfo.hasNextPage) return nodes;
  }
}

interface Holding {
  to?: string | undefined;
  tokenId?: bigint | undefined;
  /** when it began, seconds since 1970 */
  at: number;
}

async function blockTimes(numbers: readonly bigint[]): Promise<Map<bigint, number>> {
  const blocks = [...new Set(numbers)].map(async (blockNumber) => {
    const { timestamp } = await market.network.node.getBlock({ blockNumber });
    return [blockNumber, Number(timestamp)] as const;
  });
  return new Map(await Promise.all(blocks));
}

/** Who held a GPU in a span, for how many seconds, by account: from the token's transfers alone. */
function ownersOf(holdings: readonly Holding[], gpuId: bigint, { start, end }: { start: number; end: number }) {
  const seconds = new Map<string, number>();
  const own = holdings.filter(({ tokenId }) => tokenId === gpuId);
  for (const [place, { to = "", at }] of own.entries()) {
    const held = Math.min(own[place + 1]?.at ?? Infinity, end) - Math.max(at, start);
    if (held > 0) seconds.set(to.toLowerCase(), (seconds.get(to.toLowerCase()) ?? 0) + held);
  }
  return [...seconds].sort(([a], [b]) => (a < b ? -1 : 1)).map(([account, held]) => ({ account, seconds: held }));
}

const dc = (baseUnits: bigint): string => {
  const text = String(baseUnits).padStart(7, "0");
  return `${text.slice(0, -6)}.${text.slice(-6)}`.replace(/\.?0+$/, "");
};
const unitsOf = (text: string): bigint => {
  const [whole = "", part = ""] = text.split(".");
  return BigInt(whole + part.padEnd(6, "0"));
};

describe("over a market with a past", () => {
  it("each GPU is as the contracts have it: holder, pool, status, rental, and DC burned by hour", async () => {
    const fields = `id status burnedDc owner { address } pool { id } rental { id customer { address } } burnedByHour(hours: 744) { burnedDc }`;
    const nodes = await walk<Record<string, unknown> & { id: string; burnedByHour: { burnedDc: string }[] }>(
      "gpus",
      10,
      fields,
    );
    expect(nodes).toHaveLength(market.gpus.length);
    const { gpus, market: rentals, rewards } = market.network;
    const at = { blockNumber: market.head };
    for (const { burnedByHour, ...node } of nodes) {
      const id = [BigInt(node.id)] as const;
      const [owner, [status, pool], { lifetimeDc }, rental, user] = await Promise.all([
        gpus.read.ownerOf(id, at),
        gpus.read.stateOf(id, at),
        rewards.read.tallyOfGpu(id, at),
        rentals.read.runningRental(id, at),
        rentals.read.userOf(id, at),
      ]);
      expect(node).toEqual({
        id: node.id,
        status: STATUSES[status],
        burnedDc: dc(lifetimeDc),
        owner: { address: owner.toLowerCase() },
        pool: pool === 0n ? null : { id: String(pool) },
        rental: rental === 0n ? null : { id: String(rental), customer: { address: user.toLowerCase() } },
      });
      expect(burnedByHour.reduce((sum, hour) => sum + unitsOf(hour.burnedDc), 0n)).toBe(lifetimeDc);
    }
  });

  it("each rental is on the list once, with what was used up to the block, burned or due", async () => {
    const nodes = await walk<{ id: string; isRunning: boolean; accruedDc: string; gpu: { rental: unknown } }>(
      "rentals",
      50,
      "id isRunning accruedDc gpu { rental { id } }",
    );
    expect(nodes.map(({ id }) => id)).toEqual(uses.map((_, place) => String(place + 1)));
    const at = { blockNumber: market.head };
    for (const { id, isRunning, accruedDc, gpu } of nodes) {
      const [rental, due] = await Promise.all([
        market.network.market.read.rentalOf([BigInt(id)], at),
        market.network.market.read.due([BigInt(id)], at),
      ]);
      const running = await market.network.market.read.runningRental([rental.gpuId], at);
      expect({ id, isRunning, accruedDc }).toEqual({
        id,
        isRunning: running === BigInt(id),
        accruedDc: dc(rental.burnedDc + due),
      });
      expect(gpu.rental).toEqual(running === 0n ? null : { id: String(running) });
    }
  });

  it("each GPU's telemetry is its own: busy in the minutes in which the contracts have it rented", async () => {
    const minutes = 12 * 60;
    const fields = `id telemetry(minutes: ${minutes}) { at state utilization powerWatts }`;
    interface Node {
      id: string;
      telemetry: { at: string[]; state: string[]; utilization: number[]; powerWatts: number[] };
    }
    const nodes = await walk<Node>("gpus", 10, fields);
    let busy = 0;
    for (const { id, telemetry } of nodes) {
      expect(telemetry.at).toHaveLength(minutes);
      expect(new Set(telemetry.state)).toEqual(new Set(["UP"]));
      for (const [place, at] of telemetry.at.entries()) {
        const time = Date.parse(at);
        const isScraped = time % (EVERY_SECONDS * SECOND_MS) === 0;
        const told = reading(isUsedAt(uses, BigInt(id), time / SECOND_MS));
        const { utilization, powerWatts } = {
          utilization: telemetry.utilization[place],
          powerWatts: telemetry.powerWatts[place],
        };
        expect({ id, at, utilization, powerWatts }).toEqual(
          isScraped ? { id, at, ...told } : { id, at, utilization: null, powerWatts: null },
        );
        if (isScraped && told.utilization === 0.75) busy++;
      }
    }
    // both kinds, many of each: else nothing was compared
    expect(busy).toBeGreaterThan(200);
    expect((minutes / 5) * nodes.length - busy).toBeGreaterThan(200);
  });

  it("each closed epoch can be settled, from what the contracts and their events say of it", async () => {
    const { gpus, pools, rewards } = market.network;
    const at = { blockNumber: market.head };
    const [closedCount, genesis, length, moves] = await Promise.all([
      rewards.read.closedCount(at),
      rewards.read.genesisTime(at),
      rewards.read.epochLength(at),
      gpus.getEvents.Transfer({}, { fromBlock: 0n, toBlock: market.head }),
    ]);
    const times = await blockTimes(moves.map(({ blockNumber }) => blockNumber));
    const holdings = moves.map(({ args, blockNumber }) => ({ ...args, at: times.get(blockNumber) ?? 0 }));
    let [previous, lineCount, soldCount]: [readonly Claim[], number, number] = [[], 0, 0];
    for (let epoch = 0; epoch < closedCount; epoch++) {
      const start = Number(genesis) + epoch * Number(length);
      const span = { epoch, start, end: start + Number(length) };
      const inputs = parseInputs(await market.gather({ ...span, finalThrough: BigInt(now), previous }));
      const [budget, burned] = await Promise.all([
        rewards.read.budgetOf([BigInt(epoch)], at),
        rewards.read.burnedIn([BigInt(epoch)], at),
      ]);
      for (const { poolId, shares } of inputs.pools) {
        expect(shares).toEqual(await pools.read.sharesAt([poolId, BigInt(epoch)], at));
      }
      for (const { gpuId, owners } of inputs.gpus) {
        expect(owners).toEqual(ownersOf(holdings, gpuId, span));
        if (owners.length > 1) soldCount++;
      }
      const { claims, total, unallocated, burnedDc, lines } = settle(inputs);
      expect([burnedDc, total + unallocated]).toEqual([burned, budget]);
      expect(claims.reduce((sum, { cumulative }) => sum + cumulative, 0n)).toBe(
        previous.reduce((sum, { cumulative }) => sum + cumulative, total),
      );
      [previous, lineCount] = [claims, lineCount + lines.length];
    }
    // several epochs, with sales amid them: else little was compared
    expect(closedCount).toBeGreaterThanOrEqual(3n);
    expect(lineCount).toBeGreaterThan(100);
    expect(soldCount).toBeGreaterThan(0);
  });

  it("epochs are listed as the contract has them, and the running one is estimated by what it burned", async () => {
    const { rewards } = market.network;
    const at = { blockNumber: market.head };
    const [closedCount, genesis, length] = await Promise.all([
      rewards.read.closedCount(at),
      rewards.read.genesisTime(at),
      rewards.read.epochLength(at),
    ]);
    const epochs = await walk<{ id: string; state: string; budgetBct: string | null }>(
      "epochs",
      3,
      "id state budgetBct",
    );
    const running = Math.floor((now - Number(genesis)) / Number(length));
    expect(epochs.map(({ id }) => Number(id))).toEqual(Array.from({ length: running + 1 }, (_, i) => running - i));
    for (const { id, state, budgetBct } of epochs) {
      const isClosed = BigInt(id) < closedCount;
      expect(state).toBe(isClosed ? "CLOSED" : Number(id) === running ? "RUNNING" : "ENDED");
      const budget = isClosed ? formatUnits(await rewards.read.budgetOf([BigInt(id)], at), BCT_DECIMALS) : null;
      expect(budgetBct).toBe(budget);
    }
    const { data } = await market.ask("{ rewardEstimate { epoch burnedDc totalBct budgetBct } }");
    expect(data?.["rewardEstimate"]).toMatchObject({
      epoch: running,
      burnedDc: formatUnits(await rewards.read.burnedIn([BigInt(running)], at), DC_DECIMALS),
    });
  });

  it("quotes are what the contracts would take for GPUs that they would let, and no others", async () => {
    const { pools, gpus, market: rentals } = market.network;
    const at = { blockNumber: market.head };
    const start = Math.ceil(now / HOUR);
    const [hours, model] = [30n, "NVIDIA H100 80GB HBM3"];
    const free: { gpuId: string; poolId: string; totalDc: string }[] = [];
    for (const id of gpuIds.values()) {
      const [status, pool, , exitAt] = await gpus.read.stateOf([id], at);
      const isModel = pool !== 0n && (await pools.read.modelOf([pool], at)) === keccak256(toBytes(model));
      if (!isModel || STATUSES[status] !== "ACTIVE") continue;
      const endHour = BigInt(start) + hours;
      if (exitAt !== 0n && endHour * BigInt(HOUR) > exitAt) continue;
      if ((await rentals.read.nextBooking([id, BigInt(start)], at)) < endHour) continue;
      const running = await rentals.read.runningRental([id], at);
      if (running !== 0n && start * HOUR < now + SPOT_NOTICE) continue;
      free.push({
        gpuId: String(id),
        poolId: String(pool),
        totalDc: dc((await pools.read.reservedRate([pool, hours], at)) * hours),
      });
    }
    const { data, errors } = await market.ask(
      `{ quote(input: { model: "${model}", tier: RESERVED, hours: 30 }) { startAt offers { gpuId poolId totalDc } } }`,
    );
    expect(errors).toBeUndefined();
    const { startAt, offers } = data?.["quote"] as { startAt: string; offers: typeof free };
    expect(Date.parse(startAt)).toBe(start * HOUR * SECOND_MS);
    expect(free.length).toBeGreaterThan(2);
    const byId = (list: typeof free): typeof free => [...list].sort((a, b) => Number(a.gpuId) - Number(b.gpuId));
    expect(byId(offers)).toEqual(byId(free));
    expect(offers.map(({ totalDc }) => unitsOf(totalDc))).toEqual(
      offers.map(({ totalDc }) => unitsOf(totalDc)).sort((a, b) => Number(a - b)),
    );
  });

  it("all of an answer stands on the head's block and the last scrape", async () => {
    const { data } = await market.ask("{ asOf { block { number timestamp } sampledThrough } }");
    expect(data).toEqual({
      asOf: {
        block: { number: String(market.head), timestamp: new Date(now * SECOND_MS).toISOString() },
        sampledThrough: new Date(lastScrape).toISOString(),
      },
    });
  });

  it("what was burned is the same for GPUs, pools, operators and the network", async () => {
    const sums = await Promise.all(
      ["gpus", "pools", "operators"].map(async (list) =>
        (await walk<{ burnedDc: string }>(list, 200, "burnedDc")).reduce(
          (sum, node) => sum + unitsOf(node.burnedDc),
          0n,
        ),
      ),
    );
    const { data } = await market.ask("{ network { burnedDc } }");
    const all = unitsOf((data?.["network"] as { burnedDc: string }).burnedDc);
    expect(all).toBeGreaterThan(0n);
    expect(sums).toEqual([all, all, all]);
  });
});

goldenStories(() => market);
explorerExamples(() => market);

it("is told by the typed client's example, built as it is published", async () => {
  const ids = [...gpuIds.values()].sort((a, b) => Number(a - b));
  const owners = await Promise.all(ids.map((id) => market.network.gpus.read.ownerOf([id])));
  const [owner = ""] = owners;
  const lines = await runExample(market.url, owner);
  const told = lines.flatMap((line) => /^GPU (\d+) is/.exec(line)?.[1] ?? []);
  expect(told).toEqual(ids.filter((_, place) => owners[place] === owner).map(String));
  expect(lines[0]).toMatch(new RegExp(`^\\d+ of ${market.gpus.length} GPUs are active; [\\d.]+ DC were burned$`));
  expect(lines.at(-1)).toBe(`rentals are told from block ${market.head} on`);
});
