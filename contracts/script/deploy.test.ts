import { rm } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { createPublicClient, createWalletClient, http, parseEventLogs, type Address, type Hash } from "viem";
import { mnemonicToAccount } from "viem/accounts";
import { foundry } from "viem/chains";
import type { Child } from "#kernel/child.ts";
import { computeTokenAbi } from "../abi/computeToken.ts";
import { dataCreditsAbi } from "../abi/dataCredits.ts";
import { epochRewardsAbi } from "../abi/epochRewards.ts";
import { reportedPriceFeedAbi } from "../abi/reportedPriceFeed.ts";
import { compileContracts } from "../tools/abis.ts";
import type { Deployed } from "./check/chain.ts";
import { deploy, startAnvil } from "./testing.ts";

const MNEMONIC = "test test test test test test test test test test test junk";
const account = (addressIndex: number) => mnemonicToAccount(MNEMONIC, { addressIndex });

describe("the deployment script on a local chain", () => {
  // forge may write only inside the repository
  const out = `.cache/deploy-test-${process.pid}.json`;
  let anvil: Child | undefined;
  let rpcUrl: string;
  let deployment: Deployed;
  const at = (name: string): Address => deployment.contracts[name] ?? "0x";
  const client = () => createPublicClient({ chain: foundry, transport: http(rpcUrl) });
  const walletOf = (index: number) =>
    createWalletClient({ chain: foundry, transport: http(rpcUrl), account: account(index) });
  const mined = async (hash: Promise<Hash>) => client().waitForTransactionReceipt({ hash: await hash });

  beforeAll(async () => {
    await compileContracts();
    ({ anvil, rpcUrl } = await startAnvil());
    deployment = await deploy(rpcUrl, account(0).address, out);
  }, 120_000);

  afterAll(async () => {
    await anvil?.stop();
    await rm(out, { force: true });
  });

  it("writes down twelve contracts, each with code, from the block of the first", async () => {
    expect(deployment.chainId).toBe(31337);
    expect(deployment.startBlock).toBe(1);
    expect(Object.keys(deployment.contracts).sort()).toEqual([
      "AccessManager",
      "ComputeToken",
      "DataCredits",
      "EpochRewards",
      "Exchange",
      "GpuNFT",
      "Marketplace",
      "OperatorRegistry",
      "PoolRegistry",
      "PriceFeed",
      "ReportedPriceFeed",
      "TimeSlots",
    ]);
    for (const address of Object.values(deployment.contracts)) {
      expect(await client().getCode({ address })).toMatch(/^0x[0-9a-f]{100}/);
    }
    const first = await client().getBlock({ blockNumber: 1n, includeTransactions: true });
    expect(first.transactions).toHaveLength(1);
  });

  it("begins epoch 0 at the last midnight UTC", async () => {
    const now = Number((await client().getBlock()).timestamp);
    expect(deployment.epochLength).toBe(86_400);
    expect(deployment.genesisTime % 86_400).toBe(0);
    expect(now - deployment.genesisTime).toBeGreaterThanOrEqual(0);
    expect(now - deployment.genesisTime).toBeLessThan(2 * 86_400);
    const genesis = { address: at("EpochRewards"), abi: epochRewardsAbi, functionName: "genesisTime" } as const;
    expect(await client().readContract(genesis)).toBe(BigInt(deployment.genesisTime));
  });

  it("lets a quorum of three reporters report and the treasury buy at once", async () => {
    const feed = { address: at("ReportedPriceFeed"), abi: reportedPriceFeedAbi } as const;
    const report = (reporter: number) =>
      mined(walletOf(reporter).writeContract({ ...feed, functionName: "report", args: [210_000_000n] }));
    const answer = async () => (await client().readContract({ ...feed, functionName: "latestRoundData" }))[1];
    await report(14);
    await report(15);
    expect(await answer()).toBe(200_000_000n);
    await report(16);
    expect(await answer()).toBe(210_000_000n);

    const treasury = walletOf(0);
    const credits = at("DataCredits");
    const bct = 10n ** 18n;
    await mined(
      treasury.writeContract({
        address: at("ComputeToken"),
        abi: computeTokenAbi,
        functionName: "approve",
        args: [credits, bct],
      }),
    );
    const nothing: Hash = `0x${"0".repeat(64)}`;
    const receipt = await mined(
      treasury.writeContract({
        address: credits,
        abi: dataCreditsAbi,
        functionName: "mintFor",
        args: [account(0).address, bct, 0n, nothing],
      }),
    );
    const [minted] = parseEventLogs({ abi: dataCreditsAbi, logs: receipt.logs, eventName: "CreditsMinted" });
    // the answer rose from 2.00, so a minute later most of the average is still 2.00
    expect(minted?.args.dcAmount).toBeGreaterThanOrEqual(2_000_000n);
    expect(minted?.args.dcAmount).toBeLessThan(2_100_000n);
  });
});
