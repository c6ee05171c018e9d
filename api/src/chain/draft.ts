import type { Address } from "viem";
import type { Call } from "./contracts.ts";
import type { Reads } from "./reads.ts";

/** What a transaction moves, as of the block it is simulated on. Base units; all from the view of its sender. */
export interface Cost {
  /** DC that leave the account that pays: into escrow, or burned */
  dc: bigint;
  /** BCT that leave the sender */
  bct: bigint;
  /** DC that come in */
  returnsDc: bigint;
  /** BCT that come in */
  returnsBct: bigint;
  /** what is paid in another currency */
  other?: { currency: Address; amount: bigint };
}

/** What must be allowed before a call can go through. */
export type Need =
  | { kind: "TOKENS"; token: Address; spender: Address; amount: bigint }
  | { kind: "NFT"; collection: "GpuNFT" | "TimeSlots"; tokenId: bigint; spender: Address };

/** A call that isn't simulated yet. */
export interface Draft {
  call: Call;
  /** what it moves; what is left out is 0. Null: it can't be told, because a read that it takes is refused */
  cost: Partial<Cost> | null;
  need?: Need;
}

/** Who sends a transaction. */
export interface Sender {
  /** 0x hex in lower case */
  from: string;
}

/** Turns what somebody wants into a call, with what the chain says at one block. */
export type Action<Input extends Sender> = (input: Input, reads: Reads) => Draft | Promise<Draft>;

/** An address that was checked before. */
export const asAddress = (text: string): Address => text as Address;
