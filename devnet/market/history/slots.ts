import type { AccountIndex } from "../plan.ts";
import { addressAt, gpuAt, operatorAt, oneOf, ratesAt, type Cast } from "./cast.ts";
import { told, type Act, type Stage } from "./stage.ts";

const ACTIVE = 0;
const OFFLINE = 1;

/** A spot rental gives way, with notice, to a slot that is used up to its end. */
export async function* preemptSpot(stage: Stage, cast: Cast): Act {
  const { market, slots } = stage.network;
  const [spotCustomer, holder] = customers(cast, 0, 1);
  const gpuId = gpuAt(cast, 0, 3);
  const { spot } = ratesAt(cast, 0);
  yield cast.hours(5.2);
  const rented = await stage.send(spotCustomer, market, "rentSpot", [gpuId, 20n * spot, spot]);
  const preempted = told(rented, market, "RentalStarted").rentalId;
  yield cast.hours(7.5);
  const slotId = await reserve(stage, cast, { by: holder, gpuId, from: 9, hours: 6 });
  yield cast.hours(9) + 30;
  await stage.send(cast.plan.keeper, market, "end", [preempted]);
  yield cast.hours(9.1);
  const used = told(await checkIn(stage, holder, slotId), slots, "SlotCheckedIn").rentalId;
  yield cast.hours(15) + 60;
  await stage.send(cast.plan.keeper, market, "end", [used]);
}

/** Three days at a discount: split, merged, in part resold and lent to another user, and checked in by each. */
export async function* tradeSlots(stage: Stage, cast: Cast): Act {
  const { slots, exchange, token } = stage.network;
  const [first, second, user] = customers(cast, 2, 3, 0);
  const gpuId = gpuAt(cast, 0, 4);
  yield cast.hours(3.5);
  const slotId = await reserve(stage, cast, { by: first, gpuId, from: 4, hours: 72 });
  yield cast.hours(4.2);
  await checkIn(stage, first, slotId);
  yield cast.hours(8);
  const cuts = [Number(cast.hour(28)), Number(cast.hour(40)), Number(cast.hour(52))];
  const cut = await stage.send(first, slots, "split", [slotId, cuts]);
  const middle = told(cut, slots, "SlotSplit").newSlotId;
  const last = middle + 2n;
  await stage.send(first, slots, "merge", [middle, middle + 1n]);
  yield cast.hours(9);
  await stage.send(first, slots, "approve", [exchange.address, last]);
  const offer = [slots.address, last, token.address, 15n * 10n ** 18n] as const;
  await stage.send(first, exchange, "list", offer);
  yield cast.hours(11);
  await buy(stage, second, slots.address, last, 15n * 10n ** 18n);
  yield cast.hours(28.2);
  const lent = [middle, addressAt(user), BigInt(cast.hours(40))] as const;
  await stage.send(first, slots, "setUser", lent);
  await checkIn(stage, user, middle);
  yield cast.hours(36);
  // Given away while it is used: the use ends.
  const gift = [addressAt(first), addressAt(second), middle] as const;
  await stage.send(first, slots, "transferFrom", gift);
  yield cast.hours(52.3);
  await checkIn(stage, second, last);
}

/** A GPU fails while its slot is used: the lost hour isn't burned, the holder takes the rest back, the GPU comes again. */
export async function* loseHours(stage: Stage, cast: Cast): Act {
  const { slots } = stage.network;
  const [holder] = customers(cast, 1);
  const gpuId = gpuAt(cast, 0, 5);
  yield cast.hours(6);
  const slotId = await reserve(stage, cast, { by: holder, gpuId, from: 10, hours: 30 });
  const later = await reserve(stage, cast, { by: holder, gpuId, from: 50, hours: 24 });
  yield cast.hours(10) + 120;
  await checkIn(stage, holder, slotId);
  yield cast.hours(20.3);
  await setStatus(stage, operatorAt(cast, 0), gpuId, OFFLINE);
  yield cast.hours(21.6);
  await stage.send(holder, slots, "refundUndelivered", [slotId]);
  yield cast.hours(26.2);
  await setStatus(stage, operatorAt(cast, 0), gpuId, ACTIVE);
  yield cast.hours(55.5);
  await setStatus(stage, operatorAt(cast, 0), gpuId, OFFLINE);
  yield cast.hours(57.2);
  await setStatus(stage, operatorAt(cast, 0), gpuId, ACTIVE);
  yield cast.hours(57.3);
  await checkIn(stage, holder, later);
}

/** Before a GPU is serviced, its slot is moved to an equal one, where its holder goes on. */
export async function* moveSlotAway(stage: Stage, cast: Cast): Act {
  const { slots } = stage.network;
  const [holder] = customers(cast, 3);
  const [gpuId, toGpuId] = [gpuAt(cast, 0, 6), gpuAt(cast, 0, 3)];
  yield cast.hours(12);
  const slotId = await reserve(stage, cast, { by: holder, gpuId, from: 30, hours: 30 });
  yield cast.hours(30.1);
  await checkIn(stage, holder, slotId);
  yield cast.hours(38.2);
  await stage.send(operatorAt(cast, 0), slots, "moveSlot", [slotId, toGpuId]);
  await setStatus(stage, operatorAt(cast, 0), gpuId, OFFLINE);
  yield cast.hours(38.5);
  await checkIn(stage, holder, slotId);
  yield cast.hours(41.7);
  await setStatus(stage, operatorAt(cast, 0), gpuId, ACTIVE);
}

/** What the past leaves for the present: a slot in use, one still to come, and one that is offered. */
export async function* reserveAhead(stage: Stage, cast: Cast): Act {
  const { slots, exchange, token } = stage.network;
  const [first, second] = customers(cast, 0, 2);
  yield cast.hours(64);
  const used = await reserve(stage, cast, { by: first, gpuId: gpuAt(cast, 1, 4), from: 76, hours: 48 });
  await reserve(stage, cast, { by: second, gpuId: gpuAt(cast, 1, 5), from: 92, hours: 170 });
  const offered = await reserve(stage, cast, { by: second, gpuId: gpuAt(cast, 1, 5), from: 84, hours: 8 });
  await stage.send(second, slots, "approve", [exchange.address, offered]);
  const offer = [slots.address, offered, token.address, 4n * 10n ** 18n] as const;
  await stage.send(second, exchange, "list", offer);
  yield cast.hours(76.1);
  await checkIn(stage, first, used);
}

/** Buys what is listed at this price in BCT, as it is now. */
export async function buy(
  stage: Stage,
  by: AccountIndex,
  collection: `0x${string}`,
  id: bigint,
  price: bigint,
): Promise<void> {
  const { exchange, token } = stage.network;
  const { transferCount } = await exchange.read.listingOf([collection, id]);
  await stage.send(by, token, "approve", [exchange.address, price]);
  const args = [collection, id, token.address, price, transferCount] as const;
  await stage.send(by, exchange, "buy", args);
}

async function reserve(
  stage: Stage,
  cast: Cast,
  wish: { by: AccountIndex; gpuId: bigint; from: number; hours: number },
): Promise<bigint> {
  const { slots } = stage.network;
  const args = [wish.gpuId, cast.hour(wish.from), BigInt(wish.hours), ratesAt(cast, 0).reserved] as const;
  const receipt = await stage.send(wish.by, slots, "reserve", args);
  return told(receipt, slots, "SlotReserved").slotId;
}

function checkIn(stage: Stage, by: AccountIndex, slotId: bigint): ReturnType<Stage["send"]> {
  return stage.send(by, stage.network.slots, "checkIn", [slotId]);
}

async function setStatus(stage: Stage, by: AccountIndex, gpuId: bigint, status: number): Promise<void> {
  await stage.send(by, stage.network.gpus, "setStatus", [gpuId, status]);
}

function customers<const P extends readonly number[]>(cast: Cast, ...places: P): { [K in keyof P]: AccountIndex } {
  return places.map((place) => oneOf(cast.plan.customers, place)) as { [K in keyof P]: AccountIndex };
}
