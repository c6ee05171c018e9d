import { encodeFunctionData, type Address } from "viem";
import { epochRewardsAbi } from "#contracts/abi/epochRewards.ts";
import { claimsTree } from "../../../domain/rewards/leaves.ts";
import { epochOf, type Context, type Look, type Step } from "../context.ts";
import { readClaims, readUnpaid, type ClaimRow } from "../ledger/claims.ts";
import { sendBatches } from "./batches.ts";
import { digestOf } from "./settle-due.ts";
import { isOurTurn } from "./turn.ts";

/** A claim with its proof, as the contract takes it. */
interface ProvenClaim {
  account: Address;
  cumulativeAmount: bigint;
  proof: `0x${string}`[];
}

/** When the next epoch is final so soon, wallets get both at once. */
const PATIENCE_SECONDS = 30n;

/**
 * Pays every wallet what it is due by the last final epoch, in batches: those that were paid by then, by us or by
 * themselves, are passed over, as are those with less than the least payout. Epochs before it are paid with it.
 */
export const payWallets: Step = async (context, look) => {
  const epoch = look.state.finalizedCount - 1;
  const row = epochOf(look, epoch);
  if (!row?.facts || row.state === "PAID" || row.facts.claimsRoot !== look.state.claimsRoot) return false;
  const next = look.commits.get(epoch + 1);
  if (next && BigInt(next.windowEndsAt) < look.state.head.timestamp + PATIENCE_SECONDS) return false;
  if (!isOurTurn(context, look, epoch, "pay")) return false;
  const due = await provenClaims(context, epoch);
  if (due.length === 0) {
    context.memory.paid = { root: look.state.claimsRoot, epoch };
    return false;
  }
  look.waits.set(epoch, `for ${due.length} wallet${due.length === 1 ? "" : "s"} to be paid`);
  const { rewards } = context.addresses;
  return sendBatches(context, look, context.outboxes[0], due, (claims) => ({
    purpose: `pay ${epoch} ${look.state.claimsRoot.slice(0, 10)} ${digestOf(claims.map(({ account }) => account))}`,
    epoch,
    to: rewards,
    data: encodeFunctionData({ abi: epochRewardsAbi, functionName: "claimMany", args: [claims] }),
  }));
};

/** Who is due something by the chain itself, with proofs. */
async function provenClaims(context: Context, epoch: number): Promise<ProvenClaim[]> {
  const unpaid = new Set<string>(await readUnpaid(context.pool, epoch, context.terms.leastPayout));
  if (unpaid.size === 0) return [];
  const claims = await readClaims(context.pool, epoch);
  const tree = claimsTree(claims);
  const open = claims.flatMap((claim, place) => (unpaid.has(claim.account) ? [{ ...claim, place }] : []));
  const claimed = await Promise.all(open.map(({ account }) => context.rewards.claimedOf(account)));
  const isDue = ({ cumulative }: ClaimRow, paid = 0n): boolean =>
    cumulative > paid && cumulative - paid >= context.terms.leastPayout;
  return open
    .filter((claim, place) => isDue(claim, claimed[place]))
    .map(({ account, cumulative, place }) => ({ account, cumulativeAmount: cumulative, proof: tree.proofOf(place) }));
}

/** Whether all wallets were found paid by the end of this epoch. */
export function isPaid({ memory }: Context, look: Look, epoch: number): boolean {
  return memory.paid !== undefined && memory.paid.root === look.state.claimsRoot && epoch <= memory.paid.epoch;
}
