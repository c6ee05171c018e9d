import type { SettingName, Settings } from "#kernel/settings.ts";

/** Settings that a whole network takes. */
export const NETWORK_SETTINGS = [
  "dataDir",
  "databaseUrl",
  "databasePort",
  "rpcUrl",
  "chainPort",
  "blockSeconds",
  "deployment",
  "apiPort",
  "host",
  "indexerPort",
  "collectorPort",
  "oraclePort",
  "jobsPort",
  "paymentsPort",
  "dashboardsPort",
  "fleetPort",
  "targetsFile",
  "allowPrivate",
  "scrapeSeconds",
  "size",
  "seed",
  "logLevel",
] as const satisfies SettingName[];

/** Those settings, read and checked. */
export type NetworkSettings = Pick<Settings, (typeof NETWORK_SETTINGS)[number]>;
