import { execFile } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import ts from "typescript";
import { startChild } from "#kernel/child.ts";
import { CACHE } from "./chain.ts";
import type { Side } from "./run.ts";
import { buildBenchSubgraph, kindOf, type Prune } from "./subgraph.ts";
import type { Layout } from "./tables.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const LIMIT = fileURLToPath(new URL("limit.ts", import.meta.url));
/** Tables as graph-node makes them in an empty database. */
export const SUBGRAPH_LAYOUT: Layout = { schema: "sgd1", current: "upper_inf(block_range)" };

/** What `npm run bc` hands to Node. */
function bcArgs(): string[] {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { scripts: { bc: string } };
  return scripts.bc.split(" ").slice(1);
}

/** Our engine, as anyone would run it; on the chain's first part if `until` is given. */
export function engine(prune: Prune, until?: number): Side {
  let manifest = "";
  return {
    name: `${until === undefined ? "" : "part: "}engine ${kindOf(prune)}`,
    layout: SUBGRAPH_LAYOUT,
    isPart: until !== undefined,
    prepare: async () => {
      manifest = await buildBenchSubgraph(prune, until);
      // what was changed since the last run is bundled now rather than in the first run
      await promisify(execFile)(process.execPath, ["cli/bc.mjs", "--help"], { cwd: ROOT });
    },
    start: async ({ rpcUrl, databaseUrl, until: last, profile }) =>
      startChild({
        name: "engine",
        command: process.execPath,
        args: [
          ...(profile === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${profile}`]),
          ...bcArgs(),
          ...["index", "--manifest", manifest, "--rpc", rpcUrl],
          ...["--database", databaseUrl, "--indexer-port", "0", "--log-level", "warn"],
          ...(last === undefined ? [] : ["--until", String(last)]),
        ],
        cwd: ROOT,
        onLine: (line) => process.stderr.write(`${line}\n`),
      }),
  };
}

/** The limit program: as JavaScript, so that no compiler's time is in it. */
export function limit(): Side {
  const program = join(CACHE, "limit.mjs");
  return {
    name: "limit",
    layout: { schema: "public" },
    isPart: false,
    prepare: async () => {
      const { ES2022, ESNext } = { ES2022: ts.ScriptTarget.ES2022, ESNext: ts.ModuleKind.ESNext };
      const options = { compilerOptions: { target: ES2022, module: ESNext } };
      mkdirSync(CACHE, { recursive: true });
      writeFileSync(program, ts.transpileModule(readFileSync(LIMIT, "utf8"), options).outputText);
    },
    start: async ({ rpcUrl, databaseUrl, until, profile }) =>
      startChild({
        name: "limit",
        command: process.execPath,
        args: [
          ...(profile === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${profile}`]),
          ...[program, rpcUrl, databaseUrl, "2", String(until)],
        ],
        onLine: (line) => process.stderr.write(`${line}\n`),
      }),
  };
}
