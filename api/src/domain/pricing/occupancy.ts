import { measured, unknown, type Measure } from "../measure.ts";
import type { OccupancyHour } from "./facts.ts";

/** Time constant of the average: an hour this old weighs 1/e of the newest. */
export const EWMA_HOURS = 24;

const HOUR_SECONDS = 3_600;

/** The average after the newest hour that had capacity: all that the next one needs to go on from it. */
export interface OccupancyState {
  smoothed: number;
  /** start of that hour, seconds since 1970 */
  hourAt: number;
}

/**
 * `ū ← ū + (1 − e^(−Δ/24 h)) (u − ū)` with Δ the hours since the one before; the first hour is the average. An hour with
 * nothing to rent changes nothing.
 *
 * @param before of an earlier hour; null: there was none
 */
export function nextOccupancy(before: OccupancyState | null, hour: OccupancyHour): OccupancyState | null {
  const { hourAt, rentedSeconds, availableSeconds } = hour;
  if (availableSeconds <= 0) return before;
  const occupancy = Math.min(1, rentedSeconds / availableSeconds);
  const smoothed = before?.smoothed ?? 0;
  const weight = before === null ? 1 : 1 - Math.exp(-(hourAt - before.hourAt) / HOUR_SECONDS / EWMA_HOURS);
  return { smoothed: smoothed + weight * (occupancy - smoothed), hourAt };
}

/** The average as it can be used at `asOf`: unknown without an hour, and when the newest is older than 24 h. */
export function occupancyAt(state: OccupancyState | null, asOf: number): Measure {
  if (state === null) return unknown("NO_OCCUPANCY");
  const isStale = asOf - state.hourAt - HOUR_SECONDS > EWMA_HOURS * HOUR_SECONDS;
  return isStale ? unknown("OCCUPANCY_STALE") : measured(state.smoothed);
}

/**
 * The pool's occupancy, 0 to 1, as an exponentially weighted average of hours: `nextOccupancy` over all of them. Hours
 * with nothing to rent are passed over. Unknown without an hour, and when the newest is older than 24 h: silence is no
 * lack of demand.
 *
 * @param hours over by `asOf`, in any order
 */
export function smoothedOccupancy(hours: readonly OccupancyHour[], asOf: number): Measure {
  const known = hours.filter(({ hourAt }) => hourAt + HOUR_SECONDS <= asOf).sort((a, b) => a.hourAt - b.hourAt);
  return occupancyAt(known.reduce<OccupancyState | null>(nextOccupancy, null), asOf);
}
