/** A token that amounts are in. */
export interface Token {
  /** 0x hex, tells it from others of the same symbol; null: BCT */
  address: string | null;
  /** what its maker calls it */
  symbol: string;
  decimals: number;
}

export const BCT: Token = { address: null, symbol: "BCT", decimals: 18 };

/** What gave a reward line: the terms of its settlement and what they stand on. */
export interface RewardTerms {
  operatorBps: number;
  poolBps: number;
  gpuBps: number;
  /** DC burned for use of the GPU in the epoch, or of the pool for an operator's line */
  burnedDc: bigint;
  /** null: there was no telemetry, or it is no line of one GPU */
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
  /** what of it the account was paid by now: claims pay the earliest first, in the order of epoch, kind, pool and GPU */
  claimedBct: bigint;
  terms: RewardTerms;
}

/** A GPU NFT or a slot sold: `chain.sale`. */
export interface SaleFact {
  saleId: string;
  at: number;
  /** null: a slot was sold */
  gpuId: string | null;
  slotId: string | null;
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
