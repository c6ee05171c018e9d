import { BaseError } from "#kernel/errors.ts";
import type { TermDiscount } from "./facts.ts";

/** The longest slot that can be reserved, hours: `TimeSlots.MAX_HOURS`. */
export const MAX_SLOT_HOURS = 8_784;

const MAX_STEPS = 8;
const MAX_BPS = 9_000;

/** Terms that a longer slot, cut down by a split, gives cheaper than a slot of their own; the rest is left to sell. */
export interface SplitArbitrage {
  fromHours: number;
  toHours: number;
  /** the longer slot to buy */
  boughtHours: number;
  /** most that is saved at one of these terms, DC base units */
  savedDc: bigint;
}

/** DC per hour of a slot of `hours`, as `PoolRegistry.reservedRate` has it: the last step reached, rounded up. */
export function slotRateUp(reservedDcPerHour: bigint, discounts: readonly TermDiscount[], hours: number): bigint {
  const bps = discounts.filter(({ minHours }) => minHours <= hours).at(-1)?.bps ?? 0;
  return (reservedDcPerHour * BigInt(10_000 - bps) + 9_999n) / 10_000n;
}

/** DC of a whole slot. */
export function slotCostUp(reservedDcPerHour: bigint, discounts: readonly TermDiscount[], hours: number): bigint {
  return slotRateUp(reservedDcPerHour, discounts, hours) * BigInt(hours);
}

/**
 * Where discounts can be beaten. Merging never beats them: steps ascend, so an hour in a shorter slot costs no less.
 * Splitting does just below a step, by nature of steps: one at `n` hours from rate `a` to `b` leaves no gap only if
 * `n · b ≥ (n − 1) · a`. The findings say which terms and how much, for the operator to weigh; none: no whole is
 * cheaper by any way than directly.
 *
 * @throws BaseError `BAD_DISCOUNTS` for steps that the chain would refuse
 */
export function findArbitrage(reservedDcPerHour: bigint, discounts: readonly TermDiscount[]): SplitArbitrage[] {
  checkDiscounts(discounts);
  return discounts.flatMap(({ minHours }) => splitBelow(reservedDcPerHour, discounts, minHours));
}

/** A longer slot that costs less in all than the one asked for; its rest can be cut off and sold. */
export interface CheaperSlot {
  hours: number;
  totalDc: bigint;
}

/** The cheapest slot longer than `hours`, and at most `mostHours` long, that costs less than one of `hours`; null: none does. */
export function cheaperSlot(
  reservedDcPerHour: bigint,
  discounts: readonly TermDiscount[],
  hours: number,
  mostHours = MAX_SLOT_HOURS,
): CheaperSlot | null {
  let best: CheaperSlot | null = null;
  let least = slotCostUp(reservedDcPerHour, discounts, hours);
  for (const { minHours } of discounts) {
    if (minHours <= hours || minHours > mostHours) continue;
    const totalDc = slotCostUp(reservedDcPerHour, discounts, minHours);
    if (totalDc < least) [best, least] = [{ hours: minHours, totalDc }, totalDc];
  }
  return best;
}

/** The terms below a step for which the slot of `step` hours is the cheapest that is long enough, and costs less. */
function splitBelow(rate: bigint, discounts: readonly TermDiscount[], step: number): SplitArbitrage[] {
  const cost = (hours: number): bigint => slotCostUp(rate, discounts, hours);
  const bought = cost(step);
  const isBeaten = (hours: number): boolean =>
    bought < cost(hours) && !discounts.some(({ minHours }) => minHours >= hours && cost(minHours) < bought);
  let fromHours = step;
  let savedDc = 0n;
  for (; fromHours > 1 && isBeaten(fromHours - 1); fromHours--) {
    const saved = cost(fromHours - 1) - bought;
    if (saved > savedDc) savedDc = saved;
  }
  return fromHours === step ? [] : [{ fromHours, toHours: step - 1, boughtHours: step, savedDc }];
}

function checkDiscounts(discounts: readonly TermDiscount[]): void {
  const isAscending = discounts.every((step, at) => {
    const before = discounts[at - 1] ?? { minHours: 0, bps: 0 };
    const isWhole = Number.isSafeInteger(step.minHours) && Number.isSafeInteger(step.bps);
    return isWhole && step.minHours > before.minHours && step.bps > before.bps && step.bps <= MAX_BPS;
  });
  if (!isAscending || discounts.length > MAX_STEPS) {
    throw new BaseError("BAD_DISCOUNTS", "the discounts aren't steps that the chain accepts", {
      hints: [`give at most ${MAX_STEPS} steps, hours and discounts both ascending, up to ${MAX_BPS} basis points`],
    });
  }
}
