import { pbkdf2Sync } from "node:crypto";
import { createPublicClient, createWalletClient, defineChain, getContract, http, type Abi, type Hash } from "viem";
import { HDKey, hdKeyToAccount, type HDAccount } from "viem/accounts";
import { computeTokenAbi } from "#contracts/abi/computeToken.ts";
import { dataCreditsAbi } from "#contracts/abi/dataCredits.ts";
import { epochRewardsAbi } from "#contracts/abi/epochRewards.ts";
import { exchangeAbi } from "#contracts/abi/exchange.ts";
import { gpuNFTAbi } from "#contracts/abi/gpuNFT.ts";
import { marketplaceAbi } from "#contracts/abi/marketplace.ts";
import { operatorRegistryAbi } from "#contracts/abi/operatorRegistry.ts";
import { poolRegistryAbi } from "#contracts/abi/poolRegistry.ts";
import { reportedPriceFeedAbi } from "#contracts/abi/reportedPriceFeed.ts";
import { timeSlotsAbi } from "#contracts/abi/timeSlots.ts";
import { addressOf, type Deployment } from "../deployment.ts";

/** The well-known mnemonic of local chains. Never hold anything of value under it. */
const MNEMONIC = "test test test test test test test test test test test junk";

/** Its seed by BIP 39, once for all accounts: it takes 2,048 rounds of SHA-512. */
let root: HDKey | undefined;
const accounts = new Map<number, HDAccount>();

/** The account with this index in the mnemonic. */
export function accountOf(index: number): HDAccount {
  let account = accounts.get(index);
  root ??= HDKey.fromMasterSeed(pbkdf2Sync(MNEMONIC, "mnemonic", 2_048, 64, "sha512"));
  if (!account) accounts.set(index, (account = hdKeyToAccount(root, { addressIndex: index })));
  return account;
}

/** A network's contracts, bound to a node, for reading and for writing as any account of the mnemonic. */
export type Network = ReturnType<typeof connect>;

/** Binds the contracts of a deployment to a node. */
export function connect(rpcUrl: string, deployment: Deployment) {
  const chain = defineChain({
    id: deployment.chainId,
    name: "devnet",
    nativeCurrency: { name: "Ether", symbol: "ETH", decimals: 18 },
    rpcUrls: { default: { http: [rpcUrl] } },
  });
  // A month's events are more than viem takes from a node by itself.
  const transport = http(rpcUrl, { batch: true, timeout: 20_000, maxResponseBodySize: false });
  const node = createPublicClient({ chain, transport, pollingInterval: 100 });
  const client = { public: node, wallet: createWalletClient({ chain, transport }) };
  const at = <const A extends Abi>(name: string, abi: A) =>
    getContract({ address: addressOf(deployment, name), abi, client });
  return {
    chain,
    node,
    rpcUrl,
    token: at("ComputeToken", computeTokenAbi),
    feed: at("ReportedPriceFeed", reportedPriceFeedAbi),
    credits: at("DataCredits", dataCreditsAbi),
    operators: at("OperatorRegistry", operatorRegistryAbi),
    pools: at("PoolRegistry", poolRegistryAbi),
    gpus: at("GpuNFT", gpuNFTAbi),
    market: at("Marketplace", marketplaceAbi),
    slots: at("TimeSlots", timeSlotsAbi),
    exchange: at("Exchange", exchangeAbi),
    rewards: at("EpochRewards", epochRewardsAbi),
    genesisTime: deployment.genesisTime,
    epochLength: deployment.epochLength,
    /**
     * Waits until a transaction is mined.
     *
     * @throws Error if it was mined but reverted; what the node refuses is thrown by sending it
     */
    async mined(sent: Promise<Hash>): Promise<void> {
      const hash = await sent;
      const receipt = await node.waitForTransactionReceipt({ hash, timeout: 60_000 });
      if (receipt.status !== "success") throw new Error(`transaction ${hash} reverted`);
    },
  };
}

/** Options of a write as account `index`. */
export function as(index: number, network: Network): { account: HDAccount; chain: Network["chain"] } {
  return { account: accountOf(index), chain: network.chain };
}
