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

/** What is remembered of a GPU's last sample; it changes with each. */
export interface LastSample {
  at: number;
  /** NaN for no reading */
  powerWatts: number;
  /** of the newest sample with a reading of the energy counter, or with energy from power; NaN before the first */
  energyAt: number;
  /** the counter's reading then; NaN where there was none, or it is too old */
  energyJoules: number;
}

/** What a sample adds to the one before it. */
export interface Derived {
  /** seconds since the sample before it; 0 for the first and after a gap */
  coveredSeconds: number;
  /** NaN where nothing is known of it */
  energyJoules: number;
  utilRatio: number;
  isCounterReset: boolean;
}

/**
 * Derives what makes roll-ups plain sums.
 *
 * @param values by place in `COLUMNS`, NaN for no reading
 * @param intervalMs between two scrapes of its target
 */
export function derive(
  at: number,
  values: ArrayLike<number>,
  last: Readonly<LastSample> | null,
  intervalMs: number,
): Derived {
  const coveredSeconds = last ? coveredMs(at - last.at, intervalMs) / 1_000 : 0;
  const joules = values[ENERGY] ?? NaN;
  const isCounted = last !== null && !Number.isNaN(joules) && !Number.isNaN(last.energyJoules);
  const counted = isCounted ? energyBetween(last.energyAt, last.energyJoules, at, joules) : NaN;
  const fromPower = isAwaited(at, joules, last)
    ? NaN
    : energyFromPower(coveredSeconds, last?.powerWatts ?? NaN, values[POWER] ?? NaN);
  return {
    coveredSeconds,
    energyJoules: Number.isNaN(counted) ? fromPower : counted,
    utilRatio: utilRatio(values),
    isCounterReset: isCounted && joules < last.energyJoules,
  };
}

/**
 * Remembers a sample for the next one.
 *
 * @param energyJoules derived for it
 * @param last of the sample before, which is changed; null for the first
 */
export function remember(
  at: number,
  values: ArrayLike<number>,
  energyJoules: number,
  last: LastSample | null,
): LastSample {
  const now = last ?? { at, powerWatts: NaN, energyAt: NaN, energyJoules: NaN };
  const joules = values[ENERGY] ?? NaN;
  if (!Number.isNaN(joules) || !Number.isNaN(energyJoules)) {
    now.energyAt = at;
    now.energyJoules = joules;
  } else if (!isAwaited(at, joules, last)) now.energyJoules = NaN;
  now.at = at;
  now.powerWatts = values[POWER] ?? NaN;
  return now;
}

/**
 * Derives what a sample that comes late, or a further part of the last one, adds to what is known: a counter's reading
 * that was awaited, as those samples after it that lack one told no energy either.
 *
 * @param last which is changed
 */
export function deriveLate(at: number, values: ArrayLike<number>, last: LastSample): Derived {
  const derived = { coveredSeconds: 0, energyJoules: NaN, utilRatio: utilRatio(values), isCounterReset: false };
  const joules = values[ENERGY] ?? NaN;
  if (at === last.at && Number.isNaN(last.powerWatts)) last.powerWatts = values[POWER] ?? NaN;
  const isSettled = at < last.energyAt || (at === last.energyAt && !Number.isNaN(last.energyJoules));
  if (Number.isNaN(joules) || isSettled || last.at - at > MAX_COVER_MS) return derived;
  if (!Number.isNaN(last.energyJoules)) {
    derived.energyJoules = energyBetween(last.energyAt, last.energyJoules, at, joules);
    derived.isCounterReset = joules < last.energyJoules;
  }
  last.energyAt = at;
  last.energyJoules = joules;
  return derived;
}

/**
 * A counter that isn't shown now, but was a moment ago: its next reading will tell what has been used meanwhile, which must
 * not be taken from power as well. After 5 minutes it isn't waited for any more.
 */
function isAwaited(at: number, joules: number, last: Readonly<LastSample> | null): boolean {
  if (!Number.isNaN(joules) || last === null || Number.isNaN(last.energyJoules)) return false;
  return at - last.energyAt <= MAX_COVER_MS;
}

/** Three scrapes may be missed, or 5 minutes where that is less, but always the one between two in time. */
function coveredMs(elapsedMs: number, intervalMs: number): number {
  const longest = Math.max(1.5 * intervalMs, Math.min(3 * intervalMs, MAX_COVER_MS));
  return elapsedMs > 0 && elapsedMs <= longest ? elapsedMs : 0;
}

/**
 * Energy between two readings of the counter. One that has fallen was reset (driver reload), and all it shows has been
 * used since. What no board could have used is no reading: NaN.
 */
function energyBetween(fromMs: number, from: number, toMs: number, to: number): number {
  const joules = to < from ? to : to - from;
  const seconds = (toMs - fromMs) / 1_000 + MAX_READING_AGE_SECONDS;
  return joules <= MAX_WATTS * seconds ? joules : NaN;
}

function energyFromPower(seconds: number, before: number, now: number): number {
  if (seconds <= 0) return NaN;
  return seconds * ((Number.isNaN(before) ? now : before) + now) * 0.5;
}

/** The profiling counter, unless it is missing, or stuck at 0 while kernels run (a known fault of long uptimes). */
function utilRatio(values: ArrayLike<number>): number {
  const active = values[GR_ACTIVE] ?? NaN;
  const coarse = values[GPU_UTIL] ?? NaN;
  return Number.isNaN(active) || (active === 0 && coarse > 0.9) ? coarse : active;
}
