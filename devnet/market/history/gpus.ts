import { addressAt, gpuAt, operatorAt, oneOf, ownerAt, type Cast } from "./cast.ts";
import { inTurn } from "../plan.ts";
import { buy } from "./slots.ts";
import type { Act, Stage } from "./stage.ts";

const BCT = 10n ** 18n;
/** BCT that each investor brings. */
const PURSE = 20_000n * BCT;
/** Number of the reason in the contracts' KickReason. */
const RELIABILITY = 1;

/** Investors sell GPU NFTs to each other; the operators' royalties wait until they are taken. */
export async function* sellGpus(stage: Stage, cast: Cast): Act {
  const { token, gpus, exchange } = stage.network;
  const { investors, deployer, payout } = cast.plan;
  yield cast.hours(1.5);
  for (const investor of investors) {
    stage.post(deployer, token, "transfer", [addressAt(investor), PURSE]);
  }
  const offer = async (pool: number, place: number, price: bigint): Promise<bigint> => {
    const gpuId = gpuAt(cast, pool, place);
    const seller = ownerAt(cast, pool, place);
    await stage.send(seller, gpus, "approve", [exchange.address, gpuId]);
    await stage.send(seller, exchange, "list", [gpus.address, gpuId, token.address, price]);
    return gpuId;
  };
  yield cast.hours(14);
  const sold = await offer(1, 7, 3_200n * BCT);
  const kept = await offer(1, 6, 9_000n * BCT);
  yield cast.hours(17);
  const next = investors.indexOf(ownerAt(cast, 1, 7)) + 1;
  await buy(stage, inTurn(investors, next), gpus.address, sold, 3_200n * BCT);
  yield cast.hours(25);
  await stage.send(ownerAt(cast, 1, 6), exchange, "cancel", [gpus.address, kept]);
  yield cast.hours(33);
  const member = await offer(3, 2, 7_500n * BCT);
  yield cast.hours(34);
  await buy(stage, oneOf(investors, 0), gpus.address, member, 7_500n * BCT);
  yield cast.hours(44);
  await stage.send(payout, exchange, "withdrawRoyalties", [token.address]);
  yield cast.hours(60);
  await offer(1, 5, 3_400n * BCT);
}

/** A member's GPUs fail too often: the operator ends the membership and lets go of them; one of them comes back. */
export async function* partWithMember(stage: Stage, cast: Cast): Act {
  const { operators, gpus } = stage.network;
  const operator = operatorAt(cast, 2);
  const member = ownerAt(cast, 2, 0);
  const [left, back] = [gpuAt(cast, 2, 0), gpuAt(cast, 2, 2)];
  yield cast.hours(30);
  const kick = [3n, addressAt(member), RELIABILITY] as const;
  await stage.send(operator, operators, "kickMember", kick);
  await stage.send(operator, gpus, "release", [left]);
  await stage.send(operator, gpus, "release", [back]);
  yield cast.hours(47);
  await stage.send(operator, gpus, "invite", [back, 3n]);
  await stage.send(member, gpus, "joinPool", [back, 3n]);
}

/** An owner takes a GPU out of its pool after the exit delay, and brings it to another operator's that invites it. */
export async function* moveGpu(stage: Stage, cast: Cast): Act {
  const { gpus } = stage.network;
  const owner = ownerAt(cast, 0, 7);
  const [moved, stays] = [gpuAt(cast, 0, 7), gpuAt(cast, 0, 6)];
  yield cast.hours(0.7);
  await stage.send(owner, gpus, "announceExit", [moved]);
  await stage.send(owner, gpus, "announceExit", [stays]);
  yield cast.hours(2.5);
  await stage.send(owner, gpus, "cancelExit", [stays]);
  yield cast.hours(73);
  // A listing dies with its token's pool.
  const { exchange, token } = stage.network;
  await stage.send(owner, gpus, "approve", [exchange.address, moved]);
  const offer = [gpus.address, moved, token.address, 8_000n * BCT] as const;
  await stage.send(owner, exchange, "list", offer);
  yield cast.hours(74);
  await stage.send(owner, gpus, "withdraw", [moved]);
  yield cast.hours(75);
  await stage.send(operatorAt(cast, 3), gpus, "invite", [moved, 4n]);
  await stage.send(owner, gpus, "joinPool", [moved, 4n]);
}
