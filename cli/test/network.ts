import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openTestDatabase } from "#database/testing.ts";
import { readOr } from "#devnet/files.ts";
import { run } from "#devnet/run.ts";
import { freePorts } from "#devnet/testing.ts";

/** The repository's root. */
export const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** Settings of `bc`, as environment. */
export type Env = Record<string, string>;

/** A run of `bc`. */
export interface Run {
  readonly process: ChildProcess;
  /** everything it has printed so far */
  output(): string;
  /** resolves when its output matches; rejects when it ends before that */
  printed(pattern: RegExp): Promise<RegExpExecArray>;
  /** exit code, once it has ended */
  readonly ended: Promise<number | null>;
}

/** Runs the `bc` of the repository, or of a copy of it, with these settings and nothing of the tester's own. */
export function runBc(args: readonly string[], env: Env, root = ROOT): Run {
  const { PATH = "", HOME = "" } = process.env;
  const child = spawn(process.execPath, [join(root, "cli", "bc.mjs"), ...args], {
    cwd: root,
    env: { PATH, HOME, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  const waiting = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      output += chunk.toString();
      for (const look of waiting) look();
    });
  }
  const ended = once(child, "close").then(([code]) => code as number | null);
  return {
    process: child,
    output: () => output,
    ended,
    printed: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const match = pattern.exec(output);
          if (!match) return;
          waiting.delete(look);
          resolve(match);
        };
        waiting.add(look);
        look();
        void ended.then((code) => reject(new Error(`bc ${args.join(" ")} ended with ${code}:\n${output}`)));
      }),
  };
}

/** A data folder, a database and ports of a test's own. */
export interface Place {
  dataDir: string;
  databaseUrl: string;
  env: Env;
  remove(): Promise<void>;
}

/**
 * A place for one network, small, scraped every 2 s and with a block every second at the latest; on the embedded database, or on
 * a fresh one of the server in `DATABASE_URL`.
 */
export async function openPlace(): Promise<Place> {
  const dataDir = mkdtempSync(join(tmpdir(), "bc-network-"));
  const names = [
    ...[
      "DATABASE_PORT",
      "CHAIN_PORT",
      "PORT",
      "INDEXER_PORT",
      "COLLECTOR_PORT",
      "ORACLE_PORT",
      "JOBS_PORT",
      "PAYMENTS_PORT",
      "DASHBOARDS_PORT",
      "FLEET_PORT",
    ],
  ];
  const ports = await freePorts(names.length);
  const env: Env = { DATA_DIR: dataDir, SCRAPE_SECONDS: "2", BLOCK_SECONDS: "1", SIZE: "small" };
  for (const [place, name] of names.entries()) env[name] = String(ports[place]);
  const server = (process.env["DATABASE_URL"] ?? "") === "" ? undefined : await openTestDatabase();
  if (server) env["DATABASE_URL"] = server.url;
  return {
    dataDir,
    databaseUrl: server?.url ?? `postgres://postgres@127.0.0.1:${env["DATABASE_PORT"]}/berkeley`,
    env,
    remove: async () => {
      rmSync(dataDir, { recursive: true, force: true });
      await server?.close();
    },
  };
}

/** A process that runs. */
export interface Running {
  pid: number;
  command: string;
}

/** The processes with this text in their command line. */
export async function processesWith(text: string): Promise<Running[]> {
  const all = existsSync("/proc/self/cmdline") ? processesOfProc() : await processesOfPs();
  return all.filter(({ command }) => command.includes(text));
}

/** Kills processes with no time to tidy up; one that has gone by itself, as those of a killed parent do, is as good. */
export function killAll(processes: readonly Running[]): void {
  for (const { pid } of processes) {
    try {
      process.kill(pid, "SIGKILL");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
  }
}

/** From Linux itself: slim images have no `ps`. */
function processesOfProc(): Running[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((name) => ({ pid: Number(name), command: readOr(`/proc/${name}/cmdline`).replaceAll("\0", " ").trim() }));
}

async function processesOfPs(): Promise<Running[]> {
  const list = await run("ps", ["-axo", "pid=,args="], { cwd: ROOT });
  return list.split("\n").map((line) => {
    const [, pid, command = ""] = /^\s*(\d+) (.*)$/.exec(line) ?? [];
    return { pid: Number(pid), command };
  });
}
