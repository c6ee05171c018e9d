import { burnedDcOf, poolBooks } from "./amounts-v1.ts";
import { linesOf } from "./lines-v1.ts";
import type { EpochInputs, RewardLine } from "./types.ts";

const BPS = 10_000n;

/** What a running epoch would pay if it ended where its facts end. BCT wei, DC base units. */
export interface Estimate {
  readonly epoch: number;
  readonly budget: bigint;
  readonly burnedDc: bigint;
  readonly total: bigint;
  readonly lines: readonly RewardLine[];
}

/** Terms of a budget so far: what may be minted at most, kappa, and what the burns so far were worth in BCT wei. */
export interface BudgetTerms {
  readonly allowedBct: bigint;
  readonly kappaBps: bigint;
  readonly bctEquivalent: bigint;
}

/** The budget so far: `min(allowed, ⌊kappa · worth / 10⁴⌋)`, as the contract closes an epoch. */
export function budgetSoFar({ allowedBct, kappaBps, bctEquivalent }: BudgetTerms): bigint {
  const ceiling = (kappaBps * bctEquivalent) / BPS;
  return ceiling < allowedBct ? ceiling : allowedBct;
}

/** An estimate by the same arithmetic as a settlement; nothing is hashed. */
export function estimateRewards(inputs: EpochInputs): Estimate {
  const lines = poolBooks(inputs).flatMap((book) => linesOf(book));
  const total = lines.reduce((sum, { amount }) => sum + amount, 0n);
  return { epoch: inputs.epoch, budget: inputs.budget, burnedDc: burnedDcOf(inputs), total, lines };
}
