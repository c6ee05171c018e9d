import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import {
  startNativePostgres,
  type NativePostgres,
  type NativePostgresOptions,
} from "#indexer/testdata/native-postgres.ts";

/** Where Debian's packages put servers, a folder for each version. */
const SERVERS = "/usr/lib/postgresql";

/** Folder of the programs of the newest PostgreSQL that has TimescaleDB. */
const BIN = (existsSync(SERVERS) ? readdirSync(SERVERS) : [])
  .sort((one, other) => Number(other) - Number(one))
  .map((version) => join(SERVERS, version))
  .filter((home) => existsSync(join(home, "lib/timescaledb.so")))
  .map((home) => join(home, "bin"))[0];

/** Whether a PostgreSQL with TimescaleDB is installed on this machine. */
export const hasNativeTimescale = BIN !== undefined;

/** Starts it as npm's is started: on an empty folder, its database `postgres` without the extension yet. */
export async function startNativeTimescale(options: Omit<NativePostgresOptions, "bin">): Promise<NativePostgres> {
  if (BIN === undefined) throw new Error("no TimescaleDB is installed: see hasNativeTimescale");
  const settings = { shared_preload_libraries: "timescaledb", "timescaledb.telemetry_level": "off" };
  return startNativePostgres({ ...options, bin: BIN, settings: { ...settings, ...options.settings } });
}
