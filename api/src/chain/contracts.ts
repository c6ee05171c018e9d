import {
  encodeFunctionData,
  type Abi,
  type Address,
  type ContractFunctionArgs,
  type ContractFunctionName,
  type Hex,
} from "viem";
import { computeTokenAbi } from "#contracts/abi/computeToken.ts";
import { dataCreditsAbi } from "#contracts/abi/dataCredits.ts";
import { epochRewardsAbi } from "#contracts/abi/epochRewards.ts";
import { exchangeAbi } from "#contracts/abi/exchange.ts";
import { gpuNFTAbi } from "#contracts/abi/gpuNFT.ts";
import { marketplaceAbi } from "#contracts/abi/marketplace.ts";
import { operatorRegistryAbi } from "#contracts/abi/operatorRegistry.ts";
import { poolRegistryAbi } from "#contracts/abi/poolRegistry.ts";
import { priceFeedAbi } from "#contracts/abi/priceFeed.ts";
import { timeSlotsAbi } from "#contracts/abi/timeSlots.ts";
import { BaseError } from "#kernel/errors.ts";

/** The network's contracts, by the name that a deployment gives them. */
export const ABIS = {
  ComputeToken: computeTokenAbi,
  DataCredits: dataCreditsAbi,
  EpochRewards: epochRewardsAbi,
  Exchange: exchangeAbi,
  GpuNFT: gpuNFTAbi,
  Marketplace: marketplaceAbi,
  OperatorRegistry: operatorRegistryAbi,
  PoolRegistry: poolRegistryAbi,
  PriceFeed: priceFeedAbi,
  TimeSlots: timeSlotsAbi,
} as const;

/** Name of a contract. */
export type ContractName = keyof typeof ABIS;
/** Where each contract is. */
export type Addresses = Readonly<Record<ContractName, Address>>;

/**
 * The addresses of a deployment's contracts.
 *
 * @throws BaseError `BAD_DEPLOYMENT` that names those missing
 */
export function addressesOf(contracts: Readonly<Record<string, Address>>): Addresses {
  const missing = Object.keys(ABIS).filter((name) => contracts[name] === undefined);
  if (missing.length === 0) return contracts;
  throw new BaseError("BAD_DEPLOYMENT", `the deployment has no ${missing.join(", ")}`, {
    hints: ["set DEPLOYMENT to the file of the network that is deployed, of this version's contracts"],
  });
}

/** A call of one of the network's contracts. */
export interface Call {
  /** contract and function, for people */
  action: string;
  to: Address;
  data: Hex;
}

/** Functions of a contract that change something. */
type Writes<N extends ContractName> = ContractFunctionName<(typeof ABIS)[N], "nonpayable">;

/** What turns a function of a contract and its arguments, checked by type, into a call. */
export function encoder(addresses: Addresses) {
  return <N extends ContractName, F extends Writes<N>>(
    contract: N,
    functionName: F,
    args: ContractFunctionArgs<(typeof ABIS)[N], "nonpayable", F>,
  ): Call => ({
    action: `${contract}.${functionName}`,
    to: addresses[contract].toLowerCase() as Address,
    data: encodeFunctionData<Abi, string>({
      abi: ABIS[contract],
      functionName: functionName,
      args: args as readonly unknown[],
    }),
  });
}
