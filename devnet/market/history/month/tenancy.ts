import type { AccountIndex } from "../../plan.ts";
import { overAt, type GpuEntry, type RentalEntry } from "../book.ts";
import { told, type Act } from "../stage.ts";
import type { Crowd } from "./crowd.ts";

const HOUR = 3_600;
/** Who doesn't get at least this before a slot doesn't begin, seconds. */
const SHORTEST = 1_800;

/** What a customer wants of a GPU. */
export interface Wish {
  customer: AccountIndex;
  pool: number;
  isSpot: boolean;
  /** seconds that are paid for */
  paidFor: number;
}

/** What becomes of a rental: parts of the time paid for, and of the customers. */
const FATES = { toppedUp: 0.2, endedEarly: 0.45 };

/** A customer's rental from its beginning to its end: topped up, ended early, run out, preempted or cut off. */
export async function* tenancy(crowd: Crowd, gpu: GpuEntry, wish: Wish): Act {
  const rental = await rent(crowd, gpu, wish);
  if (!rental) return;
  const { stage, grid, random, cast } = crowd;
  const { market } = stage.network;
  const fate = random.next();
  if (fate < FATES.toppedUp) {
    yield grid.next(rental.startAt + wish.paidFor * 0.6);
    topUp(crowd, rental, wish, random.between(1, 8) * HOUR);
  }
  if (fate < FATES.endedEarly) {
    yield grid.next(rental.startAt + wish.paidFor * (0.3 + 0.65 * random.next()));
    if (crowd.close(rental.rentalId)) stage.post(wish.customer, market, "end", [rental.rentalId]);
    return;
  }
  while (crowd.isOpen(rental.rentalId) && overAt(rental) > stage.now) yield grid.next(overAt(rental));
  if (crowd.close(rental.rentalId)) stage.post(cast.plan.keeper, market, "end", [rental.rentalId]);
}

/** Whether a GPU that is free could be rented for what is wished. */
export function isFit(crowd: Crowd, { gpuId }: GpuEntry, { isSpot, paidFor }: Wish): boolean {
  const { now } = crowd.stage;
  const bookedFrom = crowd.bookedFrom(gpuId);
  return isSpot ? bookedFrom >= now + SHORTEST : bookedFrom >= Math.ceil((now + paidFor) / HOUR) * HOUR;
}

async function rent(crowd: Crowd, { gpuId, poolId }: GpuEntry, wish: Wish): Promise<RentalEntry | undefined> {
  const { stage } = crowd;
  const { market } = stage.network;
  const rates = stage.book.rates.get(poolId);
  if (!rates) throw new Error(`BUG: pool ${poolId} has no rates`);
  const rate = wish.isSpot ? rates.spot : rates.onDemand;
  const escrowDc = (rate * BigInt(wish.paidFor)) / 3_600n;
  if (!crowd.spend(wish.customer, escrowDc)) return undefined;
  crowd.touch(gpuId);
  // An operator may move its rates in the same block.
  const receipt = await stage.send(wish.customer, market, wish.isSpot ? "rentSpot" : "rentOnDemand", [
    gpuId,
    escrowDc,
    2n * rate,
  ]);
  return stage.book.rentals.get(told(receipt, market, "RentalStarted").rentalId);
}

/** Pays for some more time, if the GPU is free then. */
function topUp(crowd: Crowd, rental: RentalEntry, { customer }: Wish, seconds: number): void {
  const { stage } = crowd;
  const until = Math.ceil((rental.paidUntil + seconds) / HOUR + 1) * HOUR;
  if (!crowd.isOpen(rental.rentalId) || overAt(rental) <= stage.now || crowd.bookedFrom(rental.gpuId) < until) return;
  if (crowd.isTouched(rental.gpuId)) return;
  const amountDc = (rental.rateDcPerHour * BigInt(seconds)) / 3_600n;
  if (!crowd.spend(customer, amountDc)) return;
  crowd.touch(rental.gpuId);
  stage.post(customer, stage.network.market, "topUp", [rental.rentalId, amountDc]);
}
