import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { guarded } from "#devnet/guard.ts";
import { startChild } from "#kernel/child.ts";
import { CACHE } from "./chain.ts";
import type { Side } from "./run.ts";

const PROJECT = fileURLToPath(new URL("testdata/ponder", import.meta.url));
const SCHEMA = "bench_ponder";

/**
 * Ponder from npm, cold, on the same server. Its version is pinned (npm's default tag is older code), with the Node that
 * it needs.
 */
export function ponder(): Side {
  let folder = "";
  return {
    name: "ponder",
    layout: { schema: SCHEMA, hasTextBytes: true },
    isPart: false,
    prepare: async () => {
      folder = await install();
    },
    start: async ({ rpcUrl, databaseUrl, until }) => {
      rmSync(join(folder, ".ponder"), { recursive: true, force: true });
      const flags = ["start", "--schema", SCHEMA, "--port", "0", "--hostname", "127.0.0.1", "--log-level", "error"];
      const program = ["node_modules/ponder/dist/esm/bin/ponder.js", ...flags];
      const [command, args] = guarded(join(folder, "node_modules/node/bin/node"), program);
      const variables = { DATABASE_URL: databaseUrl, BENCH_RPC_URL: rpcUrl, BENCH_UNTIL: String(until) };
      const quiet = { PONDER_TELEMETRY_DISABLED: "true", CI: "true", NODE_NO_WARNINGS: "1" };
      const env = { ...process.env, ...variables, ...quiet };
      return startChild({
        name: "Ponder",
        command,
        args,
        cwd: folder,
        env,
        onLine: (line) => process.stderr.write(`${line}\n`),
      });
    },
    isDone: async (_job, pool) => {
      const { rows } = await pool.query<{ ready: boolean }>(
        `select coalesce((value ->> 'is_ready')::int, 0) = 1 as ready from ${SCHEMA}._ponder_meta`,
      );
      return rows[0]?.ready === true;
    },
  };
}

/** Installs the pinned versions, once per checkout, and puts the project's files beside them. */
async function install(): Promise<string> {
  const pinned = readFileSync(join(PROJECT, "package.json"));
  const folder = join(CACHE, `ponder-${createHash("sha256").update(pinned).digest("hex").slice(0, 12)}`);
  if (!existsSync(folder)) {
    process.stdout.write("installing Ponder, once\n");
    const work = `${folder}.${process.pid}`;
    mkdirSync(work, { recursive: true });
    cpSync(join(PROJECT, "package.json"), join(work, "package.json"));
    // it asks for a newer Node than ours: the one that is installed with it
    const flags = ["--no-audit", "--no-fund", "--engine-strict=false", "--ignore-scripts=false"];
    try {
      await promisify(execFile)("npm", ["install", ...flags], { cwd: work });
      renameSync(work, folder);
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  }
  cpSync(join(PROJECT, "src"), folder, { recursive: true });
  return folder;
}
