import type { Address, Hex } from "viem";
import { epochRewardsAbi } from "#contracts/abi/epochRewards.ts";
import { readBlock, type BlockRef, type Node } from "../../node.ts";

/** Where a network's contracts are, as far as the job calls them. */
export interface SettlementAddresses {
  rewards: Address;
  market: Address;
  slots: Address;
}

/** The epochs' clock, fixed at deployment. Seconds. */
export interface EpochClock {
  genesisTime: number;
  epochLength: number;
}

/** How far the epochs have come on the chain, all as of one block. */
export interface RewardsState {
  head: BlockRef;
  closedCount: number;
  committedCount: number;
  finalizedCount: number;
  round: bigint;
  quorum: bigint;
  oracles: readonly Address[];
  claimsRoot: Hex;
}

/** What oracles attest. */
export interface Commit {
  linesRoot: Hex;
  claimsRoot: Hex;
  total: bigint;
  inputsHash: Hex;
  methodologyVersion: number;
}

/** Reads of EpochRewards. */
export class RewardsReader {
  readonly address: Address;
  readonly #node: Node;

  constructor(node: Node, address: Address) {
    this.#node = node;
    this.address = address;
  }

  async clock(): Promise<EpochClock> {
    const [genesisTime, epochLength] = await Promise.all([this.#call("genesisTime"), this.#call("epochLength")]);
    return { genesisTime: Number(genesisTime), epochLength: Number(epochLength) };
  }

  /** As of the newest block. */
  async state(): Promise<RewardsState> {
    const head = await readBlock(this.#node);
    const at = { blockNumber: head.number };
    const common = { address: this.address, abi: epochRewardsAbi, ...at } as const;
    const read = this.#node.readContract;
    const [closed, committed, finalized, round, quorum, oracles, claimsRoot] = await Promise.all([
      read({ ...common, functionName: "closedCount" }),
      read({ ...common, functionName: "committedCount" }),
      read({ ...common, functionName: "finalizedCount" }),
      read({ ...common, functionName: "round" }),
      read({ ...common, functionName: "quorum" }),
      read({ ...common, functionName: "oracles" }),
      read({ ...common, functionName: "claimsRoot" }),
    ]);
    const counts = {
      closedCount: Number(closed),
      committedCount: Number(committed),
      finalizedCount: Number(finalized),
    };
    return { head, ...counts, round, quorum, oracles, claimsRoot };
  }

  /** BCT wei that a closed epoch may mint. */
  async budgetOf(epoch: number): Promise<bigint> {
    const call = { address: this.address, abi: epochRewardsAbi, functionName: "budgetOf" } as const;
    return this.#node.readContract({ ...call, args: [BigInt(epoch)] });
  }

  /** What a committed epoch was committed with, and up to when the guardian can veto it, seconds since 1970. */
  async commitOf(epoch: number): Promise<{ commit: Commit; windowEndsAt: number }> {
    const call = { address: this.address, abi: epochRewardsAbi, functionName: "commitOf" } as const;
    const [commit, windowEndsAt] = await this.#node.readContract({ ...call, args: [BigInt(epoch)] });
    return { commit, windowEndsAt: Number(windowEndsAt) };
  }

  /** How many oracles vouch for this commit in the present round. */
  async votesFor(epoch: number, commit: Commit): Promise<bigint> {
    const call = { address: this.address, abi: epochRewardsAbi, functionName: "votesFor" } as const;
    return this.#node.readContract({ ...call, args: [BigInt(epoch), commit] });
  }

  /** BCT wei that a wallet was ever paid. */
  async claimedOf(account: Address): Promise<bigint> {
    const call = { address: this.address, abi: epochRewardsAbi, functionName: "claimedOf" } as const;
    return this.#node.readContract({ ...call, args: [account] });
  }

  async #call(functionName: "genesisTime" | "epochLength"): Promise<bigint> {
    return BigInt(await this.#node.readContract({ address: this.address, abi: epochRewardsAbi, functionName }));
  }
}

/** The epoch `[start, end)`, seconds since 1970. */
export function spanOf(epoch: number, { genesisTime, epochLength }: EpochClock) {
  const start = genesisTime + epoch * epochLength;
  return { epoch, start, end: start + epochLength };
}

/** The epoch that a time lies in. */
export function epochAt(timestamp: bigint, { genesisTime, epochLength }: EpochClock): number {
  return Math.floor((Number(timestamp) - genesisTime) / epochLength);
}
