/**
 * A number that may not be known: then `value` is null and `reason` says why in SCREAMING_SNAKE. What isn't known is
 * never 0 and never 1.
 *
 * @example measured(0.5) // { value: 0.5, reason: null }
 */
export type Measure<T = number> = { value: T; reason: null } | { value: null; reason: string };

/** A number that is known. */
export function measured<T>(value: T): Measure<T> {
  return { value, reason: null };
}

/** A number that isn't known, and why. */
export function unknown<T = number>(reason: string): Measure<T> {
  return { value: null, reason };
}

/** `part / whole`; unknown for `reason` where there is no whole. */
export function ratio(part: number, whole: number, reason: string): Measure {
  return whole > 0 ? measured(part / whole) : unknown(reason);
}
