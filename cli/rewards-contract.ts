import { createPublicClient, http, type Address } from "viem";
import type { ChainWord } from "#api/src/verify/chain-word.ts";
import { epochRewardsAbi } from "#contracts/abi/epochRewards.ts";
import { BaseError, messageOf } from "#kernel/errors.ts";

/**
 * What the EpochRewards contract says, asked by RPC at the newest block.
 *
 * @throws BaseError `RPC_UNREACHABLE`, or `WRONG_CHAIN` where there is no such contract
 */
export async function readChainWord(rpcUrl: string, address: Address): Promise<ChainWord> {
  const client = createPublicClient({ transport: http(rpcUrl, { retryCount: 1 }) });
  const block = await client.getBlock({ blockTag: "latest" }).catch((cause: unknown) => {
    throw new BaseError("RPC_UNREACHABLE", `no Ethereum node answers at ${rpcUrl}: ${messageOf(cause).slice(0, 200)}`, {
      hints: ["start the node, or correct RPC_URL (--rpc)"],
    });
  });
  const contract = { address, abi: epochRewardsAbi } as const;
  const [genesis, length, committedCount] = await Promise.all([
    client.readContract({ ...contract, functionName: "genesisTime" }),
    client.readContract({ ...contract, functionName: "epochLength" }),
    client.readContract({ ...contract, functionName: "committedCount" }),
  ]).catch((cause: unknown) => {
    throw new BaseError("WRONG_CHAIN", `the chain at ${rpcUrl} has no EpochRewards at ${address}`, {
      cause,
      hints: [
        "point RPC_URL (--rpc) at the deployment's chain",
        "or DEPLOYMENT (--deployment) at the chain's deployment",
      ],
    });
  });
  return {
    genesis: Number(genesis),
    length: Number(length),
    headAt: Number(block.timestamp),
    committedCount: Number(committedCount),
    commitOf: async (epoch) => {
      const args = [BigInt(epoch)] as const;
      const [[commit], budget] = await Promise.all([
        client.readContract({ ...contract, functionName: "commitOf", args }),
        client.readContract({ ...contract, functionName: "budgetOf", args }),
      ]);
      return { ...commit, methodologyVersion: Number(commit.methodologyVersion), budget };
    },
  };
}
