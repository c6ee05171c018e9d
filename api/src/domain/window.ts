import { BaseError } from "#kernel/errors.ts";

/** Seconds of a UTC day. */
export const DAY_SECONDS = 86_400;

/** A half-open span of time `[fromAt, toAt)`, seconds since 1970. */
export interface Window {
  fromAt: number;
  toAt: number;
}

/**
 * The window itself, once it is known to be one.
 *
 * @throws BaseError `BAD_WINDOW` if it ends before it begins or isn't in whole seconds, `WINDOW_TOO_LONG` beyond
 * `maxDays`
 */
export function checkedWindow(window: Window, maxDays: number): Window {
  const { fromAt, toAt } = window;
  if (!Number.isSafeInteger(fromAt) || !Number.isSafeInteger(toAt) || fromAt >= toAt) {
    throw new BaseError(
      "BAD_WINDOW",
      `the window from ${timeText(fromAt)} to ${timeText(toAt)} doesn't begin before it ends`,
      {
        hints: ["give both ends in whole seconds, the earlier one first"],
      },
    );
  }
  if (toAt - fromAt > maxDays * DAY_SECONDS) {
    throw new BaseError(
      "WINDOW_TOO_LONG",
      `the window of ${Math.ceil((toAt - fromAt) / DAY_SECONDS)} days is too long`,
      {
        hints: [`ask for at most ${maxDays} days at a time`],
      },
    );
  }
  return window;
}

/** A time in seconds since 1970 for people, or the number if it is none. */
export function timeText(at: number): string {
  return Number.isSafeInteger(at) && Math.abs(at) < 8.64e12 ? new Date(at * 1_000).toISOString() : String(at);
}

/** The UTC day that holds `at`, counted from 1970. */
export function dayOf(at: number): number {
  return Math.floor(at / DAY_SECONDS);
}
