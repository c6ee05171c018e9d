import { keccak256, maxUint256, toBytes } from "viem";
import type { Logger } from "#kernel/log.ts";
import type { FleetGpu } from "../fleet/types.ts";
import { BlockMaker, type Call } from "./blocks.ts";
import { callOf } from "./calls.ts";
import { inTurn, type MarketPlan, type PoolPlan } from "./plan.ts";
import { accountOf, as, type Network } from "./wallets.ts";

/** BCT that each customer gets from the treasury, 18 decimals. */
const CUSTOMER_BCT = 50_000n * 10n ** 18n;
/** DC that each customer mints, 6 decimals. */
const CUSTOMER_DC = 5_000n * 10n ** 6n;
/** The most customers who are given so much; more of them get less, because the DC minted a day are limited. */
const FULL_PURSES = 80;
const NO_REFERENCE: `0x${string}` = `0x${"0".repeat(64)}`;

/** The link between a physical GPU and its NFT. */
export function uuidHashOf(uuid: string): `0x${string}` {
  return keccak256(toBytes(uuid.toLowerCase()));
}

/**
 * Brings the plan onto the chain: operators, members, pools, GPU NFTs bound to the fleet's UUIDs, customers with DC.
 * What is there already stays: a start that was cut off is taken up where it ended. All that can come into one block does.
 *
 * @param isBeginning leaves out the hosts that come later
 */
export async function bootstrapMarket(
  network: Network,
  plan: MarketPlan,
  gpus: readonly FleetGpu[],
  logger: Logger,
  { isBeginning = false } = {},
): Promise<void> {
  const hosts = new Set(plan.pools.flatMap((pool) => hostsOf(pool, isBeginning)));
  const present = gpus.filter(({ host }) => hosts.has(host));
  const missing = [operatorsMissing, poolsMissing, gpusMissing, creditsMissing];
  for (const find of missing) {
    const calls = await find(network, plan, present);
    if (calls.length > 0) await BlockMaker.whileMining(network.rpcUrl, (maker) => maker.mine(calls));
  }
  logger.info({ operators: plan.operators.length, pools: plan.pools.length, gpus: present.length }, "market is open");
}

function hostsOf({ hosts, laterHosts = [] }: PoolPlan, isBeginning: boolean): readonly string[] {
  return isBeginning ? hosts.filter((name) => !laterHosts.some((later) => later.name === name)) : hosts;
}

async function operatorsMissing(network: Network, plan: MarketPlan): Promise<Call[]> {
  const { operators, node } = network;
  const known = await Promise.all(
    plan.operators.map((_, place) => exists(operators.read.ownerOf([BigInt(place + 1)]))),
  );
  const { abi, address } = operators;
  const added = await node.getContractEvents({ abi, address, eventName: "MemberAdded", fromBlock: 0n, strict: true });
  const wasAdded = new Set(added.map(({ args }) => `${args.operatorId} ${args.member}`)); // it may have been kicked since
  return plan.operators.flatMap(({ owner, mode, name, members }, place) => {
    const operatorId = BigInt(place + 1);
    const missing = members.filter((member) => !wasAdded.has(`${operatorId} ${accountOf(member).address}`));
    return [
      ...(known[place] ? [] : [callOf(owner, operators, "register", [mode, name, ""])]),
      ...missing.map((member) => callOf(owner, operators, "addMember", [operatorId, accountOf(member).address])),
    ];
  });
}

async function poolsMissing({ pools }: Network, plan: MarketPlan): Promise<Call[]> {
  const known = await Promise.all(plan.pools.map((_, place) => exists(pools.read.operatorOf([BigInt(place + 1)]))));
  return plan.pools.flatMap(({ operator, model, region, rates, shares }, place) => {
    const owner = plan.operators[operator]?.owner ?? plan.deployer;
    return known[place]
      ? []
      : [callOf(owner, pools, "createPool", [BigInt(operator + 1), model, region, rates, shares])];
  });
}

async function gpusMissing(network: Network, plan: MarketPlan, gpus: readonly FleetGpu[]): Promise<Call[]> {
  const known = await Promise.all(gpus.map(({ uuid }) => network.gpus.read.gpuOf([uuidHashOf(uuid)])));
  const missing = new Set(gpus.filter((_, place) => known[place] === 0n));
  return plan.pools.flatMap((pool, place) => {
    const members = gpus.filter(({ host }) => pool.hosts.includes(host));
    return mintsOf(network, BigInt(place + 1), pool, members).filter((_, number) => missing.has(members[number]!));
  });
}

/** Mints of a pool's GPUs, given in the order of its hosts; contributors and owners come in turn. */
export function mintsOf({ gpus }: Network, poolId: bigint, pool: PoolPlan, members: readonly FleetGpu[]): Call[] {
  return members.map(({ uuid }, place) => {
    const owner = accountOf(inTurn(pool.owners, place)).address;
    return callOf(inTurn(pool.contributors, place), gpus, "mint", [poolId, owner, uuidHashOf(uuid)]);
  });
}

/**
 * Each customer gets BCT from the treasury and burns some of it for DC. That needs a fresh price: the feed's present one
 * (at first the deployment's) is reported again.
 */
async function creditsMissing(network: Network, plan: MarketPlan): Promise<Call[]> {
  const { token, credits, feed } = network;
  const buyers = [...plan.customers, ...(plan.month?.selfDealer.wallets ?? [])];
  const balances = await Promise.all(
    buyers.map(async (buyer) => {
      const account = [accountOf(buyer).address] as const;
      return { buyer, dc: await credits.read.balanceOf(account), bct: await token.read.balanceOf(account) };
    }),
  );
  const poor = balances.filter(({ dc }) => dc === 0n);
  if (poor.length === 0) return [];
  const [, price] = await feed.read.latestRoundData();
  const amountDc = (CUSTOMER_DC * BigInt(Math.min(FULL_PURSES, buyers.length))) / BigInt(buyers.length);
  return [
    ...plan.reporters.map((reporter) => callOf(reporter, feed, "report", [price])),
    ...poor.flatMap(({ buyer, bct }) => {
      const { address } = accountOf(buyer);
      return [
        ...(bct === 0n ? [callOf(plan.deployer, token, "transfer", [address, CUSTOMER_BCT])] : []),
        callOf(buyer, token, "approve", [credits.address, maxUint256]),
        callOf(buyer, credits, "mintExactFor", [address, amountDc, CUSTOMER_BCT, NO_REFERENCE]),
      ];
    }),
  ];
}

/** Somebody burns BCT for exactly `amountDc`, for itself or, under a payment's reference, for somebody else. */
export async function buyCredits(
  network: Network,
  payer: number,
  amountDc: bigint,
  payment: { recipient: number; reference: `0x${string}` } = { recipient: payer, reference: NO_REFERENCE },
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
