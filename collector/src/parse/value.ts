/** A number, or why there is none. */
export type Reading = number | "blank" | "bad_value" | "out_of_range";

const ZERO = 0x30;
const LETTER_A = 0x41;

/**
 * The value of a sample as text, e.g. "45.999000" or "+Inf".
 *
 * @returns "blank" for NaN and DCGM's sentinels, "bad_value" for what is no number
 */
export function readValue(token: string): Reading {
  if (isOtherBase(token)) return "bad_value";
  const value = +token;
  // Nearly every value leaves here: an ordinary number, below the smallest sentinel.
  if (value < 2_147_483_632 && value > -1e18) return value;
  if (Number.isNaN(value)) return readWord(token);
  if (!Number.isFinite(value)) return "out_of_range";
  return isSentinel(value) ? "blank" : value;
}

/** JavaScript also reads "", "0x1f", "0b1" and "0o7" as numbers; the text format doesn't. */
function isOtherBase(token: string): boolean {
  if (token.charCodeAt(0) !== ZERO) return token === "";
  const second = token.charCodeAt(1);
  return second >= LETTER_A && token[1] !== "e" && token[1] !== "E";
}

function readWord(token: string): Reading {
  if (/^[+-]?nan$/i.test(token)) return "blank";
  return /^[+-]?inf(inity)?$/i.test(token) ? "out_of_range" : "bad_value";
}

/**
 * DCGM's blanks: int32 0x7ffffff0…f3, double 2^47…2^47+3 and int64 0x7ffffffffffffff0…f3. The last can't be told apart
 * once they are doubles (…794 reads as …808), so that everything from 9e18 on counts.
 */
function isSentinel(value: number): boolean {
  return (
    Math.abs(value) >= 9e18 ||
    (value >= 2_147_483_632 && value <= 2_147_483_635) ||
    (value >= 140_737_488_355_328 && value <= 140_737_488_355_331)
  );
}
