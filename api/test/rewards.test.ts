import { rm } from "node:fs/promises";
import { createTestClient, erc20Abi, http, publicActions, walletActions, type Abi, type Address, type Hex } from "viem";
import { mnemonicToAccount } from "viem/accounts";
import { foundry } from "viem/chains";
import { epochRewardsAbi } from "#contracts/abi/epochRewards.ts";
import type { Deployed } from "#contracts/script/check/chain.ts";
import { deploy, startAnvil } from "#contracts/script/testing.ts";
import { compileContracts } from "#contracts/tools/abis.ts";
import type { Child } from "#kernel/child.ts";
import { claimsTree } from "../src/domain/rewards/leaves.ts";
import { parseInputs } from "../src/domain/rewards/parse.ts";
import { settle } from "../src/domain/rewards/settle.ts";
import { DAY, gpuJson, poolJson, wallet, type GpuJson, type InputsJson } from "../src/domain/rewards/testing.ts";
import type { Claim, EpochResult } from "../src/domain/rewards/types.ts";

const MNEMONIC = "test test test test test test test test test test test junk";
const anvilAccount = (addressIndex: number): Address => mnemonicToAccount(MNEMONIC, { addressIndex }).address;
/** Of the local deployment's three oracles, the quorum; beyond the accounts that the chain gives ether. */
const ORACLES = [23, 24].map(anvilAccount);
/** No account of the chain: whoever pays the gas may push rewards. */
const KEEPER = anvilAccount(9);
const WALLETS = Array.from({ length: 40 }, (_, i) => wallet(0xbc0000 + i));
/** Wide enough that one helper may send any of its functions. */
const REWARDS: Abi = epochRewardsAbi;
const ZERO_WORD: Hex = `0x${"0".repeat(64)}`;

const out = `.cache/rewards-test-${process.pid}.json`;
let anvil: Child | undefined;
let rpcUrl: string;
let deployed: Deployed;
const at = (name: string): Address => deployed.contracts[name] ?? "0x";
const chain = () =>
  createTestClient({ mode: "anvil", chain: foundry, transport: http(rpcUrl) })
    .extend(publicActions)
    .extend(walletActions);

beforeAll(async () => {
  await compileContracts();
  ({ anvil, rpcUrl } = await startAnvil());
  deployed = await deploy(rpcUrl, anvilAccount(0), out);
  for (const address of ORACLES) await impersonate(address);
}, 120_000);

afterAll(async () => {
  await anvil?.stop();
  await rm(out, { force: true });
});

/** Sends to EpochRewards and waits; a transaction that reverts fails. */
async function send(account: Address, functionName: string, args: readonly unknown[]): Promise<void> {
  const client = chain();
  const call = { address: at("EpochRewards"), abi: REWARDS, functionName, args, account };
  const hash = await client.writeContract(call);
  const { status } = await client.waitForTransactionReceipt({ hash });
  expect(status).toBe("success");
}

const read = async (functionName: string, args: readonly unknown[] = []): Promise<unknown> =>
  chain().readContract({ address: at("EpochRewards"), abi: REWARDS, functionName, args });
const bctOf = async (account: Address): Promise<bigint> =>
  chain().readContract({ address: at("ComputeToken"), abi: erc20Abi, functionName: "balanceOf", args: [account] });

async function travel(timestamp: number): Promise<void> {
  await chain().setNextBlockTimestamp({ timestamp: BigInt(timestamp) });
  await chain().mine({ blocks: 1 });
}

/** Lets an account send without its key. */
async function impersonate(address: Address): Promise<void> {
  await chain().impersonateAccount({ address });
  await chain().setBalance({ address, value: 10n ** 18n });
}

/** Burns as the market would have them tallied: it alone may. */
async function tally(gpus: readonly GpuJson[]): Promise<void> {
  const market = at("Marketplace");
  await impersonate(market);
  for (const { gpuId, poolId, burnedDc } of gpus) {
    const bctEquivalent = BigInt(burnedDc) * 10n ** 12n * 3n;
    if (burnedDc !== "0")
      await send(market, "recordUse", [BigInt(gpuId), BigInt(poolId), BigInt(burnedDc), bctEquivalent]);
  }
}

/** Twelve GPUs in two pools, each held by up to three of the wallets, those of other epochs among them. */
function gpusOf(epoch: number, isUsed: boolean): GpuJson[] {
  return Array.from({ length: 12 }, (_, g) => {
    const cut = 1_000 * (g + 1) + epoch;
    const parts = g % 3 === 0 ? [DAY] : g % 3 === 1 ? [cut, DAY - cut] : [cut, cut, DAY - 2 * cut];
    return gpuJson({
      poolId: g < 8 ? "1" : "2",
      gpuId: String(g + 1),
      burnedDc: String(isUsed && g % 4 !== 3 ? 7_777_777 * (g + 1) + epoch : 0),
      eligibleSeconds: 60 * (1_440 - 7 * g * epoch),
      owners: parts.map((seconds, i) => ({ account: WALLETS[3 * ((g + epoch) % 13) + i] ?? "", seconds })),
    });
  });
}

/** Settles an epoch, whose end is waited for: closes it, computes it with the chain's budget, attests. */
async function settleEpoch(
  epoch: number,
  gpus: GpuJson[],
  before: readonly Claim[],
  pools = [poolJson(), poolJson({ poolId: "2", operatorId: "2", operatorPayee: wallet(0xbcffff) })],
): Promise<EpochResult> {
  const start = deployed.genesisTime + epoch * DAY;
  const { timestamp } = await chain().getBlock();
  if (Number(timestamp) < start + DAY) await travel(start + DAY);
  await send(KEEPER, "closeEpoch", [BigInt(epoch)]);
  const json: InputsJson = {
    methodologyVersion: 1,
    epoch,
    start,
    end: start + DAY,
    budget: String(await read("budgetOf", [BigInt(epoch)])),
    pools,
    gpus,
    previousCumulative: before.map(({ account, cumulative }) => ({ account, amount: String(cumulative) })),
  };
  const result = settle(parseInputs(json));
  expect(await read("burnedIn", [BigInt(epoch)])).toBe(result.burnedDc);
  for (const oracle of ORACLES) await send(oracle, "attest", [BigInt(epoch), result]);
  return result;
}

/** Lets the challenge window pass, and finalizes. */
async function finalize(epoch: number): Promise<void> {
  const [, windowEndsAt] = (await read("commitOf", [BigInt(epoch)])) as [unknown, bigint];
  await travel(Number(windowEndsAt));
  await send(KEEPER, "finalize", [BigInt(epoch)]);
}

describe("what settle computes, on a real chain", () => {
  it("pays each wallet by its proof just what it earned, over two epochs, one without burns, and one of a single GPU", async () => {
    const [gpus, gpusLater] = [gpusOf(0, true), gpusOf(1, true)];
    await tally(gpus);
    await travel(deployed.genesisTime + DAY);
    await tally(gpusLater);
    const first = await settleEpoch(0, gpus, []);
    expect(first.lines.length).toBeGreaterThan(30);
    await finalize(0);
    const tree = claimsTree(first.claims);
    const [late, ...prompt] = first.claims.map((claim, i) => ({ ...claim, proof: tree.proofOf(i) }));
    for (const { account, cumulative, proof } of prompt) {
      await send(KEEPER, "claim", [account, cumulative, proof]);
      expect(await bctOf(account)).toBe(cumulative);
    }
    expect(await bctOf(at("EpochRewards"))).toBe(late?.cumulative);

    const second = await settleEpoch(1, gpusLater, first.claims);
    expect([first.total > 0n, second.total > 0n]).toEqual([true, true]);
    await finalize(1);
    const secondTree = claimsTree(second.claims);
    const claims = second.claims.map(({ account, cumulative }, i) => ({
      account,
      cumulativeAmount: cumulative,
      proof: secondTree.proofOf(i),
    }));
    await send(KEEPER, "claimMany", [claims]);
    for (const { account, cumulative } of second.claims) expect(await bctOf(account)).toBe(cumulative);
    expect(await bctOf(at("EpochRewards"))).toBe(0n);
    const paid = second.claims.reduce((sum, { cumulative }) => sum + cumulative, 0n);
    expect(paid).toBe(first.total + second.total);

    const third = await settleEpoch(2, gpusOf(2, false), second.claims);
    expect(third).toMatchObject({ linesRoot: ZERO_WORD, claimsRoot: second.claimsRoot, total: 0n });
    await finalize(2);
    expect(await read("claimsRoot")).toBe(second.claimsRoot);

    const [owner = ""] = WALLETS;
    const alone = [gpuJson({ burnedDc: "5000000", owners: [{ account: owner, seconds: DAY }] })];
    await tally(alone);
    const fourth = await settleEpoch(3, alone, second.claims, [poolJson()]);
    await finalize(3);
    const fourthTree = claimsTree(fourth.claims);
    const before = new Map(second.claims.map(({ account, cumulative }) => [account, cumulative]));
    for (const [i, { account, cumulative }] of fourth.claims.entries()) {
      if (cumulative === before.get(account)) continue;
      await send(KEEPER, "claim", [account, cumulative, fourthTree.proofOf(i)]);
      expect(await bctOf(account)).toBe(cumulative);
    }
    expect(fourth.lines.length).toBeGreaterThan(0);
    expect(fourth.lines.reduce((sum, { amount }) => sum + amount, 0n)).toBe(fourth.total);
    expect(await bctOf(at("EpochRewards"))).toBe(0n);
  }, 180_000);
});
