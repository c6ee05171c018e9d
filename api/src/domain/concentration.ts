import { measured, unknown, type Measure } from "./measure.ts";

/** How many parts of a share are told apart. */
const PARTS = 1_000_000_000_000n;

/** A part of a whole as a number from 0 to 1; 0 of nothing. */
export function shareOf(part: bigint, whole: bigint): number {
  return whole > 0n ? Number((part * PARTS) / whole) / Number(PARTS) : 0;
}

/** Herfindahl–Hirschman index of amounts: Σ share², 1 / count to 1. Unknown (`NO_BURNS`) where they come to nothing. */
export function concentrationOf(amounts: readonly bigint[]): Measure {
  const whole = amounts.reduce((sum, one) => sum + one, 0n);
  if (whole <= 0n) return unknown("NO_BURNS");
  return measured(amounts.reduce((sum, one) => sum + shareOf(one, whole) ** 2, 0));
}
