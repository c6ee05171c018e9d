import { keccak256 } from "viem";
import type { LogQuery } from "./filter.ts";

const BLOOM_BITS = 2_048;

/** Whether a block's bloom may hold `hex` (an address or topic): no means certainly not. */
export function mayContain(bloom: string, hex: string): boolean {
  const hash = keccak256(hex as `0x${string}`, "bytes");
  for (const index of [0, 2, 4]) {
    const bit = (((hash[index] ?? 0) << 8) | (hash[index + 1] ?? 0)) % BLOOM_BITS;
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
