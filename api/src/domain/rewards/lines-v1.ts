import { BaseError } from "#kernel/errors.ts";
import { bonusOf, ownedSecondsOf, poolShareOf, shareDown, type PoolBook } from "./amounts-v1.ts";
import { LineKind, type GpuInput, type PoolTerms, type RewardLine } from "./types.ts";

/**
 * Who is paid what of a pool, version 1: the operator, then each GPU's owners by the seconds they held it. Lines of 0 are
 * left out.
 *
 * @throws BaseError `BUG` if a GPU that was used had no owner
 */
export function linesOf({ pool, gpus, terms }: PoolBook): RewardLine[] {
  const lines: RewardLine[] = [];
  const { poolId, operatorPayee: account } = pool;
  if (terms.operatorAmount > 0n) {
    lines.push({ kind: LineKind.OPERATOR, poolId, gpuId: 0n, account, amount: terms.operatorAmount });
  }
  for (const gpu of gpus) addGpuLines(lines, gpu, terms);
  return lines;
}

function addGpuLines(lines: RewardLine[], gpu: GpuInput, terms: PoolTerms): void {
  const { poolId, gpuId, owners } = gpu;
  const owned = ownedSecondsOf(gpu);
  if (owned === 0n && gpu.burnedDc > 0n) throw unownedUse(gpu);
  const amounts = [
    [LineKind.POOL_SHARE, poolShareOf(gpu, terms)],
    [LineKind.GPU_BONUS, bonusOf(gpu, terms)],
  ] as const;
  for (const [kind, whole] of amounts) {
    for (const { account, seconds } of owners) {
      const amount = shareDown(whole, BigInt(seconds), owned);
      if (amount > 0n) lines.push({ kind, poolId, gpuId, account, amount });
    }
  }
}

/** The error for a GPU that was used while nobody owned it: that can't be, so the facts are wrong. */
export function unownedUse({ poolId, gpuId, burnedDc }: GpuInput): BaseError {
  const message = `BUG: GPU ${gpuId} was used for ${burnedDc} DC base units in pool ${poolId}, but nobody owned it`;
  return new BaseError("BUG", message, {
    hints: ["nothing was settled: look up the GPU's transfers on the chain, and index it again"],
  });
}
