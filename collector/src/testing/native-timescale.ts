import { spawnSync } from "node:child_process";
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { guarded } from "#devnet/guard.ts";
import { freePort } from "#indexer/testdata/free-port.ts";
import { startChild } from "#kernel/child.ts";

/** Where Debian's packages put servers. */
const SERVERS = "/usr/lib/postgresql";
const HOME = existsSync(SERVERS)
  ? readdirSync(SERVERS)
      .map((version) => join(SERVERS, version))
      .find((home) => existsSync(join(home, "lib/timescaledb.so")))
  : undefined;

/** Whether a PostgreSQL with TimescaleDB is installed on this machine. */
export const hasNativeTimescale = HOME !== undefined;

/** A server of a test's own. */
export interface NativeTimescale {
  /** as its superuser, database `postgres`, without the extension */
  readonly url: string;
  stop(): Promise<void>;
}

/** PostgreSQL refuses to run as root: then it runs as `nobody`, otherwise as ourselves. */
function account(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const line = /^nobody:[^:]*:(\d+):(\d+):/m.exec(readFileSync("/etc/passwd", "utf8"));
  return { uid: Number(line?.[1] ?? 65_534), gid: Number(line?.[2] ?? 65_534) };
}

/**
 * Starts the installed server on an empty folder and a free port. It ends with this process, and its folder goes with
 * `stop`.
 *
 * @param settings of the server, by name
 */
export async function startNativeTimescale(settings: Readonly<Record<string, string>>): Promise<NativeTimescale> {
  if (HOME === undefined) throw new Error("no TimescaleDB is installed: see hasNativeTimescale");
  const as = account();
  const folder = mkdtempSync(join(tmpdir(), "bc-timescale-"));
  if (as.uid !== undefined && as.gid !== undefined) chownSync(folder, as.uid, as.gid);
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    const data = join(folder, "data");
    const flags = ["-D", data, "--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"];
    const made = spawnSync(join(HOME, "bin/initdb"), flags, { ...as, cwd: folder, encoding: "utf8" });
    if (made.status !== 0) throw new Error(`initdb failed:\n${made.stdout}${made.stderr}`);
    const port = await freePort();
    const all = {
      port: String(port),
      listen_addresses: "127.0.0.1",
      unix_socket_directories: "",
      shared_preload_libraries: "timescaledb",
      "timescaledb.telemetry_level": "off",
      timezone: "UTC",
      fsync: "off",
      ...settings,
    };
    const arguments_ = Object.entries(all).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
    const [command, args] = guarded(join(HOME, "bin/postgres"), ["-D", data, ...arguments_], "INT");
    const isReady = (line: string): boolean => line.includes("ready to accept connections");
    const server = await startChild({ name: "PostgreSQL", command, args, cwd: folder, ...as, isReady });
    return {
      url: `postgres://postgres@127.0.0.1:${port}/postgres`,
      stop: async () => {
        await server.stop();
        remove();
      },
    };
  } catch (error) {
    remove();
    throw error;
  }
}
