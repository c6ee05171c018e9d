import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { compileContracts } from "./contracts.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const CACHE = join(ROOT, ".cache/indexer-subgraph");

/** Files of a test subgraph by path, with changes applied. */
function sources(name: SubgraphName, changes: Changes): Map<string, string> {
  const files = new Map<string, string>();
  const folder = fileURLToPath(new URL(`${name}/`, import.meta.url));
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const file = path.slice(folder.length);
    const text = readFileSync(path, "utf8");
    files.set(file, changes[file]?.(text) ?? text);
  }
  return files;
}

/** The tests' subgraphs: every feature, edge or version, reading the chain's state, or the small one for simulations. */
export type SubgraphName = "subgraph" | "torture" | "calls" | "versions" | "ledger";

/** Edits of a test subgraph's files, by path. */
export type Changes = Readonly<Record<string, (text: string) => string>>;

/**
 * Builds a test subgraph with graph-cli, without any network; each version once per checkout.
 *
 * @returns the path of the built manifest
 */
export async function buildSubgraph(changes: Changes = {}, name: SubgraphName = "subgraph"): Promise<string> {
  const files = sources(name, changes);
  const contracts = name === "ledger" ? [] : compileContracts();
  for (const [contract, { abi }] of contracts) files.set(`abis/${contract}.json`, JSON.stringify(abi, null, 2));
  const hash = createHash("sha256");
  for (const [file, text] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) hash.update(`${file}\0${text}\0`);
  const folder = join(CACHE, hash.digest("hex").slice(0, 16));
  const manifest = join(folder, "build/subgraph.yaml");
  if (existsSync(manifest)) return manifest;
  const work = `${folder}.${process.pid}`;
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  for (const [file, text] of files) {
    mkdirSync(join(work, file, ".."), { recursive: true });
    writeFileSync(join(work, file), text);
  }
  const run = promisify(execFile);
  const cli = join(ROOT, "node_modules/.bin/graph");
  await run(cli, ["codegen"], { cwd: work });
  await run(cli, ["build"], { cwd: work });
  try {
    renameSync(work, folder);
  } catch {
    // another process has built the same in the meantime
    cpSync(work, folder, { recursive: true });
    rmSync(work, { recursive: true, force: true });
  }
  return manifest;
}

/** A variant of a built manifest beside it: where only the manifest differs, nothing needs to be compiled again. */
export function editManifest(manifestPath: string, edit: (text: string) => string): string {
  const text = edit(readFileSync(manifestPath, "utf8"));
  const hash = createHash("sha256").update(text).digest("hex").slice(0, 16);
  const path = join(manifestPath, `../subgraph-${hash}.yaml`);
  writeFileSync(path, text);
  return path;
}
