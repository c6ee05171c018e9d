import type { Logger } from "#kernel/log.ts";
import { createFleetModel } from "../../fleet/index.ts";
import type { FleetGpu } from "../../fleet/types.ts";
import { BlockMaker } from "../blocks.ts";
import type { MarketPlan } from "../plan.ts";
import { createRandom, type Random } from "../random.ts";
import type { Network } from "../wallets.ts";
import { Book } from "./book.ts";
import { addressAt, castOf, nextCast, type Cast } from "./cast.ts";
import { Days } from "./days.ts";
import { moveGpu, partWithMember, sellGpus } from "./gpus.ts";
import { keepBooks } from "./keeper.ts";
import { Grid } from "./month/grid.ts";
import { monthActs } from "./month/index.ts";
import { delegatePrices, runBusiness } from "./operators.ts";
import { takePayments } from "./payments.ts";
import { movePrices } from "./prices.ts";
import { loseHours, moveSlotAway, preemptSpot, reserveAhead, tradeSlots } from "./slots.ts";
import { Stage, type Act } from "./stage.ts";
import { rentNowAndThen } from "./tenants.ts";
import type { OnDay, Trouble } from "./use.ts";

export type { OnDay, PlayedDay, Trouble, Use } from "./use.ts";

/** Hours that the acts with GPUs of their own take. */
const ROUND_HOURS = 80;
/** Hours between two settlements and two prices. */
const OFTEN = { settled: 6, priced: 6 };
const OFTEN_IN_A_MONTH = { settled: 12, priced: 3 };

/** What else a past can be given. */
export interface HistoryOptions {
  /** the fleet's; those of the plan and the seed when left out */
  gpus?: readonly FleetGpu[];
  /** is given its days, for the telemetry */
  onDay?: OnDay;
}

/** When a chain with a plan's history should begin that ends at the last whole hour, seconds since 1970. */
export function historyBeginsAt(now: number, { historyHours }: Pick<MarketPlan, "historyHours">): number {
  return (Math.floor(now / 3_600) - historyHours) * 3_600;
}

/** The ends of a plan's history on a chain that waits in it, seconds since 1970. */
export async function historyEnds(
  { node }: Network,
  { historyHours }: Pick<MarketPlan, "historyHours">,
): Promise<{ beginsAt: number; endsAt: number }> {
  const first = await node.getBlock({ blockNumber: 0n });
  const beginsAt = Math.floor(Number(first.timestamp) / 3_600) * 3_600;
  return { beginsAt, endsAt: beginsAt + historyHours * 3_600 };
}

/**
 * Plays the network's past: all tiers, slots in all their fates, sales, a kicked member, a GPU that moves, payments,
 * closed epochs; in a month all that also in the rhythm of days and weeks. On a chain that began at `historyBeginsAt`,
 * waits there, and has nothing but the bootstrap on it. The same seed, plan and beginning give the same logs.
 */
export async function playHistory(
  network: Network,
  plan: MarketPlan,
  seed: number,
  logger: Logger,
  options: HistoryOptions = {},
): Promise<void> {
  const { node } = network;
  const [{ beginsAt, endsAt }, last] = await Promise.all([
    historyEnds(network, plan),
    node.getBlock({ blockTag: "latest" }),
  ]);
  const firstHour = beginsAt / 3_600;
  const { gpus = createFleetModel({ hosts: plan.hosts, seed }).gpus, onDay = () => undefined } = options;
  const book = new Book(network);
  book.follow(await everythingTold(network));
  const selfDealing = new Set(plan.month?.selfDealer.wallets.map((wallet) => addressAt(wallet).toLowerCase()));
  const days = new Days({ book, gpus, from: beginsAt, to: endsAt, seed, selfDealing, onDay });
  await BlockMaker.whileMining(network.rpcUrl, async (maker) => {
    const onTime = (at: number): void => days.passTo(at);
    const seeds = createRandom(seed);
    const grid = plan.month && new Grid((firstHour + 1) * 3_600, endsAt, createRandom(seeds.between(1, 2 ** 31)));
    const stage = new Stage({ network, maker, book, firstHour, endsAt, latest: Number(last.timestamp), onTime, grid });
    const cast = castOf(plan, firstHour);
    const acts = actsOf(stage, cast, seeds);
    if (grid && plan.month) {
      const random = createRandom(seeds.between(1, 2 ** 31));
      const onTrouble = (trouble: Trouble): void => days.addTrouble(trouble);
      acts.push(...monthActs({ stage, cast, plan: plan.month, random, grid, gpus, onTrouble }));
    }
    await stage.play(acts);
  });
  days.passTo(endsAt);
  const end = await node.getBlock({ blockTag: "latest" });
  logger.info({ blocks: Number(end.number), rentals: book.rentals.size }, "the past was played");
}

/** The acts that a small network has as well; those with GPUs of their own are played again and again in a month. */
function actsOf(stage: Stage, cast: Cast, seeds: Random): Act[] {
  const { plan } = cast;
  const often = plan.month ? OFTEN_IN_A_MONTH : OFTEN;
  const seedOne = (): Random => createRandom(seeds.between(1, 2 ** 31));
  return [
    movePrices(stage, cast, seedOne(), often.priced),
    keepBooks(stage, cast, often.settled),
    takePayments(stage, cast, seedOne()),
    partWithMember(stage, cast),
    moveGpu(stage, cast),
    ...Array.from({ length: plan.rounds }, (_, round) => {
      const last = Math.max(1, plan.rounds - 1);
      const offset = Math.floor(((plan.historyHours - ROUND_HOURS) * round) / last);
      return roundOf(stage, nextCast(cast, round, stage.firstHour + offset));
    }).flat(),
    ...(plan.month ? [] : rentNowAndThen(stage, cast, seeds)),
  ];
}

function roundOf(stage: Stage, cast: Cast): Act[] {
  return [
    runBusiness(stage, cast),
    delegatePrices(stage, cast),
    preemptSpot(stage, cast),
    tradeSlots(stage, cast),
    loseHours(stage, cast),
    moveSlotAway(stage, cast),
    reserveAhead(stage, cast),
    sellGpus(stage, cast),
  ];
}

/** All that the contracts have told up to now. */
async function everythingTold({ node }: Network): Promise<Parameters<Book["follow"]>[0]> {
  const logs = await node.getLogs({ fromBlock: 0n, toBlock: "latest" });
  return logs.map(({ address, topics, data }) => ({ address, topics: [...topics], data }));
}
