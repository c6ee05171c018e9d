import { isIP } from "node:net";
import type { RoleFlags } from "./role-set.ts";
import type { NetworkSettings } from "./settings.ts";

/** Where a role finds the chain and the database. */
interface Places {
  databaseUrl: string;
  rpcUrl: string;
}

/** How `bc index` runs in a network. */
export function indexerFlags(
  { host, indexerPort }: NetworkSettings,
  { databaseUrl, rpcUrl, manifest }: Places & { manifest: string },
): RoleFlags {
  return {
    "--manifest": manifest,
    "--rpc": rpcUrl,
    "--database": databaseUrl,
    "--host": host,
    "--indexer-port": indexerPort,
  };
}

/** How `bc collect` runs in a network. */
export function collectorFlags(settings: NetworkSettings, databaseUrl: string, targets: string): RoleFlags {
  const { host, collectorPort, scrapeSeconds, dataDir, allowPrivate, targetsFile } = settings;
  return {
    // our own fleet listens where we do
    "--allow-private": targetsFile === "" ? ["yes", ...(isIP(host) === 0 ? [] : [host])].join() : allowPrivate,
    "--scrape-config": "",
    "--database": databaseUrl,
    "--targets": targets,
    "--data": dataDir,
    "--host": host,
    "--collector-port": collectorPort,
    "--scrape-seconds": scrapeSeconds,
  };
}

/** How `bc dashboards` runs in a network. */
export const dashboardsFlags = ({ host, dashboardsPort }: NetworkSettings, databaseUrl: string): RoleFlags => ({
  "--database": databaseUrl,
  "--host": host,
  "--dashboards-port": dashboardsPort,
});

/** How `bc jobs` runs in a network. */
export function jobsFlags(
  { host, jobsPort }: NetworkSettings,
  { databaseUrl, rpcUrl, finality }: Places & { finality: 1 | "finalized" },
): RoleFlags {
  return {
    "--rpc": rpcUrl,
    "--database": databaseUrl,
    "--host": host,
    "--jobs-port": jobsPort,
    "--finality": finality,
  };
}
