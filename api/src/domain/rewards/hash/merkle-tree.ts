import { HASH_BYTES, keccakInto } from "./keccak.ts";
import { toHex, type Hex } from "./hex.ts";
import { sortedHashes } from "./sorted-hashes.ts";

/** What the contract takes for a tree without leaves. */
export const EMPTY_ROOT: Hex = `0x${"0".repeat(64)}`;

/**
 * A Merkle tree over encoded leaves in the format of OpenZeppelin's StandardMerkleTree, which its MerkleProof verifies:
 * leaves are hashed twice and sorted, the hashes of a pair are sorted before they are hashed, and the node at `i` has its
 * children at `2i + 1` and `2i + 2`, the lowest leaf last.
 */
export class MerkleTree {
  readonly #count: number;
  /** 2n - 1 hashes, the root first */
  readonly #nodes: Uint8Array;
  /** place in the nodes by leaf */
  readonly #places: Uint32Array;

  /** @param encoded leaves one after the other, each of `leafBytes` */
  constructor(encoded: Uint8Array, leafBytes: number) {
    this.#count = encoded.length / leafBytes;
    const nodeCount = Math.max(2 * this.#count - 1, 0);
    this.#nodes = new Uint8Array(nodeCount * HASH_BYTES);
    this.#places = new Uint32Array(this.#count);
    const hashes = hashesOf(encoded, leafBytes);
    for (const [rank, leaf] of sortedHashes(hashes).entries()) {
      const place = nodeCount - 1 - rank;
      this.#places[leaf] = place;
      this.#nodes.set(hashes.subarray(leaf * HASH_BYTES, (leaf + 1) * HASH_BYTES), place * HASH_BYTES);
    }
    hashInner(this.#nodes, this.#count);
  }

  /** Number of leaves. */
  get count(): number {
    return this.#count;
  }

  /** The root; zero if there is no leaf. */
  get root(): Hex {
    return this.#count === 0 ? EMPTY_ROOT : this.#hashAt(0);
  }

  /**
   * The hashes that lead from a leaf to the root, its neighbor's first.
   *
   * @param leaf its index in the order given
   * @throws RangeError if there is no such leaf
   */
  proofOf(leaf: number): Hex[] {
    let place = this.#places[leaf];
    if (place === undefined) throw new RangeError(`BUG: no leaf ${leaf} in a tree of ${this.#count}`);
    const proof: Hex[] = [];
    for (; place > 0; place = (place - 1) >> 1) proof.push(this.#hashAt(place % 2 === 1 ? place + 1 : place - 1));
    return proof;
  }

  #hashAt(place: number): Hex {
    return toHex(this.#nodes, place * HASH_BYTES, (place + 1) * HASH_BYTES);
  }
}

/** Each leaf hashed twice, so that no inner node can pass for one. */
function hashesOf(encoded: Uint8Array, leafBytes: number): Uint8Array {
  const hashes = new Uint8Array((encoded.length / leafBytes) * HASH_BYTES);
  for (let from = 0, at = 0; from < encoded.length; from += leafBytes, at += HASH_BYTES) {
    keccakInto(encoded, from, from + leafBytes, hashes, at);
    keccakInto(hashes, at, at + HASH_BYTES, hashes, at);
  }
  return hashes;
}

/** Fills in the inner nodes, from the last to the root. */
function hashInner(nodes: Uint8Array, count: number): void {
  const pair = new Uint8Array(2 * HASH_BYTES);
  for (let i = count - 2; i >= 0; i--) {
    const left = (2 * i + 1) * HASH_BYTES;
    const isSorted = isAtMost(nodes, left, left + HASH_BYTES);
    for (let k = 0; k < HASH_BYTES; k++) {
      pair[k] = nodes[isSorted ? left + k : left + HASH_BYTES + k] ?? 0;
      pair[HASH_BYTES + k] = nodes[isSorted ? left + HASH_BYTES + k : left + k] ?? 0;
    }
    keccakInto(pair, 0, pair.length, nodes, i * HASH_BYTES);
  }
}

/** Whether the hash at `a` is at most that at `b`, as numbers. */
function isAtMost(nodes: Uint8Array, a: number, b: number): boolean {
  for (let k = 0; k < HASH_BYTES; k++) {
    const difference = (nodes[a + k] ?? 0) - (nodes[b + k] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return true;
}
