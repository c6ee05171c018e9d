import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { CACHE } from "./chain.ts";
import { compileContract } from "./contract.ts";

const SOURCES = fileURLToPath(new URL("testdata/subgraph", import.meta.url));
const GRAPH = fileURLToPath(new URL("../../node_modules/.bin/graph", import.meta.url));

/** What becomes of old versions: those of the last 100 blocks are kept, more than a reorg needs here, or all. */
export type Prune = "100" | "never";

/** What tables call it. */
export function kindOf(prune: Prune): string {
  return prune === "100" ? "pruned" : "full";
}

/**
 * Builds the benchmark's subgraph, each version once per checkout.
 *
 * @param endBlock the last block with events that count; all by default
 * @returns the path of the built manifest
 */
export async function buildBenchSubgraph(prune: Prune, endBlock?: number): Promise<string> {
  const abi = JSON.stringify(compileContract().abi, null, 2);
  const hash = createHash("sha256")
    .update(abi)
    .update(`${prune} ${endBlock ?? ""}`);
  for (const name of ["schema.graphql", "subgraph.yaml", "src/mapping.ts"])
    hash.update(readFileSync(join(SOURCES, name)));
  const folder = join(CACHE, `subgraph-${prune}-${hash.digest("hex").slice(0, 12)}`);
  const manifest = join(folder, "build/subgraph.yaml");
  if (existsSync(manifest)) return manifest;
  const work = `${folder}.${process.pid}`;
  rmSync(work, { recursive: true, force: true });
  mkdirSync(join(work, "abis"), { recursive: true });
  for (const name of readdirSync(SOURCES)) cpSync(join(SOURCES, name), join(work, name), { recursive: true });
  writeFileSync(join(work, "abis/Market.json"), abi);
  const text = readFileSync(join(work, "subgraph.yaml"), "utf8");
  const end = endBlock === undefined ? "" : `\n      endBlock: ${endBlock}`;
  const edited = text.replace("prune: 100", `prune: ${prune}`).replace(/startBlock: 1$/m, `$&${end}`);
  writeFileSync(join(work, "subgraph.yaml"), edited);
  const run = promisify(execFile);
  await run(GRAPH, ["codegen"], { cwd: work });
  await run(GRAPH, ["build"], { cwd: work });
  renameSync(work, folder);
  return manifest;
}
