import type { Address } from "viem";
import { addressesOf } from "./contracts.ts";
import { ChainNode } from "./node.ts";
import type { Desk } from "./prepare.ts";

export type { Action } from "./draft.ts";
export { prepare, type Prepared } from "./prepare.ts";
export * as actions from "./actions/index.ts";

/** A chain that transactions are prepared for. */
export interface ChainOptions {
  rpcUrl: string;
  chainId: number;
  /** addresses by contract name, as a deployment has them */
  contracts: Readonly<Record<string, Address>>;
  /** how long the node may take over one transaction; 5 s when left out */
  timeoutMs?: number;
}

/**
 * A chain's contracts, and the node to ask. Nothing is asked yet: the API starts without its node.
 *
 * @throws BaseError `BAD_DEPLOYMENT`
 */
export function openDesk({ rpcUrl, chainId, contracts, timeoutMs }: ChainOptions): Desk {
  return { node: new ChainNode(rpcUrl, chainId, timeoutMs), chainId, addresses: addressesOf(contracts) };
}
