import { rm } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { createWalletClient, encodeFunctionData, http, parseAbi, publicActions, testActions } from "viem";
import { mnemonicToAccount } from "viem/accounts";
import { foundry } from "viem/chains";
import type { Child } from "#kernel/child.ts";
import { compileContracts } from "../tools/abis.ts";
import { checkDeployed } from "./check.ts";
import type { Deployed, DeployParams } from "./check/chain.ts";
import { deploy, readParams, startAnvil } from "./testing.ts";

const MNEMONIC = "test test test test test test test test test test test junk";
const PRODUCTION = "contracts/deployments/params/example.json";
const LOCAL = "contracts/deployments/params/31337.json";
const admin = mnemonicToAccount(MNEMONIC, { addressIndex: 0 });
const stranger = mnemonicToAccount(MNEMONIC, { addressIndex: 7 });
const MANAGER = parseAbi([
  "function grantRole(uint64 roleId, address account, uint32 executionDelay)",
  "function setTargetFunctionRole(address target, bytes4[] selectors, uint64 roleId)",
]);

describe("the check of a deployed network", () => {
  const out = `.cache/check-test-${process.pid}.json`;
  let anvil: Child | undefined;
  let rpcUrl: string;

  beforeAll(async () => {
    await compileContracts();
    ({ anvil, rpcUrl } = await startAnvil());
  }, 120_000);

  afterAll(async () => {
    await anvil?.stop();
    await rm(out, { force: true });
  });

  it("finds nothing wrong with a network that was deployed as for production, by an account that keeps no right", async () => {
    const deployed = await deploy(rpcUrl, stranger.address, out, PRODUCTION);
    const findings = await checkDeployed(rpcUrl, deployed, await readParams<DeployParams>(PRODUCTION));
    expect(findings.filter(({ isGood }) => !isGood)).toEqual([]);
    expect(findings.length).toBeGreaterThan(70);
    const claims = findings.map(({ claim }) => claim);
    expect(claims).toContain("0x1111111111111111111111111111111111111111 is ADMIN, each act announced 172800 s before");
    expect(claims).toContain("EpochRewards is MINTER, each act announced 0 s before");
    expect(claims).toContain("TimeSlots runs this source's code");
  });

  it("demands that the admin of a chain for others announces its acts a day before", async () => {
    const params = { ...(await readParams<DeployParams>(LOCAL)) };
    const deployed = await deploy(rpcUrl, admin.address, out, LOCAL);
    expect(await wrongOf(deployed, params)).toEqual([]);
    const client = createWalletClient({ chain: foundry, transport: http(rpcUrl), account: admin });
    await client.request({ method: "anvil_setChainId" as never, params: [8453] as never });
    const elsewhere = await wrongOf({ ...deployed, chainId: 8453 }, params);
    await client.request({ method: "anvil_setChainId" as never, params: [31337] as never });
    expect(elsewhere).toEqual([
      "the admin's acts are announced at least 86400 s before, or the chain is a local one: 0 s",
    ]);
  });

  it("names a role that somebody got later, a function bound to another role, and code that isn't ours", async () => {
    const params = await readParams<DeployParams>(LOCAL);
    const deployed = await deploy(rpcUrl, admin.address, out, LOCAL);
    const client = createWalletClient({ chain: foundry, transport: http(rpcUrl), account: admin })
      .extend(publicActions)
      .extend(testActions({ mode: "anvil" }));
    const at = (name: string) => deployed.contracts[name] ?? "0x";
    const tell = async (data: `0x${string}`): Promise<void> => {
      const hash = await client.sendTransaction({ to: at("AccessManager"), data });
      await client.waitForTransactionReceipt({ hash });
    };
    await tell(encodeFunctionData({ abi: MANAGER, functionName: "grantRole", args: [2n, stranger.address, 0] }));
    const setPaused = "0x16c38b3c";
    await tell(
      encodeFunctionData({
        abi: MANAGER,
        functionName: "setTargetFunctionRole",
        args: [at("DataCredits"), [setPaused], 2n],
      }),
    );
    await client.setCode({
      address: at("Exchange"),
      bytecode: (await client.getCode({ address: at("GpuNFT") })) ?? "0x",
    });
    expect(await wrongOf(deployed, params, 3)).toEqual([
      `Exchange runs this source's code: other code at ${at("Exchange")}`,
      `nobody else holds a role, the deployer neither: ${stranger.address.toLowerCase()} is MINTER`,
      "DataCredits.setPaused is the GUARDIAN's: it is role 2's",
    ]);
  });

  it("refuses a deployment of another chain, and one of another version", async () => {
    const params = await readParams<DeployParams>(LOCAL);
    const deployed = await deploy(rpcUrl, admin.address, out, LOCAL);
    await expect(checkDeployed(rpcUrl, { ...deployed, chainId: 1 }, params)).rejects.toMatchObject({
      code: "WRONG_CHAIN",
    });
    const contracts = { ...deployed.contracts, Lottery: admin.address };
    await expect(checkDeployed(rpcUrl, { ...deployed, contracts }, params)).rejects.toMatchObject({
      code: "ARTIFACT_MISSING",
    });
  });

  /** What is wrong, `claim: found`; only the first so many, because what isn't our code answers nothing. */
  async function wrongOf(deployed: Deployed, params: DeployParams, count = Infinity): Promise<string[]> {
    const findings = await checkDeployed(rpcUrl, deployed, params);
    return findings
      .filter(({ isGood }) => !isGood)
      .slice(0, count)
      .map(({ claim, found }) => `${claim}: ${found ?? ""}`);
  }
});
