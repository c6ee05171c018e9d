import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { z } from "zod";
import { BaseError } from "#kernel/errors.ts";
import { binaryPath, ROOT } from "./binaries.ts";
import { buildAlone } from "./build-lock.ts";
import { readOr, writeWhole } from "./files.ts";
import { rpcCall } from "./rpc.ts";
import { run } from "./run.ts";

/** An address, as viem types it. */
export type Address = `0x${string}`;

const schema = z.object({
  chainId: z.number().int().positive(),
  startBlock: z.number().int().nonnegative(),
  genesisTime: z.number().int(),
  epochLength: z.number().int().positive(),
  contracts: z.record(z.string(), z.string().regex(/^0x[0-9a-fA-F]{40}$/, "must be an address") as z.ZodType<Address>),
});

/** Where a network's contracts are: addresses by contract name, the block they begin at, and the epochs. */
export type Deployment = z.output<typeof schema>;

/**
 * Reads a deployment's JSON file.
 *
 * @throws BaseError `BAD_DEPLOYMENT` if it isn't there or isn't one
 */
export function readDeployment(path: string): Deployment {
  const hints = ["set DEPLOYMENT to the JSON file that the deployment script wrote"];
  if (!existsSync(path)) throw new BaseError("BAD_DEPLOYMENT", `there is no deployment file ${path}`, { hints });
  try {
    return schema.parse(JSON.parse(readFileSync(path, "utf8")));
  } catch (error) {
    const problem = error instanceof z.ZodError ? z.prettifyError(error).replaceAll("\n", " ") : "it is not JSON";
    throw new BaseError("BAD_DEPLOYMENT", `${path} is no deployment: ${problem}`, { hints });
  }
}

/** The address of a contract. */
export function addressOf(deployment: Deployment, contract: string): Address {
  const address = deployment.contracts[contract];
  if (address !== undefined) return address;
  throw new BaseError("BAD_DEPLOYMENT", `the deployment on chain ${deployment.chainId} has no ${contract}`, {
    hints: ["deploy the contracts of this version"],
  });
}

/**
 * Checks that a deployment's contracts stand on the chain behind `rpcUrl`.
 *
 * @throws BaseError `WRONG_CHAIN`
 */
export async function checkDeployment(deployment: Deployment, rpcUrl: string): Promise<void> {
  const chainId = Number(await rpcCall<string>(rpcUrl, "eth_chainId"));
  const hints = [
    "point RPC_URL at the chain that was deployed to",
    "or set DEPLOYMENT to the deployment of this chain",
  ];
  if (chainId !== deployment.chainId) {
    const message = `the deployment is on chain ${deployment.chainId}, but ${rpcUrl} is chain ${chainId}`;
    throw new BaseError("WRONG_CHAIN", message, { hints });
  }
  const market = addressOf(deployment, "Marketplace");
  if ((await rpcCall<string>(rpcUrl, "eth_getCode", [market, "latest"])) === "0x") {
    throw new BaseError(
      "WRONG_CHAIN",
      `the chain at ${rpcUrl} has no contract at ${market}, the deployment's Marketplace`,
      {
        hints: [...hints, "if the local chain was deleted, start anew with --fresh"],
      },
    );
  }
}

/** Compiles contracts and deployment script; nothing to do costs 0.2 s. */
export async function buildContracts(): Promise<void> {
  const build = (...flags: string[]) =>
    run(binaryPath("forge"), ["build", "contracts/src", "contracts/script", ...flags], { cwd: ROOT });
  await buildAlone("contracts", async () => {
    await build();
    // forge can leave an artifact without code behind for a script that another command needed the ABI of only.
    if (!/"object":"0x[0-9a-f]/.test(readOr(join(ROOT, "contracts/out/Deploy.s.sol/Deploy.json"))))
      await build("--force");
  });
}

/**
 * Deploys the contracts with the script and parameters in contracts/, from the first account of the local chain.
 *
 * @param path where to write the deployment's JSON
 */
export async function deployContracts(rpcUrl: string, deployer: Address, path: string): Promise<Deployment> {
  // forge writes only where foundry.toml lets it.
  const scratch = join(ROOT, ".cache", `deployment-${process.pid}.json`);
  mkdirSync(dirname(scratch), { recursive: true });
  await run(
    binaryPath("forge"),
    [
      ...["script", "contracts/script/Deploy.s.sol", "--rpc-url", rpcUrl, "--broadcast", "--slow", "--non-interactive"],
      ...["--unlocked", "--sender", deployer],
    ],
    { cwd: ROOT, env: { ...process.env, DEPLOYMENT_OUT: scratch } },
  );
  const deployment = readDeployment(scratch);
  mkdirSync(dirname(path), { recursive: true });
  writeWhole(path, `${JSON.stringify(deployment, null, 2)}\n`);
  rmSync(scratch);
  return deployment;
}
