import { writeHex, type Hex } from "./hash/hex.ts";
import { MerkleTree } from "./hash/merkle-tree.ts";
import type { Claim, RewardLine } from "./types.ts";

const WORD = 32;
/** Bytes of an encoded line. */
export const LINE_BYTES = 6 * WORD;
const CLAIM_BYTES = 2 * WORD;
const LIMB = 64n;
const LIMB_MAX = (1n << LIMB) - 1n;

/**
 * An epoch's lines as leaves, one after the other: each is the ABI encoding of
 * `(uint256 epoch, uint8 kind, uint256 poolId, uint256 gpuId, address account, uint256 amount)`.
 */
export function encodeLines(epoch: number, lines: readonly RewardLine[]): Uint8Array {
  const leaves = new LeafWriter(lines.length * LINE_BYTES);
  for (const { kind, poolId, gpuId, account, amount } of lines) {
    leaves.number(BigInt(epoch));
    leaves.number(BigInt(kind));
    leaves.number(poolId);
    leaves.number(gpuId);
    leaves.address(account);
    leaves.number(amount);
  }
  return leaves.bytes;
}

/** The tree over an epoch's lines, in their order. */
export function linesTree(epoch: number, lines: readonly RewardLine[]): MerkleTree {
  return new MerkleTree(encodeLines(epoch, lines), LINE_BYTES);
}

/** The tree that wallets claim by, in the order of the claims. A leaf is `(address account, uint256 cumulative)`. */
export function claimsTree(claims: readonly Claim[]): MerkleTree {
  const leaves = new LeafWriter(claims.length * CLAIM_BYTES);
  for (const { account, cumulative } of claims) {
    leaves.address(account);
    leaves.number(cumulative);
  }
  return new MerkleTree(leaves.bytes, CLAIM_BYTES);
}

/** ABI words, one after the other. */
class LeafWriter {
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(length: number) {
    this.bytes = new Uint8Array(length);
    this.#view = new DataView(this.bytes.buffer);
  }

  /** An unsigned integer of at most 256 bits. */
  number(value: bigint): void {
    let rest = value;
    for (let at = this.#at + WORD - 8; rest > 0n; at -= 8, rest >>= LIMB) {
      this.#view.setBigUint64(at, rest & LIMB_MAX);
    }
    this.#at += WORD;
  }

  address(account: Hex): void {
    writeHex(account, this.bytes, this.#at + 12);
    this.#at += WORD;
  }
}
