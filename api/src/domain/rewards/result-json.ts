import { LINE_KINDS, type EpochResult } from "./types.ts";

/** An epoch's rewards as they are printed and published: amounts and ids as decimal strings, kinds by name. */
export function resultJson(result: EpochResult) {
  const { methodologyVersion, epoch, budget, burnedDc, pools, lines, total, unallocated, claims } = result;
  return {
    methodologyVersion,
    epoch,
    budget: String(budget),
    burnedDc: String(burnedDc),
    total: String(total),
    unallocated: String(unallocated),
    linesRoot: result.linesRoot,
    claimsRoot: result.claimsRoot,
    inputsHash: result.inputsHash,
    pools: pools.map((terms) => ({
      poolId: String(terms.poolId),
      burnedDc: String(terms.burnedDc),
      amount: String(terms.amount),
      operatorAmount: String(terms.operatorAmount),
      bonusAmount: String(terms.bonusAmount),
      shareAmount: String(terms.shareAmount),
      weight: String(terms.weight),
      flags: terms.flags,
    })),
    lines: lines.map(({ kind, poolId, gpuId, account, amount }) => ({
      kind: LINE_KINDS[kind],
      poolId: String(poolId),
      gpuId: String(gpuId),
      account,
      amount: String(amount),
    })),
    claims: claims.map(({ account, cumulative }) => ({ account, cumulative: String(cumulative) })),
  };
}
