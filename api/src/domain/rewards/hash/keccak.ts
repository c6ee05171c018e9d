import { createPermutation } from "./permutation.ts";

/** Bytes that one permutation takes in. */
const RATE = 136;
/** Bytes of a hash. */
export const HASH_BYTES = 32;

const { state, permute } = createPermutation();

/**
 * Keccak-256 of `input[from, to)` into `output` at `at`, which may lie within the input. Synchronous and not reentrant:
 * all callers share one state.
 */
export function keccakInto(input: Uint8Array, from: number, to: number, output: Uint8Array, at: number): void {
  state.fill(0);
  let place = from;
  for (; to - place >= RATE; place += RATE) {
    absorb(input, place);
    permute();
  }
  const rest = to - place;
  for (let i = 0; i < rest; i++) state[i]! ^= input[place + i]!;
  state[rest]! ^= 0x01;
  state[RATE - 1]! ^= 0x80;
  permute();
  for (let i = 0; i < HASH_BYTES; i++) output[at + i] = state[i]!;
}

/** Keccak-256 of bytes. */
export function keccak256(input: Uint8Array): Uint8Array {
  const hash = new Uint8Array(HASH_BYTES);
  keccakInto(input, 0, input.length, hash, 0);
  return hash;
}

/** A whole block into the state. */
function absorb(input: Uint8Array, from: number): void {
  for (let i = 0; i < RATE; i++) state[i]! ^= input[from + i]!;
}
