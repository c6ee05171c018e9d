import type { Pool } from "#kernel/pg.ts";
import type { Difference } from "../domain/rewards/compare.ts";
import type { Hex } from "../domain/rewards/hash/hex.ts";
import { claimsTree } from "../domain/rewards/leaves.ts";
import type { Claim, EpochResult } from "../domain/rewards/types.ts";
import { readAllClaims } from "../sources/ledger.ts";
import { withSnapshot } from "../sources/snapshot.ts";
import { STATEMENT_MS, type ChainWord } from "./chain-word.ts";

/** What wallets had earned before an epoch. */
export interface Previous {
  claims: readonly Claim[];
  /** the ledger's word where it isn't the chain's */
  differences: Difference[];
}

/**
 * What wallets had earned by the end of the epoch before: the ledger's claims if their root is the one that the chain has of
 * it; else those computed again, from the newest epoch on whose claims can be trusted.
 *
 * @param settle settles an epoch again, on what wallets had earned before it
 */
export async function previousClaims(
  pool: Pool,
  chain: ChainWord,
  epoch: number,
  settle: (epoch: number, previous: readonly Claim[]) => Promise<EpochResult>,
): Promise<Previous> {
  const differences: Difference[] = [];
  let from = Math.min(epoch, chain.committedCount);
  let claims: readonly Claim[] = [];
  for (; from > 0; from--) {
    const { claimsRoot: theirs } = await chain.commitOf(from - 1);
    const known = await ledgerClaims(pool, from - 1);
    const ours = claimsTree(known).root;
    if (ours === theirs) {
      claims = known;
      break;
    }
    if (known.length > 0) differences.push({ name: `claims root of epoch ${from - 1} by the ledger`, ours, theirs });
  }
  for (let at = from; at < epoch; at++) claims = (await settle(at, claims)).claims;
  return { claims, differences };
}

async function ledgerClaims(pool: Pool, epoch: number): Promise<Claim[]> {
  const rows = await withSnapshot(pool, (snapshot) => readAllClaims(snapshot, epoch), STATEMENT_MS);
  return rows.map(({ account, cumulative }) => ({ account: account as Hex, cumulative }));
}
