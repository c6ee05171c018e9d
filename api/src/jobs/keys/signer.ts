import type { Address, Hex } from "viem";

/** A transaction before it is signed. Fees in wei. */
export interface UnsignedTransaction {
  chainId: number;
  nonce: number;
  to: Address;
  data: Hex;
  gas: bigint;
  maxFeePerGas: bigint;
  maxPriorityFeePerGas: bigint;
}

/** Somebody's key, wherever it lies. It is never shown: there is nothing here to print but its address. */
export interface Signer {
  readonly address: Address;
  /** The transaction as it goes over the wire. */
  sign(transaction: UnsignedTransaction): Promise<Hex>;
}
