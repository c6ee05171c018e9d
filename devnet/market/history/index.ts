import type { Logger } from "#kernel/log.ts";
import type { MarketPlan } from "../plan.ts";
import { createRandom } from "../random.ts";
import type { Network } from "../wallets.ts";
import { castOf } from "./cast.ts";
import { keepBooks } from "./keeper.ts";
import { moveGpu, partWithMember, sellGpus } from "./gpus.ts";
import { loseHours, moveSlotAway, preemptSpot, reserveAhead, tradeSlots } from "./slots.ts";
import { delegatePrices, runBusiness } from "./operators.ts";
import { takePayments } from "./payments.ts";
import { Stage } from "./stage.ts";
import { rentNowAndThen } from "./tenants.ts";

/** Hours of the history: with the exit delay of three days in it, and at least three whole epochs of a day. */
export const HISTORY_HOURS = 80;

/** When a chain with a history should begin that ends at the last whole hour, seconds since 1970. */
export function historyBeginsAt(now: number): number {
  return (Math.floor(now / 3_600) - HISTORY_HOURS) * 3_600;
}

/**
 * Plays the network's past: all tiers, slots in all their fates, sales, a kicked member, a GPU that moves, payments,
 * closed epochs. On a chain that began at `historyBeginsAt`, waits there, and has nothing but the bootstrap on it. The
 * same seed, plan and beginning give the same logs.
 */
export async function playHistory(network: Network, plan: MarketPlan, seed: number, logger: Logger): Promise<void> {
  const [first, last] = await Promise.all([
    network.node.getBlock({ blockNumber: 0n }),
    network.node.getBlock({ blockTag: "latest" }),
  ]);
  const firstHour = Math.floor(Number(first.timestamp) / 3_600);
  const endsAt = (firstHour + HISTORY_HOURS) * 3_600;
  const stage = new Stage(network, { firstHour, endsAt, latest: Number(last.timestamp) });
  const cast = castOf(plan);
  const seeds = createRandom(seed);
  await stage.play([
    keepBooks(stage, cast, createRandom(seeds.between(1, 2 ** 31))),
    takePayments(stage, cast, createRandom(seeds.between(1, 2 ** 31))),
    runBusiness(stage, cast),
    delegatePrices(stage, cast),
    preemptSpot(stage, cast),
    tradeSlots(stage, cast),
    loseHours(stage, cast),
    moveSlotAway(stage, cast),
    reserveAhead(stage, cast),
    sellGpus(stage, cast),
    partWithMember(stage, cast),
    moveGpu(stage, cast),
    ...rentNowAndThen(stage, cast, seeds),
  ]);
  const end = await network.node.getBlock({ blockTag: "latest" });
  logger.info({ blocks: Number(end.number) }, "the past was played");
}
