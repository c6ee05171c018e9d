import { columnIndex } from "../metrics.ts";

const GR_ACTIVE = columnIndex("gr_active_ratio");
const GPU_UTIL = columnIndex("gpu_util_ratio");
const ENERGY = columnIndex("energy_total_joules");
const POWER = columnIndex("power_watts");

/** A sample speaks for its GPU at most so long. */
export const MAX_COVER_MS = 300_000;

/** No board draws more: 1.3 × the greatest power that is believed. */
const MAX_WATTS = 3_900;
/** An exporter hands out readings up to so old, so that two may be that much further apart than their scrapes. */
const MAX_READING_AGE_SECONDS = 60;

/** What is remembered of a GPU's last sample. */
export interface LastSample {
  at: number;
  powerWatts: number | null;
  /** the last reading of the energy counter, perhaps of an earlier sample */
  energy: { at: number; joules: number } | null;
}

/** What a sample adds to the one before it. */
export interface Derived {
  /** seconds since the sample before it; 0 for the first and after a gap */
  coveredSeconds: number;
  energyJoules: number | null;
  utilRatio: number | null;
  isCounterReset: boolean;
}

/**
 * Derives what makes roll-ups plain sums.
 *
 * @param values by place in `COLUMNS`
 * @param intervalMs between two scrapes of its target
 */
export function derive(
  at: number,
  values: readonly (number | null)[],
  last: LastSample | null,
  intervalMs: number,
): Derived {
  const coveredSeconds = last ? coveredMs(at - last.at, intervalMs) / 1_000 : 0;
  const joules = values[ENERGY] ?? null;
  const counted = joules !== null && last?.energy ? energyBetween(last.energy, { at, joules }) : undefined;
  const fromPower = isAwaited(at, joules, last)
    ? null
    : energyFromPower(coveredSeconds, last?.powerWatts ?? null, values[POWER] ?? null);
  return {
    coveredSeconds,
    energyJoules: counted?.joules ?? fromPower,
    utilRatio: utilRatio(values),
    isCounterReset: counted?.isReset ?? false,
  };
}

/** What to remember of a sample for the next one. */
export function remember(at: number, values: readonly (number | null)[], last: LastSample | null): LastSample {
  const joules = values[ENERGY] ?? null;
  return {
    at,
    powerWatts: values[POWER] ?? null,
    energy: joules !== null ? { at, joules } : isAwaited(at, joules, last) ? (last?.energy ?? null) : null,
  };
}

/**
 * A counter that isn't shown now, but was a moment ago: its next reading will tell what has been used meanwhile, which must
 * not be taken from power as well. After 5 minutes it isn't waited for any more.
 */
function isAwaited(at: number, joules: number | null, last: LastSample | null): boolean {
  return joules === null && last !== null && last.energy !== null && at - last.energy.at <= MAX_COVER_MS;
}

/** Three scrapes may be missed, or 5 minutes where that is less, but always the one between two in time. */
function coveredMs(elapsedMs: number, intervalMs: number): number {
  const longest = Math.max(1.5 * intervalMs, Math.min(3 * intervalMs, MAX_COVER_MS));
  return elapsedMs > 0 && elapsedMs <= longest ? elapsedMs : 0;
}

/**
 * Energy between two readings of the counter. One that has fallen was reset (driver reload), and all it shows has been
 * used since. What no board could have used is no reading.
 */
function energyBetween(
  from: { at: number; joules: number },
  to: { at: number; joules: number },
): { joules: number | undefined; isReset: boolean } {
  const isReset = to.joules < from.joules;
  const joules = isReset ? to.joules : to.joules - from.joules;
  const seconds = (to.at - from.at) / 1_000 + MAX_READING_AGE_SECONDS;
  return { joules: joules <= MAX_WATTS * seconds ? joules : undefined, isReset };
}

function energyFromPower(seconds: number, before: number | null, now: number | null): number | null {
  return seconds > 0 && now !== null ? seconds * ((before ?? now) + now) * 0.5 : null;
}

/** The profiling counter, unless it is missing, or stuck at 0 while kernels run (a known fault of long uptimes). */
function utilRatio(values: readonly (number | null)[]): number | null {
  const active = values[GR_ACTIVE] ?? null;
  const coarse = values[GPU_UTIL] ?? null;
  return active === null || (active === 0 && coarse !== null && coarse > 0.9) ? coarse : active;
}
