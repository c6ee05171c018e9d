import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { fileURLToPath } from "node:url";
import { BaseError, describeError } from "#kernel/errors.ts";
import { compileContracts } from "../tools/abis.ts";
import { DeployedChain, type Deployed, type DeployParams, type Finding } from "./check/chain.ts";
import { checkCode } from "./check/code.ts";
import { checkRoles } from "./check/roles.ts";
import { checkWiring } from "./check/wiring.ts";

/**
 * Everything that must hold of a deployed network: its code, who may do what with which delay, how the contracts are
 * wired and what they were set to. Reads only; the artifacts must be compiled.
 *
 * @throws BaseError if the chain or the files can't be read, or are of another network
 */
export async function checkDeployed(rpcUrl: string, deployed: Deployed, params: DeployParams): Promise<Finding[]> {
  const chain = await DeployedChain.open(rpcUrl, deployed, params);
  return [...(await checkCode(chain)), ...(await checkRoles(chain)), ...(await checkWiring(chain))];
}

async function readJson<T>(path: string): Promise<T> {
  const text = await readFile(path, "utf8").catch((cause: unknown) => {
    throw new BaseError("FILE_MISSING", `can't read ${path}`, {
      hints: ["pass --deployment FILE and --params FILE"],
      cause,
    });
  });
  return JSON.parse(text) as T;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { "rpc-url": { type: "string" }, deployment: { type: "string" }, params: { type: "string" } },
  });
  const rpcUrl = values["rpc-url"] ?? process.env["RPC_URL"];
  if (rpcUrl === undefined) {
    throw new BaseError("NO_RPC_URL", "no chain to check", { hints: ["pass --rpc-url URL, or set RPC_URL"] });
  }
  await compileContracts();
  const deployed = await readJson<Deployed>(values.deployment ?? "contracts/deployments/31337.json");
  const params = await readJson<DeployParams>(values.params ?? `contracts/deployments/params/${deployed.chainId}.json`);
  const findings = await checkDeployed(rpcUrl, deployed, params);
  for (const { claim, isGood, found } of findings) {
    process.stdout.write(isGood ? `  ok    ${claim}\n` : `  WRONG ${claim}: ${found ?? "it isn't so"}\n`);
  }
  const wrong = findings.filter(({ isGood }) => !isGood).length;
  process.stdout.write(`${findings.length - wrong} of ${findings.length} hold\n`);
  return wrong === 0 ? 0 : 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.exitCode = await main().catch((error: unknown) => {
    process.stderr.write(`${describeError(error)}\n`);
    return 1;
  });
}
