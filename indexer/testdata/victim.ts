import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Pool } from "#kernel/pg.ts";
import { sleep } from "#kernel/time.ts";
import type { Setting } from "./indexing.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const SCRIPT = fileURLToPath(new URL("index-once.ts", import.meta.url));

/** An indexer in a process of its own, to be killed. */
export interface Victim {
  /** waits until it has moved the head of the database from a block, or has ended */
  moves(from: number): Promise<void>;
  /** kill -9; waits until it is gone */
  kill(): Promise<void>;
}

let bundle: string | undefined;

/** The script as one file of JavaScript: it starts in a third of the CPU time of TypeScript. */
function bundled(): string {
  if (bundle !== undefined) return bundle;
  const path = join(ROOT, ".cache/victim.mjs");
  const draft = `${path}.${process.pid}`;
  mkdirSync(join(ROOT, ".cache"), { recursive: true });
  const flags = ["--bundle", "--packages=external", "--format=esm", "--platform=node", "--log-level=warning"];
  execFileSync(join(ROOT, "node_modules/.bin/esbuild"), [SCRIPT, ...flags, `--outfile=${draft}`], { cwd: ROOT });
  renameSync(draft, path);
  return (bundle = path);
}

/** Starts an indexer in a process of its own: `args` are the last block, changes in a batch, the window and the folder for logs. */
export function startVictim(setting: Setting, pool: Pool, args: readonly (number | string)[]): Victim {
  const given = [setting.manifestPath, setting.rpcUrl, setting.databaseUrl, ...args.map(String)];
  const child = spawn(process.execPath, [bundled(), ...given], { cwd: ROOT, stdio: "ignore" });
  const exited = once(child, "exit");
  return {
    moves: async (from) => {
      for (let wait = 0; wait < 3_000 && child.exitCode === null; wait++) {
        if ((await headNumber(pool)) !== from) return;
        await sleep(5);
      }
    },
    kill: async () => {
      child.kill("SIGKILL");
      await exited;
    },
  };
}

/** The last block in the database, -1 before there is one. */
export async function headNumber(pool: Pool): Promise<number> {
  const { rows } = await pool
    .query<{ n: number | null }>("select block_number as n from subgraphs.head")
    .catch(() => ({ rows: [] }));
  return rows[0]?.n ?? -1;
}
