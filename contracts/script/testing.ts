import { execFile } from "node:child_process";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Address } from "viem";
import { guarded } from "#devnet/guard.ts";
import { startChild, type Child } from "#kernel/child.ts";
import type { Deployed } from "./check/chain.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** Starts anvil on a port of its choice. */
export async function startAnvil(): Promise<{ anvil: Child; rpcUrl: string }> {
  let port = "";
  const flags = ["--port", "0", "--prune-history", "--accounts", "20"];
  const [command, args] = guarded(join(ROOT, "node_modules/.bin/anvil"), flags);
  const anvil = await startChild({
    name: "anvil",
    command,
    args,
    isReady: (line) => {
      port = /Listening on .*:(\d+)/.exec(line)?.[1] ?? "";
      return port !== "";
    },
  });
  return { anvil, rpcUrl: `http://127.0.0.1:${port}` };
}

/**
 * Deploys by the script, from an account that the chain has unlocked.
 *
 * @param out where to write the deployment, inside .cache: forge may write only there
 * @param params path of the parameters, by default those of local chains
 */
export async function deploy(rpcUrl: string, sender: Address, out: string, params?: string): Promise<Deployed> {
  await mkdir(join(ROOT, ".cache"), { recursive: true });
  const args = ["script", "contracts/script/Deploy.s.sol", "--rpc-url", rpcUrl, "--broadcast", "--slow"];
  const env = { ...process.env, DEPLOYMENT_OUT: out, ...(params === undefined ? {} : { DEPLOYMENT_PARAMS: params }) };
  await promisify(execFile)(join(ROOT, "node_modules/.bin/forge"), [...args, "--unlocked", "--sender", sender], {
    cwd: ROOT,
    env,
  });
  return JSON.parse(await readFile(join(ROOT, out), "utf8")) as Deployed;
}

/** The parameters in a file of the repository. */
export async function readParams<T>(path: string): Promise<T> {
  return JSON.parse(await readFile(join(ROOT, path), "utf8")) as T;
}
