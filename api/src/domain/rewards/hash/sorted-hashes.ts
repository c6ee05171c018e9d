import { HASH_BYTES } from "./keccak.ts";

const RADIX = 65_536;

/**
 * The indices of hashes in ascending order of the hashes, equal ones in the order given. Hashes are spread evenly: two
 * passes of a radix sort over their first 32 bits leave next to nothing to be set right.
 *
 * @param hashes one after the other, 32 bytes each
 */
export function sortedHashes(hashes: Uint8Array): Uint32Array {
  const count = hashes.length / HASH_BYTES;
  const view = new DataView(hashes.buffer, hashes.byteOffset, hashes.byteLength);
  const prefixes = Uint32Array.from({ length: count }, (_, i) => view.getUint32(i * HASH_BYTES));
  const given = Uint32Array.from({ length: count }, (_, i) => i);
  const byLow = radixPass(given, (i) => (prefixes[i] ?? 0) & (RADIX - 1));
  const order = radixPass(byLow, (i) => (prefixes[i] ?? 0) >>> 16);
  insertionPass(order, hashes);
  return order;
}

/** Sorts by one digit; what has the same digit stays in order. */
function radixPass(indices: Uint32Array, digitOf: (index: number) => number): Uint32Array {
  const places = new Uint32Array(RADIX + 1);
  for (const index of indices) places[digitOf(index) + 1]!++;
  for (let digit = 0; digit < RADIX; digit++) places[digit + 1]! += places[digit] ?? 0;
  const sorted = new Uint32Array(indices.length);
  for (const index of indices) sorted[places[digitOf(index)]!++] = index;
  return sorted;
}

function insertionPass(order: Uint32Array, hashes: Uint8Array): void {
  for (let i = 1; i < order.length; i++) {
    const moving = order[i] ?? 0;
    let to = i;
    for (; to > 0 && isAbove(hashes, order[to - 1] ?? 0, moving); to--) order[to] = order[to - 1] ?? 0;
    order[to] = moving;
  }
}

function isAbove(hashes: Uint8Array, a: number, b: number): boolean {
  for (let k = 0; k < HASH_BYTES; k++) {
    const difference = (hashes[a * HASH_BYTES + k] ?? 0) - (hashes[b * HASH_BYTES + k] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return false;
}
