/**
 * What the samples of one GPU say in one whole hour. Sums over readings, so that the judgment is arithmetic on a few
 * numbers. Made by `FACTS` (facts-sql.ts); a fact that the exporter's fields don't give is 0 seconds of it.
 */
export interface HourFacts {
  /** samples, and seconds that they cover */
  samples: number;
  coveredSeconds: number;
  /** between two readings that differ, on average; null without two */
  readingSeconds: number | null;
  /** what the GPU draws with nothing to do and at most, by its model and its exporter's limit; null: neither is known */
  idleWatts: number | null;
  limitWatts: number | null;
  energy: EnergyFacts;
  load: LoadFacts;
  heat: HeatFacts;
  still: StillFacts;
  repeats: RepeatFacts;
}

/** Pairs of neighboring samples that show both the energy counter and power; the counter didn't fall in between. */
export interface EnergyFacts {
  seconds: number;
  /** by which the counter has risen */
  counterJoules: number;
  /** power integrated by trapezoids */
  powerJoules: number;
  /** the most by which that integral may be wrong where power moved between two samples: Σ ½·Δt·|ΔP| */
  slackJoules: number;
  powerWattsMax: number;
}

/** Utilization beside power, but for samples in which the driver lowered the clocks for heat or power. */
export interface LoadFacts {
  /** power known; and of that: above 1.1 × limit, below 0.4 × idle */
  powerSeconds: number;
  overSeconds: number;
  underSeconds: number;
  /** utilization below 2 % in two samples running; and of that: at the power of hard work */
  idleSeconds: number;
  idleHotSeconds: number;
  /** above 90 % in two samples running; and of that: at the power of rest */
  busySeconds: number;
  busyColdSeconds: number;
  /** utilization known; and of that: at or above 10 % */
  utilSeconds: number;
  workSeconds: number;
  /** power over the limit (y) by utilization (x) */
  moments: Moments;
}

/** Temperature beside power. */
export interface HeatFacts {
  /** means of 5 minutes; null where heat lowered the clocks all the time */
  slow: SlowMoments | null;
  /** readings at most 20 s apart; null where power isn't shown */
  fast: FastMoments | null;
}

/** Temperature (°C ÷ 100, y) by power (over the limit, x). */
export interface SlowMoments extends Moments {
  /** points in the lower and in the upper half of the hour's range of power */
  low: number;
  high: number;
}

/** Sums for a line through points. */
export interface Moments {
  n: number;
  x: number;
  y: number;
  xx: number;
  yy: number;
  xy: number;
}

/** Sums for a fit U = α·T + β·P + γ: temperature after (U) and before (T), (°C − 50) ÷ 100, and power over the limit. */
export interface FastMoments {
  n: number;
  seconds: number;
  t: number;
  u: number;
  p: number;
  tt: number;
  uu: number;
  pp: number;
  tu: number;
  tp: number;
  up: number;
}

/** Stretches in which readings stand still. */
export interface StillFacts {
  hasCounter: boolean;
  /** seconds in stretches of 5 minutes or more in which no reading changed at all */
  stuckSeconds: number;
  /** the longest of them */
  stuckSecondsMax: number;
  /** seconds in stretches of 10 minutes or more with the same power to the milliwatt, while the GPU worked */
  flatSeconds: number;
}

/** Runs of six readings of power that followed one another. */
export interface RepeatFacts {
  /** that differ from the one before, and different powers in them */
  readings: number;
  powers: number;
  runs: number;
  /** of those that differ from each other */
  distinctRuns: number;
}

/** An hour of a GPU, as the judgment wants it. */
export interface AssessedHour {
  /** start, milliseconds since 1970 */
  at: number;
  facts: HourFacts;
  /** the hashes of runs that are the smallest, at most `SKETCH_SIZE`, rising */
  sketch: readonly bigint[];
}

/** Hashes of runs of readings that are kept of an hour and of a day. */
export const SKETCH_SIZE = 128;
