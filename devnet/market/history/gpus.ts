import { addressAt, gpuAt, operatorAt, oneOf, ownerAt, type Cast } from "./cast.ts";
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
  yield stage.hours(1.5);
  for (const investor of investors) {
    await stage.send(deployer, (terms) => token.write.transfer([addressAt(investor), PURSE], terms));
  }
  const offer = async (pool: number, place: number, price: bigint): Promise<bigint> => {
    const gpuId = gpuAt(cast, pool, place);
    const seller = ownerAt(cast, pool, place);
    await stage.send(seller, (terms) => gpus.write.approve([exchange.address, gpuId], terms));
    await stage.send(seller, (terms) => exchange.write.list([gpus.address, gpuId, token.address, price], terms));
    return gpuId;
  };
  yield stage.hours(14);
  const sold = await offer(1, 7, 3_200n * BCT);
  const kept = await offer(1, 6, 9_000n * BCT);
  yield stage.hours(17);
  await buy(stage, oneOf(investors, 2), gpus.address, sold, 3_200n * BCT);
  yield stage.hours(25);
  await stage.send(ownerAt(cast, 1, 6), (terms) => exchange.write.cancel([gpus.address, kept], terms));
  yield stage.hours(33);
  const member = await offer(3, 2, 7_500n * BCT);
  yield stage.hours(34);
  await buy(stage, oneOf(investors, 0), gpus.address, member, 7_500n * BCT);
  yield stage.hours(44);
  await stage.send(payout, (terms) => exchange.write.withdrawRoyalties([token.address], terms));
  yield stage.hours(60);
  await offer(1, 5, 3_400n * BCT);
}

/** A member's GPUs fail too often: the operator ends the membership and lets go of them; one of them comes back. */
export async function* partWithMember(stage: Stage, cast: Cast): Act {
  const { operators, gpus } = stage.network;
  const operator = operatorAt(cast, 2);
  const member = ownerAt(cast, 2, 0);
  const [left, back] = [gpuAt(cast, 2, 0), gpuAt(cast, 2, 2)];
  yield stage.hours(30);
  const kick = [3n, addressAt(member), RELIABILITY] as const;
  await stage.send(operator, (terms) => operators.write.kickMember(kick, terms));
  await stage.send(operator, (terms) => gpus.write.release([left], terms));
  await stage.send(operator, (terms) => gpus.write.release([back], terms));
  yield stage.hours(47);
  await stage.send(operator, (terms) => gpus.write.invite([back, 3n], terms));
  await stage.send(member, (terms) => gpus.write.joinPool([back, 3n], terms));
}

/** An owner takes a GPU out of its pool after the exit delay, and brings it to another operator's that invites it. */
export async function* moveGpu(stage: Stage, cast: Cast): Act {
  const { gpus } = stage.network;
  const owner = ownerAt(cast, 0, 7);
  const [moved, stays] = [gpuAt(cast, 0, 7), gpuAt(cast, 0, 6)];
  yield stage.hours(0.7);
  await stage.send(owner, (terms) => gpus.write.announceExit([moved], terms));
  await stage.send(owner, (terms) => gpus.write.announceExit([stays], terms));
  yield stage.hours(2.5);
  await stage.send(owner, (terms) => gpus.write.cancelExit([stays], terms));
  yield stage.hours(73);
  // A listing dies with its token's pool.
  const { exchange, token } = stage.network;
  await stage.send(owner, (terms) => gpus.write.approve([exchange.address, moved], terms));
  const offer = [gpus.address, moved, token.address, 8_000n * BCT] as const;
  await stage.send(owner, (terms) => exchange.write.list(offer, terms));
  yield stage.hours(74);
  await stage.send(owner, (terms) => gpus.write.withdraw([moved], terms));
  yield stage.hours(75);
  await stage.send(operatorAt(cast, 3), (terms) => gpus.write.invite([moved, 4n], terms));
  await stage.send(owner, (terms) => gpus.write.joinPool([moved, 4n], terms));
}
