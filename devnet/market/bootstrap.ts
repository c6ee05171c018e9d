import { keccak256, toBytes } from "viem";
import type { Logger } from "#kernel/log.ts";
import type { FleetGpu } from "../fleet/types.ts";
import type { MarketPlan, PoolPlan } from "./plan.ts";
import { accountOf, as, type Network } from "./wallets.ts";

/** BCT that each customer gets from the treasury, 18 decimals. */
const CUSTOMER_BCT = 50_000n * 10n ** 18n;
/** DC that each customer mints, 6 decimals. */
const CUSTOMER_DC = 5_000n * 10n ** 6n;

/** The link between a physical GPU and its NFT. */
export function uuidHashOf(uuid: string): `0x${string}` {
  return keccak256(toBytes(uuid.toLowerCase()));
}

/**
 * Brings the plan onto the chain: operators, members, pools, GPU NFTs bound to the fleet's UUIDs, customers with DC.
 * What is there already stays: a start that was cut off is taken up where it ended.
 */
export async function bootstrapMarket(
  network: Network,
  plan: MarketPlan,
  gpus: readonly FleetGpu[],
  logger: Logger,
): Promise<void> {
  for (const [place, operator] of plan.operators.entries()) {
    const operatorId = BigInt(place + 1);
    if (!(await exists(network.operators.read.ownerOf([operatorId])))) {
      await network.mined(
        network.operators.write.register([operator.mode, operator.name, ""], as(operator.owner, network)),
      );
    }
    for (const member of operator.members) {
      const { address } = accountOf(member);
      const added = await network.operators.getEvents.MemberAdded({ operatorId, member: address }, { fromBlock: 0n });
      if (added.length > 0) continue; // it may have been kicked since
      await network.mined(network.operators.write.addMember([operatorId, address], as(operator.owner, network)));
    }
  }
  for (const [place, pool] of plan.pools.entries()) {
    const poolId = BigInt(place + 1);
    if (!(await exists(network.pools.read.operatorOf([poolId])))) await openPool(network, plan, pool);
    await mintGpus(network, poolId, pool, gpus);
  }
  await fundCustomers(network, plan);
  logger.info({ operators: plan.operators.length, pools: plan.pools.length, gpus: gpus.length }, "market is open");
}

async function openPool(network: Network, plan: MarketPlan, pool: PoolPlan): Promise<void> {
  const owner = plan.operators[pool.operator]?.owner ?? plan.deployer;
  const args = [BigInt(pool.operator + 1), pool.model, pool.region, pool.rates, pool.shares] as const;
  await network.mined(network.pools.write.createPool(args, as(owner, network)));
}

async function mintGpus(network: Network, poolId: bigint, pool: PoolPlan, gpus: readonly FleetGpu[]): Promise<void> {
  const members = gpus.filter((gpu) => pool.hosts.includes(gpu.host));
  for (const [place, gpu] of members.entries()) {
    const uuidHash = uuidHashOf(gpu.uuid);
    if ((await network.gpus.read.gpuOf([uuidHash])) !== 0n) continue;
    const contributor = inTurn(pool.contributors, place);
    const owner = accountOf(inTurn(pool.owners, place)).address;
    await network.mined(network.gpus.write.mint([poolId, owner, uuidHash], as(contributor, network)));
  }
}

/**
 * Each customer gets BCT from the treasury and burns some of it for DC. That needs a fresh price: the feed's present one
 * (at first the deployment's) is reported again.
 */
async function fundCustomers(network: Network, plan: MarketPlan): Promise<void> {
  const [, price] = await network.feed.read.latestRoundData();
  await reportPrice(network, plan, price);
  for (const customer of plan.customers) {
    const { address } = accountOf(customer);
    if ((await network.credits.read.balanceOf([address])) > 0n) continue;
    if ((await network.token.read.balanceOf([address])) === 0n) {
      await network.mined(network.token.write.transfer([address, CUSTOMER_BCT], as(plan.deployer, network)));
    }
    await buyCredits(network, customer, CUSTOMER_DC);
  }
}

/** Somebody burns BCT for exactly `amountDc`, for itself or, under a payment's reference, for somebody else. */
export async function buyCredits(
  network: Network,
  payer: number,
  amountDc: bigint,
  payment: { recipient: number; reference: `0x${string}` } = { recipient: payer, reference: `0x${"0".repeat(64)}` },
): Promise<void> {
  const maxBct = await network.token.read.balanceOf([accountOf(payer).address]);
  await network.mined(network.token.write.approve([network.credits.address, maxBct], as(payer, network)));
  const args = [accountOf(payment.recipient).address, amountDc, maxBct, payment.reference] as const;
  await network.mined(network.credits.write.mintExactFor(args, as(payer, network)));
}

/** Every reporter reports the price. USD per BCT, 8 decimals. */
export async function reportPrice(network: Network, plan: MarketPlan, price: bigint): Promise<void> {
  for (const reporter of plan.reporters) await network.mined(network.feed.write.report([price], as(reporter, network)));
}

function inTurn<T>(list: readonly T[], place: number): T {
  const item = list[place % list.length];
  if (item === undefined) throw new Error("BUG: a pool without contributors or owners");
  return item;
}

/** Whether a read that reverts for missing things succeeds. A node that doesn't answer is an error. */
async function exists(read: Promise<unknown>): Promise<boolean> {
  try {
    await read;
    return true;
  } catch (error) {
    if (error instanceof Error && error.name === "ContractFunctionExecutionError" && /revert/i.test(error.message))
      return false;
    throw error;
  }
}
