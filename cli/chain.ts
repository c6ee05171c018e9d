import { existsSync } from "node:fs";
import { join } from "node:path";
import type { ChainOptions } from "#api/src/chain/index.ts";
import { readDeployment } from "#devnet/deployment.ts";
import { BaseError } from "#kernel/errors.ts";
import type { Settings } from "#kernel/settings.ts";
import { rpcUrlOf } from "./settings.ts";

/**
 * The chain that the settings name, or the local one of the data folder; undefined where there is none.
 *
 * @throws BaseError `BAD_DEPLOYMENT`; `BAD_SETTINGS` for a node without its contracts
 */
export function chainOf(
  settings: Pick<Settings, "rpcUrl" | "chainPort" | "deployment" | "dataDir">,
): ChainOptions | undefined {
  const local = join(settings.dataDir, "deployment.json");
  const path = settings.deployment || (existsSync(local) ? local : "");
  if (path === "") {
    if (settings.rpcUrl === "") return undefined;
    throw new BaseError("BAD_SETTINGS", "RPC_URL names a node, and nothing names the contracts on its chain", {
      hints: ["set DEPLOYMENT to the JSON file with their addresses", "or unset RPC_URL: nothing is prepared then"],
    });
  }
  const { chainId, contracts } = readDeployment(path);
  return { rpcUrl: rpcUrlOf(settings), chainId, contracts };
}
