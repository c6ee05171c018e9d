import type { AccountIndex } from "../../plan.ts";
import { overAt, type GpuEntry } from "../book.ts";
import { told, type Act } from "../stage.ts";
import type { Crowd } from "./crowd.ts";

const HOUR = 3_600;
const ON_DEMAND = 1;
/** One holder in so many never comes. */
const NEVER_USED = 0.1;

/** Hours of one GPU that a customer wants to himself. */
export interface Booking {
  customer: AccountIndex;
  /** since 1970 */
  startHour: number;
  hours: number;
  /** seconds after the start at which the holder comes; where GPUs are often dark, hours */
  delay: number;
}

/** Whether those hours of a GPU are free, and whoever uses it now will be gone. */
export function isBookable(crowd: Crowd, gpu: GpuEntry, { startHour, hours }: Booking): boolean {
  if (!gpu.isActive || crowd.isTouched(gpu.gpuId)) return false;
  const isTaken = crowd
    .slotsOn(gpu.gpuId)
    .some((slot) => slot.startHour < startHour + hours && startHour < slot.endHour);
  if (isTaken) return false;
  // A spot rental gives way.
  return gpu.rental?.tier !== ON_DEMAND || gpu.rental.paidUntil <= startHour * HOUR;
}

/** A slot from its booking to its end; its holder comes, late perhaps, or never. */
export async function* reservation(crowd: Crowd, { gpuId, poolId }: GpuEntry, booking: Booking): Act {
  const { stage, grid, cast } = crowd;
  const { market, slots } = stage.network;
  const { customer, startHour, hours, delay } = booking;
  const rate = stage.book.rates.get(poolId)?.reserved ?? 0n;
  if (!crowd.spend(customer, rate * BigInt(hours))) return;
  crowd.touch(gpuId);
  const args = [gpuId, BigInt(startHour), BigInt(hours), 2n * rate] as const;
  const { slotId } = told(await stage.send(customer, slots, "reserve", args), slots, "SlotReserved");
  if (crowd.random.next() < NEVER_USED) return;
  const endsAt = (startHour + hours) * HOUR;
  yield grid.next(startHour * HOUR + delay);
  const gpu = stage.book.gpu(gpuId);
  while (!canCheckIn(crowd, gpu)) {
    if (grid.next(stage.now + 1) >= endsAt) return;
    yield grid.next(stage.now + 1);
  }
  if (stage.now >= endsAt) return;
  if (gpu.rental) crowd.close(gpu.rental.rentalId); // it is over, and is ended with this
  crowd.touch(gpuId);
  const { rentalId } = told(await stage.send(customer, slots, "checkIn", [slotId]), slots, "SlotCheckedIn");
  yield grid.next(endsAt + 60);
  if (crowd.close(rentalId)) stage.post(cast.plan.keeper, market, "end", [rentalId]);
}

function canCheckIn(crowd: Crowd, { gpuId, isActive, rental, poolId }: GpuEntry): boolean {
  if (!isActive || poolId === 0 || crowd.isTouched(gpuId)) return false;
  return !rental || !crowd.isOpen(rental.rentalId) || overAt(rental) <= crowd.stage.now;
}
