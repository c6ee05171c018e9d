import { measured, unknown, type Measure } from "../measure.ts";
import type { StatementLine } from "./line.ts";

const PLACES = 1_000_000_000n;

/**
 * Share of rewards that burns stand behind: of each reward the part `min(1, BCT that its epoch's burns were worth / BCT
 * minted for it)`, weighed by the reward. 1 where no more is minted than was burned; what is above is emission.
 */
export function backedShare(lines: readonly StatementLine[]): Measure {
  let rewards = 0n;
  let backed = 0n;
  for (const { amount, terms } of lines) {
    if (!terms || terms.epochMintedBct <= 0n) continue;
    const { epochBctEquivalent: worth, epochMintedBct: minted } = terms;
    rewards += amount * PLACES;
    backed += worth >= minted ? amount * PLACES : (amount * PLACES * worth) / minted;
  }
  return rewards === 0n ? unknown("NO_REWARDS") : measured(Number((backed * PLACES) / rewards) / Number(PLACES));
}
