import { asAddress, type Action, type Sender } from "../draft.ts";

/** A wallet's leaf under the claims root, with its proof. */
export interface ClaimRewards extends Sender {
  account: string;
  /** BCT of all epochs */
  cumulative: bigint;
  proof: readonly string[];
}

/** Pays a wallet what it is due. By anyone. */
export const claimRewards: Action<ClaimRewards> = async ({ from, account, cumulative, proof }, reads) => {
  const claimed = await reads.read("EpochRewards", "claimedOf", [asAddress(account)]);
  const due = claimed === undefined || claimed > cumulative ? 0n : cumulative - claimed;
  return {
    call: reads.call("EpochRewards", "claim", [asAddress(account), cumulative, proof as `0x${string}`[]]),
    cost: account === from ? { returnsBct: due } : {},
  };
};
