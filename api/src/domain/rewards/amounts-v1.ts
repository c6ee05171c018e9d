import type { EpochInputs, GpuInput, PoolInput, PoolTerms } from "./types.ts";

const BPS = 10_000n;

/** `⌊amount · part / whole⌋`; 0 of nothing. */
export function shareDown(amount: bigint, part: bigint, whole: bigint): bigint {
  return whole === 0n ? 0n : (amount * part) / whole;
}

/** A pool with what is in it. */
export interface PoolBook {
  readonly pool: PoolInput;
  readonly gpus: readonly GpuInput[];
  readonly terms: PoolTerms;
}

/** DC burned in the epoch, `D`. */
export function burnedDcOf(inputs: EpochInputs): bigint {
  return inputs.gpus.reduce((sum, { burnedDc }) => sum + burnedDc, 0n);
}

/**
 * What each pool gets and how it is parted, version 1, all of it rounded down:
 *
 * ```
 * A = ⌊B · d / D⌋   O = ⌊A · operatorBps / 10⁴⌋   U = ⌊A · gpuBps / 10⁴⌋   P = A − O − U
 * ```
 */
export function poolBooks(inputs: EpochInputs): PoolBook[] {
  const burnedInAll = burnedDcOf(inputs);
  const gpusOf = new Map<bigint, GpuInput[]>(inputs.pools.map(({ poolId }) => [poolId, []]));
  for (const gpu of inputs.gpus) gpusOf.get(gpu.poolId)?.push(gpu);
  return inputs.pools.map((pool) => {
    const gpus = gpusOf.get(pool.poolId) ?? [];
    return { pool, gpus, terms: termsOf(inputs.budget, burnedInAll, pool, gpus) };
  });
}

function termsOf(budget: bigint, burnedInAll: bigint, pool: PoolInput, gpus: readonly GpuInput[]): PoolTerms {
  const burnedDc = gpus.reduce((sum, gpu) => sum + gpu.burnedDc, 0n);
  const amount = shareDown(budget, burnedDc, burnedInAll);
  const operatorAmount = shareDown(amount, BigInt(pool.shares.operatorBps), BPS);
  const bonusAmount = shareDown(amount, BigInt(pool.shares.gpuBps), BPS);
  const eligible = gpus.reduce((sum, { eligibleSeconds }) => sum + BigInt(eligibleSeconds), 0n);
  const members = gpus.filter(({ memberSeconds }) => memberSeconds > 0).length;
  return {
    poolId: pool.poolId,
    burnedDc,
    amount,
    operatorAmount,
    bonusAmount,
    shareAmount: amount - operatorAmount - bonusAmount,
    weight: eligible === 0n ? BigInt(members) : eligible,
    flags: eligible === 0n && members > 0 ? ["NO_TELEMETRY"] : [],
  };
}

/** How much a GPU weighs in its pool: `w`, or, where no GPU of it has an eligible minute, 1 for each member. */
export function weightOf(gpu: GpuInput, { flags }: PoolTerms): bigint {
  return flags.includes("NO_TELEMETRY") ? (gpu.memberSeconds > 0 ? 1n : 0n) : BigInt(gpu.eligibleSeconds);
}

/** A GPU's part of its pool, before its owners share it: `S = ⌊P · w / Σw⌋`. */
export function poolShareOf(gpu: GpuInput, terms: PoolTerms): bigint {
  return shareDown(terms.shareAmount, weightOf(gpu, terms), terms.weight);
}

/** What a GPU gets for its use, before its owners share it: `V = ⌊U · d_g / d⌋`. */
export function bonusOf(gpu: GpuInput, terms: PoolTerms): bigint {
  return shareDown(terms.bonusAmount, gpu.burnedDc, terms.burnedDc);
}

/** Seconds in which anybody held the GPU. */
export function ownedSecondsOf({ owners }: GpuInput): bigint {
  return BigInt(owners.reduce((sum, { seconds }) => sum + seconds, 0));
}
