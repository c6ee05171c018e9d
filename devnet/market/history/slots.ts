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
  yield stage.hours(5.2);
  const rented = await stage.send(spotCustomer, (terms) => market.write.rentSpot([gpuId, 20n * spot, spot], terms));
  const preempted = told(rented, market, "RentalStarted").rentalId;
  yield stage.hours(7.5);
  const slotId = await reserve(stage, cast, { by: holder, gpuId, from: 9, hours: 6 });
  yield stage.hours(9) + 30;
  await stage.send(cast.plan.keeper, (terms) => market.write.end([preempted], terms));
  yield stage.hours(9.1);
  const used = told(await checkIn(stage, holder, slotId), slots, "SlotCheckedIn").rentalId;
  yield stage.hours(15) + 60;
  await stage.send(cast.plan.keeper, (terms) => market.write.end([used], terms));
}

/** Three days at a discount: split, merged, in part resold and lent to another user, and checked in by each. */
export async function* tradeSlots(stage: Stage, cast: Cast): Act {
  const { slots, exchange, token } = stage.network;
  const [first, second, user] = customers(cast, 2, 3, 0);
  const gpuId = gpuAt(cast, 0, 4);
  yield stage.hours(3.5);
  const slotId = await reserve(stage, cast, { by: first, gpuId, from: 4, hours: 72 });
  yield stage.hours(4.2);
  await checkIn(stage, first, slotId);
  yield stage.hours(8);
  const cuts = [Number(stage.hour(28)), Number(stage.hour(40)), Number(stage.hour(52))];
  const cut = await stage.send(first, (terms) => slots.write.split([slotId, cuts], terms));
  const middle = told(cut, slots, "SlotSplit").newSlotId;
  const last = middle + 2n;
  await stage.send(first, (terms) => slots.write.merge([middle, middle + 1n], terms));
  yield stage.hours(9);
  await stage.send(first, (terms) => slots.write.approve([exchange.address, last], terms));
  const offer = [slots.address, last, token.address, 15n * 10n ** 18n] as const;
  await stage.send(first, (terms) => exchange.write.list(offer, terms));
  yield stage.hours(11);
  await buy(stage, second, slots.address, last, 15n * 10n ** 18n);
  yield stage.hours(28.2);
  const lent = [middle, addressAt(user), BigInt(stage.hours(40))] as const;
  await stage.send(first, (terms) => slots.write.setUser(lent, terms));
  await checkIn(stage, user, middle);
  yield stage.hours(36);
  // Given away while it is used: the use ends.
  const gift = [addressAt(first), addressAt(second), middle] as const;
  await stage.send(first, (terms) => slots.write.transferFrom(gift, terms));
  yield stage.hours(52.3);
  await checkIn(stage, second, last);
}

/** A GPU fails while its slot is used: the lost hour isn't burned, the holder takes the rest back, the GPU comes again. */
export async function* loseHours(stage: Stage, cast: Cast): Act {
  const { slots } = stage.network;
  const [holder] = customers(cast, 1);
  const gpuId = gpuAt(cast, 0, 5);
  yield stage.hours(6);
  const slotId = await reserve(stage, cast, { by: holder, gpuId, from: 10, hours: 30 });
  const later = await reserve(stage, cast, { by: holder, gpuId, from: 50, hours: 24 });
  yield stage.hours(10) + 120;
  await checkIn(stage, holder, slotId);
  yield stage.hours(20.3);
  await setStatus(stage, operatorAt(cast, 0), gpuId, OFFLINE);
  yield stage.hours(21.6);
  await stage.send(holder, (terms) => slots.write.refundUndelivered([slotId], terms));
  yield stage.hours(26.2);
  await setStatus(stage, operatorAt(cast, 0), gpuId, ACTIVE);
  yield stage.hours(55.5);
  await setStatus(stage, operatorAt(cast, 0), gpuId, OFFLINE);
  yield stage.hours(57.2);
  await setStatus(stage, operatorAt(cast, 0), gpuId, ACTIVE);
  yield stage.hours(57.3);
  await checkIn(stage, holder, later);
}

/** Before a GPU is serviced, its slot is moved to an equal one, where its holder goes on. */
export async function* moveSlotAway(stage: Stage, cast: Cast): Act {
  const { slots } = stage.network;
  const [holder] = customers(cast, 3);
  const [gpuId, toGpuId] = [gpuAt(cast, 0, 6), gpuAt(cast, 0, 3)];
  yield stage.hours(12);
  const slotId = await reserve(stage, cast, { by: holder, gpuId, from: 30, hours: 30 });
  yield stage.hours(30.1);
  await checkIn(stage, holder, slotId);
  yield stage.hours(38.2);
  await stage.send(operatorAt(cast, 0), (terms) => slots.write.moveSlot([slotId, toGpuId], terms));
  await setStatus(stage, operatorAt(cast, 0), gpuId, OFFLINE);
  yield stage.hours(38.5);
  await checkIn(stage, holder, slotId);
  yield stage.hours(41.7);
  await setStatus(stage, operatorAt(cast, 0), gpuId, ACTIVE);
}

/** What the past leaves for the present: a slot in use, one still to come, and one that is offered. */
export async function* reserveAhead(stage: Stage, cast: Cast): Act {
  const { slots, exchange, token } = stage.network;
  const [first, second] = customers(cast, 0, 2);
  yield stage.hours(64);
  const used = await reserve(stage, cast, { by: first, gpuId: gpuAt(cast, 1, 4), from: 76, hours: 48 });
  await reserve(stage, cast, { by: second, gpuId: gpuAt(cast, 1, 5), from: 92, hours: 170 });
  const offered = await reserve(stage, cast, { by: second, gpuId: gpuAt(cast, 1, 5), from: 84, hours: 8 });
  await stage.send(second, (terms) => slots.write.approve([exchange.address, offered], terms));
  const offer = [slots.address, offered, token.address, 4n * 10n ** 18n] as const;
  await stage.send(second, (terms) => exchange.write.list(offer, terms));
  yield stage.hours(76.1);
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
  await stage.send(by, (terms) => token.write.approve([exchange.address, price], terms));
  const args = [collection, id, token.address, price, transferCount] as const;
  await stage.send(by, (terms) => exchange.write.buy(args, terms));
}

async function reserve(
  stage: Stage,
  cast: Cast,
  wish: { by: AccountIndex; gpuId: bigint; from: number; hours: number },
): Promise<bigint> {
  const { slots } = stage.network;
  const args = [wish.gpuId, stage.hour(wish.from), BigInt(wish.hours), ratesAt(cast, 0).reserved] as const;
  const receipt = await stage.send(wish.by, (terms) => slots.write.reserve(args, terms));
  return told(receipt, slots, "SlotReserved").slotId;
}

function checkIn(stage: Stage, by: AccountIndex, slotId: bigint): ReturnType<Stage["send"]> {
  return stage.send(by, (terms) => stage.network.slots.write.checkIn([slotId], terms));
}

async function setStatus(stage: Stage, by: AccountIndex, gpuId: bigint, status: number): Promise<void> {
  await stage.send(by, (terms) => stage.network.gpus.write.setStatus([gpuId, status], terms));
}

function customers<const P extends readonly number[]>(cast: Cast, ...places: P): { [K in keyof P]: AccountIndex } {
  return places.map((place) => oneOf(cast.plan.customers, place)) as { [K in keyof P]: AccountIndex };
}
