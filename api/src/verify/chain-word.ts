import type { CommittedEpoch } from "../domain/rewards/compare.ts";
import type { EpochSpan } from "../sources/epoch.ts";

/** What the chain says, by RPC and not by our index of it. */
export interface ChainWord {
  /** start of epoch 0 and length of each, seconds */
  genesis: number;
  length: number;
  /** time of the newest block, seconds since 1970 */
  headAt: number;
  /** epochs below it have a commit that stands */
  committedCount: number;
  /** what oracles committed to, and the budget that the contract gave */
  commitOf(epoch: number): Promise<CommittedEpoch & { budget: bigint }>;
}

/** One statement may take so long: of 100,000 GPUs some do. */
export const STATEMENT_MS = 600_000;

/** Where epochs lie. */
export function spanOf(epoch: number, { genesis, length }: ChainWord): EpochSpan {
  return { epoch, start: genesis + epoch * length, end: genesis + (epoch + 1) * length };
}

/** What DOWN minutes are read from: samples and scrapes, their roll-ups by minute, or what was kept for settlements. */
export const EVIDENCE = ["samples", "minutes", "kept"] as const;
export type Evidence = (typeof EVIDENCE)[number];
