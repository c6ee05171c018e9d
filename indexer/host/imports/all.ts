import type { HostContext } from "../context.ts";
import type { HostFunctions } from "../instance.ts";
import { conversionImports } from "./conversion.ts";
import { environmentImports } from "./environment.ts";
import { ethereumImports } from "./ethereum.ts";
import { jsonImports } from "./json.ts";
import { numberImports } from "./numbers.ts";
import { stateImports } from "./state.ts";
import { storeImports } from "./store.ts";
import { yamlImports } from "./yaml.ts";

/** Every host function, working on a mapping's memory. */
export function hostFunctions(context: HostContext): HostFunctions {
  return {
    ...storeImports(context),
    ...numberImports(context),
    ...conversionImports(context),
    ...jsonImports(context),
    ...yamlImports(context),
    ...ethereumImports(context),
    ...stateImports(context),
    ...environmentImports(context),
  };
}

/** Their names. Making them touches nothing of the context, so none is needed for that. */
export const HOST_FUNCTIONS: ReadonlySet<string> = new Set(Object.keys(hostFunctions({} as HostContext)));

/** Functions of graph-node that this engine lacks, or that graph-node itself only refuses. */
export const MISSING_FUNCTIONS: ReadonlySet<string> = new Set([
  "arweave.transactionData",
  "box.profile",
  "ens.nameByHash",
  "ipfs.cat",
  "ipfs.getBlock",
  "ipfs.map",
]);
