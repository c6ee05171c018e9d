/**
 * Text as an integer by the grammar of Rust's num-bigint 0.2, which graph-node uses: an optional sign, digits, `_`
 * between digits; no spaces, no `0x`.
 *
 * @returns `undefined` when the text is none
 */
export function parseBigInt(text: string): bigint | undefined {
  const match = /^([+-]?)(\d[\d_]*)$/.exec(text);
  if (!match) return undefined;
  const magnitude = BigInt((match[2] ?? "").replaceAll("_", ""));
  return match[1] === "-" ? -magnitude : magnitude;
}

/** The number of bits of the magnitude of `value`; 0 for 0. */
export function bitLength(value: bigint): number {
  const hex = (value < 0n ? -value : value).toString(16);
  return hex === "0" ? 0 : (hex.length - 1) * 4 + (32 - Math.clz32(Number.parseInt(hex.charAt(0), 16)));
}

/** graph-node's limit of a BigInt: magnitude plus sign bit. */
export const MAX_BIGINT_BITS = 435_412;
