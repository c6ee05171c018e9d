import { messageOf } from "#kernel/errors.ts";
import type { Logger } from "#kernel/log.ts";
import { buyCredits } from "../bootstrap.ts";
import type { AccountIndex, MarketPlan } from "../plan.ts";
import type { Random } from "../random.ts";
import { accountOf, type Network } from "../wallets.ts";

/** A customer with less than this buys more, DC base units. */
export const LOW_DC = 500n * 10n ** 6n;
/** What such a customer buys. */
export const REFILL_DC = 2_000n * 10n ** 6n;

/** What everybody on the market shares. */
export interface Floor {
  network: Network;
  plan: MarketPlan;
  random: Random;
  logger: Logger;
}

/** Seconds since 1970 by the wall clock, or by the chain where that is ahead of it. */
export async function presentOf({ network }: Floor): Promise<number> {
  const { timestamp } = await network.node.getBlock();
  return Math.max(Math.floor(Date.now() / 1_000), Number(timestamp));
}

/** The hour since 1970 that a time is in. */
export const hourOf = (time: number): bigint => BigInt(Math.floor(time / 3_600));

/** Which account of the plan an address is; undefined: somebody else's. */
export function indexAmong(accounts: readonly AccountIndex[], address: string): AccountIndex | undefined {
  return accounts.find((index) => accountOf(index).address === address);
}

/** Somebody of a list who isn't at this address; undefined if there is nobody. */
export function otherThan(floor: Floor, accounts: readonly AccountIndex[], address: string): AccountIndex | undefined {
  const others = accounts.filter((index) => accountOf(index).address !== address);
  return others.length === 0 ? undefined : floor.random.pick(others);
}

/** Sees to it that a customer has DC to spend. */
export async function fund({ network }: Floor, customer: AccountIndex): Promise<void> {
  if ((await network.credits.read.balanceOf([accountOf(customer).address])) >= LOW_DC) return;
  await buyCredits(network, customer, REFILL_DC);
}

/** What fails is logged; it is tried again when its turn comes. */
export async function attempt({ logger }: Floor, what: string, run: () => Promise<void>): Promise<void> {
  await run().catch((error: unknown) => logger.warn({ err: error }, `market: ${what} failed: ${messageOf(error)}`));
}
