import { keccak256 } from "../abi/keccak.ts";
import type { LogQuery } from "./filter.ts";

const BLOOM_BITS = 2_048;

const MAX_REMEMBERED = 10_000;
/** A bloom's three bits by address or topic: the same few are asked for at every block. */
const remembered = new Map<string, readonly number[]>();

function bitsOf(hex: string): readonly number[] {
  let bits = remembered.get(hex);
  if (!bits) {
    const hash = keccak256(Buffer.from(hex.slice(2), "hex"));
    bits = [0, 2, 4].map((index) => (((hash[index] ?? 0) << 8) | (hash[index + 1] ?? 0)) % BLOOM_BITS);
    if (remembered.size >= MAX_REMEMBERED) remembered.clear();
    remembered.set(hex, bits);
  }
  return bits;
}

/** Whether a block's bloom may hold `hex` (an address or topic): no means certainly not. */
export function mayContain(bloom: string, hex: string): boolean {
  for (const bit of bitsOf(hex)) {
    const byte = 255 - (bit >> 3);
    const value = Number.parseInt(bloom.slice(2 + byte * 2, 4 + byte * 2), 16);
    if ((value & (1 << (bit & 7))) === 0) return false;
  }
  return true;
}

/** Whether a block with this bloom may have logs of the query. */
export function mayMatch(bloom: string, { addresses, topics }: LogQuery): boolean {
  if (/^0x0*$/.test(bloom)) return false;
  const mayHaveAny = (values: readonly string[] | undefined): boolean =>
    values === undefined || values.some((value) => mayContain(bloom, value));
  return mayHaveAny(addresses) && topics.every(mayHaveAny);
}
