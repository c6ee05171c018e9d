import type { Hex } from "./hash/hex.ts";

/** What an epoch's rewards follow from: chain and telemetry, boiled down to what the arithmetic takes. Times in seconds. */
export interface EpochInputs {
  readonly methodologyVersion: number;
  readonly epoch: number;
  /** seconds since 1970; the epoch is `[start, end)` */
  readonly start: number;
  readonly end: number;
  /** BCT wei that the epoch may mint */
  readonly budget: bigint;
  /** by id */
  readonly pools: readonly PoolInput[];
  /** one entry per pool and GPU that was in it or used in it, by pool and GPU */
  readonly gpus: readonly GpuInput[];
  /** what wallets have earned in all epochs before, BCT wei, by account */
  readonly previousCumulative: readonly AccountAmount[];
}

/** A pool. */
export interface PoolInput {
  readonly poolId: bigint;
  readonly operatorId: bigint;
  /** where the operator is paid, as of the epoch's end */
  readonly operatorPayee: Hex;
  /** as of the epoch's start */
  readonly shares: Shares;
}

/** A pool's share rule, basis points; 10,000 in all. */
export interface Shares {
  readonly operatorBps: number;
  readonly poolBps: number;
  readonly gpuBps: number;
}

/** A GPU in a pool. */
export interface GpuInput {
  readonly poolId: bigint;
  readonly gpuId: bigint;
  /** DC base units burned for its use in this pool */
  readonly burnedDc: bigint;
  /** 60 for each minute as a member in which it was up, or nobody knows */
  readonly eligibleSeconds: number;
  /** as an active member of this pool */
  readonly memberSeconds: number;
  /** who held it in the epoch, whatever the pool, by account */
  readonly owners: readonly OwnerSeconds[];
}

/** How long a wallet held a GPU within the epoch. */
export interface OwnerSeconds {
  readonly account: Hex;
  readonly seconds: number;
}

/** BCT wei of a wallet. */
export interface AccountAmount {
  readonly account: Hex;
  readonly amount: bigint;
}

/** Kinds of lines as the leaves have them. */
export const LineKind = { OPERATOR: 0, POOL_SHARE: 1, GPU_BONUS: 2 } as const;
export type LineKind = (typeof LineKind)[keyof typeof LineKind];
/** Their names, by number. */
export const LINE_KINDS = ["OPERATOR", "POOL_SHARE", "GPU_BONUS"] as const;

/** One payment of an epoch; never of 0. */
export interface RewardLine {
  readonly kind: LineKind;
  readonly poolId: bigint;
  /** 0 for the operator's */
  readonly gpuId: bigint;
  readonly account: Hex;
  /** BCT wei */
  readonly amount: bigint;
}

/** What a wallet has earned in this epoch and all before, BCT wei; never 0. */
export interface Claim {
  readonly account: Hex;
  readonly cumulative: bigint;
}

/** How a pool's part came about. BCT wei, DC base units, seconds. */
export interface PoolTerms {
  readonly poolId: bigint;
  /** d_k */
  readonly burnedDc: bigint;
  /** A_k */
  readonly amount: bigint;
  /** O_k */
  readonly operatorAmount: bigint;
  /** U_k */
  readonly bonusAmount: bigint;
  /** P_k */
  readonly shareAmount: bigint;
  /** Σw, or the number of GPUs with membership where no minute was eligible */
  readonly weight: bigint;
  /** NO_TELEMETRY: GPUs weigh the same because none had an eligible minute */
  readonly flags: readonly "NO_TELEMETRY"[];
}

/** An epoch's rewards. */
export interface EpochResult {
  readonly methodologyVersion: number;
  readonly epoch: number;
  readonly budget: bigint;
  /** DC base units burned in the epoch */
  readonly burnedDc: bigint;
  /** by id */
  readonly pools: readonly PoolTerms[];
  /** by pool, GPU, kind and account */
  readonly lines: readonly RewardLine[];
  /** Σ lines, BCT wei */
  readonly total: bigint;
  /** what flooring left of the budget; it isn't minted */
  readonly unallocated: bigint;
  /** every wallet that ever earned, by account */
  readonly claims: readonly Claim[];
  /** zero where there are no lines */
  readonly linesRoot: Hex;
  /** zero where nobody ever earned */
  readonly claimsRoot: Hex;
  readonly inputsHash: Hex;
}
