/** Money on the path is `bigint` in base units; text only at the edge. */

/** Decimals of a Data Credit; 1 DC = 1 US dollar. */
export const DC_DECIMALS = 6;
/** Decimals of BCT. */
export const BCT_DECIMALS = 18;
/** Decimals of BCT/USD prices. */
export const PRICE_DECIMALS = 8;

/**
 * Base units as plain decimal text, exact, without trailing zeros.
 *
 * @example formatUnits(1_500_000n, DC_DECIMALS) === "1.5"
 */
export function formatUnits(amount: bigint, decimals: number): string {
  const isNegative = amount < 0n;
  const digits = (isNegative ? -amount : amount).toString().padStart(decimals + 1, "0");
  const whole = digits.slice(0, digits.length - decimals);
  const fraction = digits.slice(digits.length - decimals).replace(/0+$/, "");
  return `${isNegative ? "-" : ""}${whole}${fraction === "" ? "" : `.${fraction}`}`;
}

/**
 * Decimal text as base units, exact.
 *
 * @throws RangeError if the text is no plain decimal number or has more places than `decimals`
 * @example parseUnits("1.5", DC_DECIMALS) === 1_500_000n
 */
export function parseUnits(text: string, decimals: number): bigint {
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text);
  const fraction = match?.[3] ?? "";
  if (!match || fraction.length > decimals) {
    throw new RangeError(`"${text}" is no decimal number with at most ${decimals} places`);
  }
  const magnitude = BigInt(`${match[2] ?? ""}${fraction.padEnd(decimals, "0")}`);
  return match[1] === "-" ? -magnitude : magnitude;
}
