import type { Address } from "viem";
import { encodeFunctionData, type Hex } from "viem";
import { poolRegistryAbi } from "#contracts/abi/poolRegistry.ts";
import type { Delegation } from "../../domain/pricing/delegation.ts";
import type { Rates } from "../../domain/pricing/facts.ts";
import type { Node } from "../node.ts";

/** A pool's rates and its pricer's bounds, as the chain has them now. */
export interface PoolTerms {
  rates: Rates;
  /** lower case; zeros: nobody may set them for the operator */
  pricer: string;
  delegation: Delegation;
  /** when the pricer last changed rates; null: never */
  changedAt: number | null;
}

/** Reads a pool's rates and its delegation at the newest block. */
export async function readPoolTerms(node: Node, registry: Address, poolId: string): Promise<PoolTerms> {
  const contract = { address: registry, abi: poolRegistryAbi, args: [BigInt(poolId)] } as const;
  const [rates, pricing] = await Promise.all([
    node.readContract({ ...contract, functionName: "ratesOf" }),
    node.readContract({ ...contract, functionName: "pricingOf" }),
  ]);
  const { floor, cap } = pricing;
  const bounds = (tier: "spot" | "onDemand" | "reserved") => ({ floorDcPerHour: floor[tier], capDcPerHour: cap[tier] });
  return {
    rates: {
      spotDcPerHour: rates.spot,
      onDemandDcPerHour: rates.onDemand,
      reservedDcPerHour: rates.reserved,
    },
    pricer: pricing.pricer.toLowerCase(),
    delegation: {
      ...{ spot: bounds("spot"), onDemand: bounds("onDemand"), reserved: bounds("reserved") },
      maxStepBps: BigInt(pricing.maxStepBps),
      minInterval: pricing.minInterval,
    },
    changedAt: pricing.pricedAt === 0 ? null : pricing.pricedAt,
  };
}

/** The call that sets a pool's rates. */
export function setRatesData(poolId: string, rates: Rates): Hex {
  const { spotDcPerHour: spot, onDemandDcPerHour: onDemand, reservedDcPerHour: reserved } = rates;
  const args = [BigInt(poolId), { spot, onDemand, reserved }] as const;
  return encodeFunctionData({ abi: poolRegistryAbi, functionName: "setRates", args });
}
