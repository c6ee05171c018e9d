import { measured, unknown, type Measure } from "../measure.ts";
import type { OccupancyHour } from "./facts.ts";

/** Time constant of the average: an hour this old weighs 1/e of the newest. */
export const EWMA_HOURS = 24;

const HOUR_SECONDS = 3_600;

/**
 * The pool's occupancy, 0 to 1, as an exponentially weighted average of hours: `ū ← ū + (1 − e^(−Δ/24 h)) (u − ū)`,
 * begun at the first hour known, with Δ the hours since the one before. Hours with nothing to rent are passed over.
 * Unknown without an hour, and when the newest is older than 24 h: silence is no lack of demand.
 *
 * @param hours over by `asOf`, in any order
 */
export function smoothedOccupancy(hours: readonly OccupancyHour[], asOf: number): Measure {
  const known = hours
    .filter(({ hourAt, availableSeconds }) => availableSeconds > 0 && hourAt + HOUR_SECONDS <= asOf)
    .sort((a, b) => a.hourAt - b.hourAt);
  const last = known.at(-1);
  if (!last) return unknown("NO_OCCUPANCY");
  if (asOf - last.hourAt - HOUR_SECONDS > EWMA_HOURS * HOUR_SECONDS) return unknown("OCCUPANCY_STALE");
  let smoothed = 0;
  let before: number | null = null;
  for (const { hourAt, rentedSeconds, availableSeconds } of known) {
    const occupancy = Math.min(1, rentedSeconds / availableSeconds);
    const weight = before === null ? 1 : 1 - Math.exp(-(hourAt - before) / HOUR_SECONDS / EWMA_HOURS);
    smoothed += weight * (occupancy - smoothed);
    before = hourAt;
  }
  return measured(smoothed);
}
