import { formatDate } from "../format/dates.ts";

/** Round numbers from at most `low` to at least `high`, about `count` of them. */
export function niceTicks(low: number, high: number, count: number): number[] {
  if (high <= low) return [low, low + 1];
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 2.5, 5, 10].find((size) => size * power >= rough) ?? 10) * power;
  const first = Math.floor(low / step + 1e-9);
  const last = Math.ceil(high / step - 1e-9);
  return Array.from({ length: last - first + 1 }, (_, place) => Number(((first + place) * step).toPrecision(12)));
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Distances between marks of a time axis, milliseconds. */
export const TIME_STEPS = [
  ...[1_000, 5_000, 10_000, 15_000, 30_000],
  ...[1, 2, 5, 10, 15, 30].map((count) => count * MINUTE),
  ...[1, 2, 3, 4, 6, 8, 12].map((count) => count * HOUR),
  ...[1, 2, 3, 5, 7, 14, 28, 91, 182, 365].map((count) => count * DAY),
];

/** Times of an axis at round distances in UTC, at most `count` of them. */
export function timeTicks(from: number, to: number, count: number): { ticks: number[]; step: number } {
  const step = TIME_STEPS.find((size) => (to - from) / size <= Math.max(1, count)) ?? 365 * DAY;
  const first = Math.ceil(from / step) * step;
  const ticks = Array.from(
    { length: Math.max(0, Math.floor((to - first) / step) + 1) },
    (_, place) => first + place * step,
  );
  return { ticks, step };
}

/** How a time of an axis is written: the date where a day begins, else the time. */
export function timeLabel(at: number, step: number): string {
  if (step >= 28 * DAY) return formatDate(at, "YYYY-MM");
  if (at % DAY === 0 || step >= DAY) return formatDate(at, "MM/DD");
  return formatDate(at, step < MINUTE ? "HH:mm:ss" : "HH:mm");
}
