import type { Hex } from "../domain/rewards/hash/hex.ts";
import type { MerkleTree } from "../domain/rewards/hash/merkle-tree.ts";
import { claimsTree } from "../domain/rewards/leaves.ts";
import { readAllClaims } from "../sources/ledger.ts";
import type { Snapshot } from "../sources/snapshot.ts";

/** The tree of the newest final epoch's claims: the same for all who ask, until the next epoch is final. */
export class ClaimTrees {
  #latest: { root: string; tree: MerkleTree } | undefined;

  /** The proof of a claim by its place. */
  async proofOf(snapshot: Snapshot, { epoch, claimsRoot, place }: Claimed): Promise<string[]> {
    if (this.#latest?.root !== claimsRoot) {
      const claims = await readAllClaims(snapshot, epoch);
      const tree = claimsTree(claims.map(({ account, cumulative }) => ({ account: account as Hex, cumulative })));
      if (tree.root !== claimsRoot) throw new Error(`BUG: the claims of epoch ${epoch} don't give their root`);
      this.#latest = { root: claimsRoot, tree };
    }
    return this.#latest.tree.proofOf(place);
  }
}

interface Claimed {
  epoch: number;
  claimsRoot: string;
  place: number;
}
