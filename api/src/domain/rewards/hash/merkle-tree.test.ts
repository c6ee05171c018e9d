import { keccak_256 } from "@noble/hashes/sha3.js";
import { StandardMerkleTree } from "@openzeppelin/merkle-tree";
import fc from "fast-check";
import { toHex, writeHex } from "./hex.ts";
import { keccak256, keccakInto } from "./keccak.ts";
import { EMPTY_ROOT, MerkleTree } from "./merkle-tree.ts";
import { sortedHashes } from "./sorted-hashes.ts";

const BYTES32 = ["bytes32"];
/** Hashes as the tests of sorting want them: with first bytes so few that many share a prefix. */
const crowded = fc.array(
  fc.tuple(fc.nat({ max: 2 }), fc.nat({ max: 255 })).map(([first, last]) => {
    const hash = new Uint8Array(32).fill(first, 0, 4);
    hash[31] = last;
    return hash;
  }),
  { maxLength: 60 },
);
const joined = (parts: readonly Uint8Array[]): Uint8Array => new Uint8Array(parts.flatMap((part) => [...part]));

describe("keccak256", () => {
  it("gives the known hash of nothing and of abc", () => {
    expect(toHex(keccak256(new Uint8Array()))).toBe(
      "0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470",
    );
    const abc = new TextEncoder().encode("abc");
    expect(toHex(keccak256(abc))).toBe("0x4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45");
  });

  it("agrees with another implementation at each length around one and two blocks", () => {
    for (let length = 0; length <= 280; length++) {
      const input = Uint8Array.from({ length }, (_, i) => (i * 31 + length) & 255);
      expect(toHex(keccak256(input))).toBe(toHex(keccak_256(input)));
    }
  });

  it("agrees with another implementation on any bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2_000 }), (input) => {
        expect(toHex(keccak256(input))).toBe(toHex(keccak_256(input)));
      }),
    );
  });

  it("may write over what it reads", () => {
    const bytes = Uint8Array.from({ length: 40 }, (_, i) => i);
    const expected = keccak_256(bytes.slice(4, 36));
    keccakInto(bytes, 4, 36, bytes, 4);
    expect(bytes.slice(4, 36)).toEqual(expected);
  });
});

describe("hex", () => {
  it("writes back what it shows, in either case of letters", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const back = new Uint8Array(bytes.length);
        writeHex(toHex(bytes), back, 0);
        expect(back).toEqual(bytes);
        writeHex(`0x${toHex(bytes).slice(2).toUpperCase()}`, back, 0);
        expect(back).toEqual(bytes);
      }),
    );
  });
});

describe("sortedHashes", () => {
  it("sorts by all 32 bytes, and leaves equal ones in order", () => {
    fc.assert(
      fc.property(crowded, (hashes) => {
        const expected = hashes
          .map((hash, index) => ({ text: toHex(hash), index }))
          .sort((a, b) => (a.text === b.text ? a.index - b.index : a.text < b.text ? -1 : 1));
        expect([...sortedHashes(joined(hashes))]).toEqual(expected.map(({ index }) => index));
      }),
    );
  });
});

describe("MerkleTree", () => {
  it("has OpenZeppelin's root and proofs, for any number of leaves, equal ones too", () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ minLength: 32, maxLength: 32 }), { minLength: 1, maxLength: 70 }),
        (leaves) => {
          const ours = new MerkleTree(joined(leaves), 32);
          const theirs = StandardMerkleTree.of(
            leaves.map((leaf) => [toHex(leaf)]),
            BYTES32,
          );
          expect(ours.root).toBe(theirs.root);
          expect(leaves.map((_, i) => ours.proofOf(i))).toEqual(leaves.map((_, i) => theirs.getProof(i)));
        },
      ),
    );
  });

  it("proves each of two equal leaves", () => {
    const leaf = new Uint8Array(32).fill(7);
    const tree = new MerkleTree(joined([leaf, new Uint8Array(32), leaf]), 32);
    for (const index of [0, 2]) {
      expect(StandardMerkleTree.verify(tree.root, BYTES32, [toHex(leaf)], tree.proofOf(index))).toBe(true);
    }
  });

  it("of no leaves has a root of zero and no proof", () => {
    const tree = new MerkleTree(new Uint8Array(), 32);
    expect([tree.count, tree.root]).toEqual([0, EMPTY_ROOT]);
    expect(() => tree.proofOf(0)).toThrow("BUG: no leaf 0 in a tree of 0");
  });
});
