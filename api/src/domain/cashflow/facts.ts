/** A token that amounts are in. */
export interface Token {
  symbol: string;
  decimals: number;
}

export const BCT: Token = { symbol: "BCT", decimals: 18 };

/** What gave a reward line: the terms of its settlement and what they stand on. */
export interface RewardTerms {
  operatorBps: number;
  poolBps: number;
  gpuBps: number;
  /** DC burned for use of the GPU in the epoch, or of the pool for an operator's line */
  burnedDc: bigint;
  /** null: there was no telemetry */
  upMinutes: number | null;
  /** BCT that the epoch's burns were worth, and that was minted for it, over the network */
  epochBctEquivalent: bigint;
  epochMintedBct: bigint;
  /** of the burns and of the epoch's finalization */
  transactions: readonly string[];
}

/** One payout line of a finalized epoch. */
export interface RewardFact {
  epoch: number;
  /** the last second of the epoch, so that it falls on the day that it was earned on */
  at: number;
  kind: "OPERATOR" | "POOL_SHARE" | "GPU_BONUS";
  poolId: string;
  operatorId: string;
  /** null: an operator's line, or those of several GPUs summed */
  gpuId: string | null;
  account: string;
  amountBct: bigint;
  /** USD per BCT with 8 decimals, as stored with the epoch; null: there was no price */
  price: bigint | null;
  /** what the account had earned in all before this line, lines in the order of epoch, kind, pool and GPU */
  earnedBeforeBct: bigint;
  terms: RewardTerms;
}

/** What a wallet was paid of its rewards by now: the last `chain.reward_claim.cumulative_bct`. */
export interface ClaimedFact {
  account: string;
  claimedBct: bigint;
}

/** A GPU NFT sold: `chain.sale`. */
export interface SaleFact {
  saleId: string;
  at: number;
  gpuId: string;
  poolId: string | null;
  operatorId: string | null;
  seller: string;
  buyer: string;
  token: Token;
  /** base units of the token; what the buyer paid in all */
  price: bigint;
  /** part of it that went to `royaltyReceiver` */
  royalty: bigint;
  royaltyReceiver: string | null;
  /** whether whoever had it minted sold it */
  isPrimary: boolean;
  /** USD per whole token with 8 decimals at that time; null: unknown */
  tokenPrice: bigint | null;
}

/** Something paid for a GPU or by a wallet, not on the exchange. */
export interface FeeFact {
  feeId: string;
  at: number;
  account: string;
  gpuId: string | null;
  poolId: string | null;
  operatorId: string | null;
  token: Token;
  amount: bigint;
  tokenPrice: bigint | null;
}

/** All that statements are made of. */
export interface CashFlowFacts {
  rewards: readonly RewardFact[];
  claimed: readonly ClaimedFact[];
  sales: readonly SaleFact[];
  fees: readonly FeeFact[];
}

/** How GPUs were used on a day: rentals of the chain, minutes and busy seconds of the telemetry. */
export interface UseFact {
  gpuId: string;
  day: number;
  rentedSeconds: number;
  /** ACTIVE in a pool */
  availableSeconds: number;
  upMinutes: number;
  downMinutes: number;
  busySeconds: number;
  coveredSeconds: number;
  burnedDc: bigint;
}
