import type { Logger } from "#kernel/log.ts";
import type { Registry } from "#kernel/metrics.ts";
import type { Signer } from "../keys/signer.ts";
import type { Finality } from "../node.ts";
import type { OutboxTerms } from "../outbox/outbox.ts";
import type { SettlementAddresses } from "./chain/rewards.ts";

/** What may be set, with its default. */
export interface SettlementTerms extends OutboxTerms {
  /** which blocks can't be taken back; a number: so many below the head */
  finality: Finality;
  /** between two looks, when there is nothing to do */
  pollMs: number;
  /** rentals and slots are settled so long before an epoch's end; 0: never */
  settleAheadSeconds: number;
  /** the most rentals, slots or wallets in one transaction; fewer where they would take too much gas */
  batchSize: number;
  /** rewards below this are not pushed, BCT wei: the wallet can claim them itself */
  leastPayout: bigint;
  /** what anybody may do is left to the oracle whose turn it is for so long, then done by the next */
  turnMs: number;
  /** facts that others contradict are gathered anew after this: somebody may have mended theirs or ours */
  regatherMs: number;
}

export const DEFAULT_TERMS: SettlementTerms = {
  finality: "finalized",
  pollMs: 2_000,
  gasLimit: 10_000_000n,
  maxFeePerGas: 500_000_000_000n,
  replaceAfterMs: 180_000,
  doubtMs: 5_000,
  settleAheadSeconds: 300,
  batchSize: 100,
  leastPayout: 0n,
  turnMs: 60_000,
  regatherMs: 600_000,
};

/** What a settlement job runs on. */
export interface SettlementOptions {
  databaseUrl: string;
  rpcUrl: string;
  addresses: SettlementAddresses;
  /** each an oracle of its own; the first also does what anybody may */
  signers: readonly [Signer, ...Signer[]];
  logger: Logger;
  registry: Registry;
  terms?: Partial<SettlementTerms>;
  /** empties a ledger that is of another network; without it such a ledger is refused */
  isLedgerNew?: boolean;
  /** told of each point at which a fall must cost nothing, by name; tests fall there */
  onPoint?: (name: string) => void;
}
