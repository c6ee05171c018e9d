import { burnedDcOf, poolBooks, type PoolBook } from "./amounts-v1.ts";
import { inputsHash } from "./canonical.ts";
import { claimsTree, linesTree } from "./leaves.ts";
import { linesOf } from "./lines-v1.ts";
import type { Claim, EpochInputs, EpochResult, RewardLine } from "./types.ts";
import { requireVersion } from "./version.ts";

/**
 * An epoch's rewards: who is paid what, what wallets have earned with it in all, and the roots that commit to both. The
 * same inputs give the same result anywhere and at any time.
 *
 * @param inputs as `parseInputs` gives them: in canonical order, and no rule broken
 * @throws BaseError `UNKNOWN_METHODOLOGY`, or `BUG` if a GPU that was used had no owner
 */
export function settle(inputs: EpochInputs): EpochResult {
  const { methodologyVersion, epoch, budget } = inputs;
  requireVersion(methodologyVersion);
  const books = poolBooks(inputs);
  const lines = books.flatMap((book) => linesOf(book));
  const total = lines.reduce((sum, { amount }) => sum + amount, 0n);
  const claims = claimsOf(inputs, lines);
  return {
    methodologyVersion,
    epoch,
    budget,
    burnedDc: burnedDcOf(inputs),
    pools: books.map(({ terms }: PoolBook) => terms),
    lines,
    total,
    unallocated: budget - total,
    claims,
    linesRoot: linesTree(epoch, lines).root,
    claimsRoot: claimsTree(claims).root,
    inputsHash: inputsHash(inputs),
  };
}

/** What every wallet that ever earned has earned in all, by account. An epoch without lines repeats the one before. */
function claimsOf({ previousCumulative }: EpochInputs, lines: readonly RewardLine[]): Claim[] {
  const sums = new Map(previousCumulative.map(({ account, amount }) => [account, amount]));
  for (const { account, amount } of lines) sums.set(account, (sums.get(account) ?? 0n) + amount);
  return [...sums]
    .filter(([, cumulative]) => cumulative > 0n)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([account, cumulative]) => ({ account, cumulative }));
}
