import { zeroAddress } from "viem";
import { asAddress, type Action, type Sender } from "../draft.ts";

const HOUR_MS = 3_600_000;
/** Whole UTC hours since 1970. */
const hourOf = (at: Date): bigint => BigInt(Math.floor(at.getTime() / HOUR_MS));

/** Hours to be reserved. */
export interface Reserve extends Sender {
  gpu: string;
  /** a whole UTC hour */
  startAt: Date;
  hours: number;
  /** left out: the pool's rate of now for such a term */
  maxRateDcPerHour?: bigint;
  /** whose DC pay, by a spender that it named; null: the sender's */
  holder?: string;
}

/** Reserves hours of a GPU, paid in full. */
export const reserve: Action<Reserve> = async ({ from, gpu, startAt, hours, maxRateDcPerHour, holder }, reads) => {
  const poolId = await reads.read("GpuNFT", "poolOf", [BigInt(gpu)]);
  const rate =
    poolId === undefined ? undefined : await reads.read("PoolRegistry", "reservedRate", [poolId, BigInt(hours)]);
  const terms = [BigInt(gpu), hourOf(startAt), BigInt(hours), maxRateDcPerHour ?? rate ?? 0n] as const;
  const call =
    holder === undefined || holder === from
      ? reads.call("TimeSlots", "reserve", terms)
      : reads.call("TimeSlots", "reserveFor", [asAddress(holder), ...terms]);
  return { call, cost: rate === undefined ? null : { dc: rate * BigInt(hours) } };
};

/** A slot. */
export interface OfSlot extends Sender {
  slot: string;
}

/** Cuts of a slot. */
export interface SplitSlot extends OfSlot {
  /** whole UTC hours inside it, ascending */
  cutAt: Date[];
}

/** Cuts a slot into parts. */
export const splitSlot: Action<SplitSlot> = ({ slot, cutAt }, reads) => ({
  call: reads.call("TimeSlots", "split", [BigInt(slot), cutAt.map((at) => Number(hourOf(at)))]),
  cost: {},
});

/** Two neighbors. */
export interface MergeSlots extends OfSlot {
  laterSlot: string;
}

/** Joins a slot with its later neighbor. */
export const mergeSlots: Action<MergeSlots> = ({ slot, laterSlot }, reads) => ({
  call: reads.call("TimeSlots", "merge", [BigInt(slot), BigInt(laterSlot)]),
  cost: {},
});

/** Starts the use of a slot. */
export const checkIn: Action<OfSlot> = ({ slot }, reads) => ({
  call: reads.call("TimeSlots", "checkIn", [BigInt(slot)]),
  cost: {},
});

/** Who may use a slot. */
export interface LendSlot extends OfSlot {
  /** left out: nobody but the holder */
  user?: string;
  until?: Date;
}

/** Names the user of a slot. */
export const lendSlot: Action<LendSlot> = ({ slot, user, until }, reads) => ({
  call: reads.call("TimeSlots", "setUser", [
    BigInt(slot),
    user === undefined ? zeroAddress : asAddress(user),
    until === undefined ? 0n : BigInt(Math.floor(until.getTime() / 1_000)),
  ]),
  cost: {},
});

/** Gives a slot up whose GPU is away; what remains of its price goes back to its holder. */
export const refundSlot: Action<OfSlot> = async ({ from, slot: id }, reads) => {
  const slotId = BigInt(id);
  const [slot, holder] = await Promise.all([
    reads.read("TimeSlots", "slotOf", [slotId]),
    reads.read("TimeSlots", "ownerOf", [slotId]),
  ]);
  const call = reads.call("TimeSlots", "refundUndelivered", [slotId]);
  if (!slot || !holder) return { call, cost: null };
  const hourNow = Number(reads.head.timestamp / 3_600n);
  const toHour = Math.min(Math.max(hourNow, slot.settledHour), slot.endHour);
  const span = [BigInt(slot.settledHour), BigInt(toHour)] as const;
  const lost = await reads.read("GpuNFT", "lostHours", [slot.gpuId, ...span]);
  if (lost === undefined) return { call, cost: null };
  const returnsDc = slot.hourlyDc * (lost + BigInt(slot.endHour - toHour));
  return { call, cost: holder.toLowerCase() === from ? { returnsDc } : {} };
};

/** A slot and where it is to go. */
export interface MoveSlot extends OfSlot {
  toGpu: string;
}

/** Moves a slot to an equal GPU. By the operator. */
export const moveSlot: Action<MoveSlot> = ({ slot, toGpu }, reads) => ({
  call: reads.call("TimeSlots", "moveSlot", [BigInt(slot), BigInt(toGpu)]),
  cost: {},
});
