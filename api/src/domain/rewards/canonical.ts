import { keccak256 } from "./hash/keccak.ts";
import { toHex, type Hex } from "./hash/hex.ts";
import type { AccountAmount, EpochInputs, GpuInput, PoolInput } from "./types.ts";

/**
 * The inputs as one JSON text in the form of RFC 8785: this is what is published, and what the hash on the chain is of.
 * Keys are put down in their sorted order here; as all else is ASCII text and whole numbers, `JSON.stringify` then gives
 * just that form.
 */
export function canonicalText(inputs: EpochInputs): string {
  return JSON.stringify({
    budget: String(inputs.budget),
    end: inputs.end,
    epoch: inputs.epoch,
    gpus: inputs.gpus.map(gpuJson),
    methodologyVersion: inputs.methodologyVersion,
    pools: inputs.pools.map(poolJson),
    previousCumulative: inputs.previousCumulative.map(amountJson),
    start: inputs.start,
  });
}

/** Keccak-256 of the canonical text. */
export function inputsHash(inputs: EpochInputs): Hex {
  return toHex(keccak256(new TextEncoder().encode(canonicalText(inputs))));
}

function gpuJson({ poolId, gpuId, burnedDc, eligibleSeconds, memberSeconds, owners }: GpuInput) {
  return {
    burnedDc: String(burnedDc),
    eligibleSeconds,
    gpuId: String(gpuId),
    memberSeconds,
    owners: owners.map(({ account, seconds }) => ({ account, seconds })),
    poolId: String(poolId),
  };
}

function poolJson({ poolId, operatorId, operatorPayee, shares: { operatorBps, poolBps, gpuBps } }: PoolInput) {
  return {
    operatorId: String(operatorId),
    operatorPayee,
    poolId: String(poolId),
    shares: { gpuBps, operatorBps, poolBps },
  };
}

function amountJson({ account, amount }: AccountAmount) {
  return { account, amount: String(amount) };
}
