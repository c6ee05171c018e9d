import { join } from "node:path";
import { readTargetsFile } from "#collector/src/targets/file-sd.ts";
import { isInstalled } from "#dashboards/server/page.ts";
import { checkDatabase } from "#kernel/pg.ts";
import { checkPort } from "#kernel/ports.ts";
import { binaryPath, ROOT } from "./binaries.ts";
import { checkDeployment, readDeployment, type Deployment } from "./deployment.ts";
import { checkRpc } from "./rpc.ts";
import type { NetworkSettings } from "./settings.ts";

/** Something that a start needs; `run` throws a BaseError with the mend if it isn't so. */
export interface Check {
  /** the program or the settings that it is about */
  name: string;
  run: () => unknown;
}

/**
 * What a network needs to start with these settings, beside its data folder: programs, free ports, and what the settings
 * name. A start runs these first, before it starts or writes anything.
 */
export function startChecks(settings: NetworkSettings): Check[] {
  const { host, databaseUrl, rpcUrl, targetsFile } = settings;
  const program = (name: Parameters<typeof binaryPath>[0]): Check => ({ name, run: () => binaryPath(name) });
  const port = (name: string, value: number, address = host): Check => ({
    name,
    run: () => checkPort(address, value, name),
  });
  return [
    program("forge"),
    program("graph"),
    ...(rpcUrl === "" ? [program("anvil")] : []),
    port("PORT", settings.apiPort),
    port("INDEXER_PORT", settings.indexerPort),
    port("COLLECTOR_PORT", settings.collectorPort),
    ...(rpcUrl === "" ? [port("ORACLE_PORT", settings.oraclePort), port("PAYMENTS_PORT", settings.paymentsPort)] : []),
    port("JOBS_PORT", settings.jobsPort),
    ...(isInstalled() ? [port("DASHBOARDS_PORT", settings.dashboardsPort)] : []),
    targetsFile === ""
      ? port("FLEET_PORT", settings.fleetPort)
      : { name: "TARGETS_FILE", run: () => readTargetsFile(targetsFile) },
    databaseUrl === ""
      ? port("DATABASE_PORT", settings.databasePort, "127.0.0.1")
      : { name: "DATABASE_URL", run: () => checkDatabase(databaseUrl) },
    rpcUrl === ""
      ? port("CHAIN_PORT", settings.chainPort, "127.0.0.1")
      : { name: "RPC_URL, DEPLOYMENT", run: async () => checkDeployment(await givenDeployment(settings), rpcUrl) },
  ];
}

/**
 * The deployment on somebody's chain: the file named, or the one that is kept of that chain.
 *
 * @throws BaseError `RPC_UNREACHABLE` or `BAD_DEPLOYMENT`
 */
export async function givenDeployment(settings: NetworkSettings): Promise<Deployment> {
  return readDeployment(await givenDeploymentPath(settings));
}

/**
 * Where that deployment's file is.
 *
 * @throws BaseError `RPC_UNREACHABLE`
 */
export async function givenDeploymentPath({ rpcUrl, deployment }: NetworkSettings): Promise<string> {
  const chainId = await checkRpc(rpcUrl);
  return deployment || join(ROOT, "contracts", "deployments", `${chainId}.json`);
}
