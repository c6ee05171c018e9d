import type { MigrationSource } from "#database/migrate.ts";
import type { Progress } from "./progress.ts";
import type { NetworkSettings } from "./settings.ts";

/** What starting a network needs beside its settings. */
export interface NetworkOptions {
  settings: NetworkSettings;
  migrations: readonly MigrationSource[];
  progress: Progress;
  /** told of what goes wrong while it runs */
  onTrouble: (text: string) => void;
  /** aborts the start */
  signal: AbortSignal;
}

/** A running network. */
export interface RunningNetwork {
  apiUrl: string;
  /** undefined: not ours */
  fleetUrl: string | undefined;
  rpcUrl: string;
  databaseUrl: string;
  collectorUrl: string;
  indexerUrl: string;
  /** undefined: not ours */
  oracleUrl: string | undefined;
  jobsUrl: string;
  /** undefined: not ours */
  paymentsUrl: string | undefined;
  /** undefined: the preview of the dashboards isn't installed */
  dashboardsUrl: string | undefined;
  logDir: string;
  /** Stops all of it, in the reverse order. */
  stop(): Promise<void>;
}
