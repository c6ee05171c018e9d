import { BaseError } from "#kernel/errors.ts";
import type { BlockRef } from "./source/types.ts";

/** 12 digits: a chain with a block each millisecond needs 31 years to outgrow them. */
const NUMBER_DIGITS = 12;

/**
 * A position on the chain as text that sorts as the chain does: the block's number, padded, and its hash.
 *
 * @example encodeCheckpoint({ number: 7, hash: "0xab…" }) === "000000000007-0xab…"
 */
export type Checkpoint = string;

/** The checkpoint after a block. */
export function encodeCheckpoint({ number, hash }: BlockRef): Checkpoint {
  return `${String(number).padStart(NUMBER_DIGITS, "0")}-${hash}`;
}

/** The block a checkpoint stands after. */
export function decodeCheckpoint(checkpoint: Checkpoint): BlockRef {
  const match = /^(\d{12})-(0x[0-9a-f]{64})$/.exec(checkpoint);
  if (!match) throw new BaseError("BAD_CHECKPOINT", `BUG: "${checkpoint}" is no checkpoint`);
  return { number: Number(match[1]), hash: match[2] ?? "" };
}
