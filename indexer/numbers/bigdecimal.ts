import { bitLength, parseBigInt } from "./bigint.ts";

/**
 * graph-node's BigDecimal: `digits` · 10^-`scale`, held to 34 significant digits. The algorithm is that of bigdecimal-rs
 * 0.1.2 plus graph-node's normalization after every operation, quirks included: subgraphs' rows depend on them.
 */
export interface BigDecimal {
  readonly digits: bigint;
  readonly scale: number;
}

const MAX_DIGITS = 34;
const POWERS: bigint[] = [1n];
for (let exponent = 1; exponent <= 256; exponent++) POWERS.push((POWERS[exponent - 1] as bigint) * 10n);

/** 10^`exponent` for an exponent of 0 or more. */
export function powerOfTen(exponent: number): bigint {
  return POWERS[exponent] ?? 10n ** BigInt(exponent);
}

const LIMIT = powerOfTen(MAX_DIGITS);
const NEGATIVE_LIMIT = -powerOfTen(MAX_DIGITS - 1);

export const ZERO: BigDecimal = { digits: 0n, scale: 0 };

/** bigdecimal-rs divides the bits by this, not by the exact log2(10). */
const BITS_PER_DIGIT = 3.3219280949;

/** The Rust loop that corrects the estimate never runs for negative numbers, so their count may be one short. */
function countDigits(value: bigint): number {
  if (value === 0n) return 1;
  let count = Math.floor(bitLength(value) / BITS_PER_DIGIT);
  if (value < 0n) return count;
  while (value >= powerOfTen(count)) count++;
  return count;
}

/** 1 when the leading digit of `rest` (above 0) is 5 or more. */
function roundingTerm(rest: bigint): bigint {
  let limit = powerOfTen(Math.floor(bitLength(rest) / BITS_PER_DIGIT));
  for (;;) {
    if (rest < limit) return 1n;
    limit *= 5n;
    if (rest < limit) return 0n;
    limit *= 2n;
  }
}

function stripZeros(digits: bigint, scale: number): BigDecimal {
  if ((digits & 1n) === 1n) return { digits, scale };
  for (const places of [16, 8, 4, 2, 1]) {
    const power = powerOfTen(places);
    while (digits % power === 0n) {
      digits /= power;
      scale -= places;
    }
  }
  return { digits, scale };
}

/**
 * `digits` · 10^-`scale` normalized: at most 34 digits, positives rounded half up, negatives truncated (and sometimes
 * left with 35), no trailing zeros.
 */
export function normalize(digits: bigint, scale: number): BigDecimal {
  if (digits === 0n) return ZERO;
  if (digits >= LIMIT || digits <= NEGATIVE_LIMIT) {
    const excess = countDigits(digits) - MAX_DIGITS;
    if (excess > 0) {
      const divisor = powerOfTen(excess);
      const rest = digits % divisor;
      digits /= divisor;
      if (divisor < 10n * rest) digits += roundingTerm(rest);
      scale -= excess;
    }
  }
  return stripZeros(digits, scale);
}

/** a + b */
export function add(a: BigDecimal, b: BigDecimal): BigDecimal {
  if (a.scale === b.scale) return normalize(a.digits + b.digits, a.scale);
  const [low, high] = a.scale < b.scale ? [a, b] : [b, a];
  return normalize(low.digits * powerOfTen(high.scale - low.scale) + high.digits, high.scale);
}

/** a − b */
export function subtract(a: BigDecimal, b: BigDecimal): BigDecimal {
  return add(a, { digits: -b.digits, scale: b.scale });
}

/** a · b */
export function multiply(a: BigDecimal, b: BigDecimal): BigDecimal {
  return normalize(a.digits * b.digits, a.scale + b.scale);
}

/** Long division of positives to 100 digits, rounded half up on the next one. */
function dividePositive(numerator: bigint, denominator: bigint, scale: number): BigDecimal {
  while (numerator < denominator) {
    numerator *= 10n;
    scale++;
  }
  let quotient = numerator / denominator;
  let rest = numerator - quotient * denominator;
  if (rest === 0n) return { digits: quotient, scale };
  const missing = 100 - countDigits(quotient);
  if (missing > 0) {
    const scaled = rest * powerOfTen(missing);
    const more = scaled / denominator;
    quotient = quotient * powerOfTen(missing) + more;
    rest = scaled - more * denominator;
    scale += missing;
  }
  const next = (rest * 10n) / denominator;
  return { digits: next === 0n ? quotient : quotient + roundingTerm(next), scale };
}

/**
 * a / b
 *
 * @throws RangeError when b is zero
 */
export function divide(a: BigDecimal, b: BigDecimal): BigDecimal {
  if (b.digits === 0n) throw new RangeError("division by zero");
  if (a.digits === 0n) return ZERO;
  if (b.digits === 1n && b.scale === 0) return a;
  const scale = a.scale - b.scale;
  if (a.digits === b.digits) return normalize(1n, scale);
  const isNegative = a.digits < 0n !== b.digits < 0n;
  const result = dividePositive(a.digits < 0n ? -a.digits : a.digits, b.digits < 0n ? -b.digits : b.digits, scale);
  return normalize(isNegative ? -result.digits : result.digits, result.scale);
}

/** Whether two decimals have the same value. */
export function equals(a: BigDecimal, b: BigDecimal): boolean {
  if (a.scale === b.scale) return a.digits === b.digits;
  const [low, high] = a.scale < b.scale ? [a, b] : [b, a];
  return low.digits * powerOfTen(high.scale - low.scale) === high.digits;
}

/** Plain decimal notation, never an exponent. */
export function toText({ digits, scale }: BigDecimal): string {
  const isNegative = digits < 0n;
  let text = (isNegative ? -digits : digits).toString();
  if (scale <= 0) text += "0".repeat(-scale);
  else if (scale >= text.length) text = `0.${"0".repeat(scale - text.length)}${text}`;
  else text = `${text.slice(0, text.length - scale)}.${text.slice(text.length - scale)}`;
  return isNegative ? `-${text}` : text;
}

/**
 * Decimal text, normalized: an optional sign, digits with `_` allowed between them, a fraction, an exponent.
 *
 * @returns `undefined` when the text is none
 */
export function parseBigDecimal(text: string): BigDecimal | undefined {
  const mark = text.search(/[eE]/);
  const base = mark < 0 ? text : text.slice(0, mark);
  const exponentText = mark < 0 ? "0" : text.slice(mark + 1);
  if (base === "" || !/^[+-]?\d+$/.test(exponentText)) return undefined;
  const point = base.indexOf(".");
  const places = point < 0 ? 0 : base.length - point - 1;
  const digits = parseBigInt(point < 0 ? base : base.slice(0, point) + base.slice(point + 1));
  return digits === undefined ? undefined : normalize(digits, places - Number(exponentText));
}
