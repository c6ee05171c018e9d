import { HEX_VALUE } from "../host/hex.ts";

/** Data that doesn't fit its ABI type: graph-node skips the handler, `ethereum.decode` gives null. */
export class UndecodableError extends Error {
  override readonly name = "UndecodableError";
}

/** Digits of a word. */
export const WORD_DIGITS = 64;

/** Checks that `digits` hex digits lie at `at`. */
export function checkRange(hex: string, at: number, digits: number): void {
  if (at + digits > hex.length) throw new UndecodableError("the data is too short");
}

/** A word as an offset or length. */
export function readSize(hex: string, at: number): number {
  checkRange(hex, at, WORD_DIGITS);
  let value = 0;
  for (let index = at; index < at + WORD_DIGITS; index++) {
    value = value * 16 + (HEX_VALUE[hex.charCodeAt(index)] as number);
  }
  if (value * 2 > hex.length) throw new UndecodableError("an offset or length points outside the data");
  return value;
}

/** Digits that `bytes` bytes take when padded to words. */
export function paddedDigits(bytes: number): number {
  return Math.ceil(bytes / 32) * WORD_DIGITS;
}
