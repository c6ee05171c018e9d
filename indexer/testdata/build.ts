import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { BaseError } from "#kernel/errors.ts";
import { acquireLock, type Release } from "#kernel/lock.ts";
import { waitFor } from "#kernel/time.ts";
import { compileContracts } from "./contracts.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const CACHE = join(ROOT, ".cache/indexer-subgraph");
const GRAPH_BUILD = fileURLToPath(new URL("graph-build.mjs", import.meta.url));

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

const NAMES = ["subgraph", "torture", "calls", "versions", "ledger"] as const;

/** The tests' subgraphs: every feature, edge or version, reading the chain's state, or the small one for simulations. */
export type SubgraphName = (typeof NAMES)[number];

/** Edits of a test subgraph's files, by path. */
export type Changes = Readonly<Record<string, (text: string) => string>>;

/** A subgraph to build: its files, and the folder that is theirs alone. */
interface Draft {
  readonly folder: string;
  readonly files: ReadonlyMap<string, string>;
}

const manifestIn = (folder: string): string => join(folder, "build/subgraph.yaml");

/**
 * Builds a test subgraph with graph-cli, without any network; each version once per checkout. Those without changes are
 * built together, by whoever needs the first one: that takes 20 s of the processor, and one alone 8 s.
 *
 * @returns the path of the built manifest
 */
export async function buildSubgraph(changes: Changes = {}, name: SubgraphName = "subgraph"): Promise<string> {
  const wanted = draftOf(name, changes);
  const manifest = manifestIn(wanted.folder);
  if (existsSync(manifest)) return manifest;
  const all = Object.keys(changes).length > 0 ? [wanted] : NAMES.map((each) => draftOf(each, {}));
  const isMissing = ({ folder }: Draft): boolean => !existsSync(manifestIn(folder));
  const release = await waitFor(async () => tryLock(), {
    timeoutMs: 110_000,
    everyMs: 200,
    onTimeout: () => new Error("another process has been building subgraphs for too long"),
  });
  try {
    if (isMissing(wanted)) await build(all.filter(isMissing));
  } finally {
    release();
  }
  return manifest;
}

function draftOf(name: SubgraphName, changes: Changes): Draft {
  const files = sources(name, changes);
  const contracts = name === "ledger" ? [] : compileContracts();
  for (const [contract, { abi }] of contracts) files.set(`abis/${contract}.json`, JSON.stringify(abi, null, 2));
  const hash = createHash("sha256");
  for (const [file, text] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) hash.update(`${file}\0${text}\0`);
  return { folder: join(CACHE, hash.digest("hex").slice(0, 16)), files };
}

function tryLock(): Release | undefined {
  try {
    return acquireLock(join(CACHE, "build.lock"), "the build of tests' subgraphs");
  } catch (error) {
    if (error instanceof BaseError && error.code === "LOCKED") return undefined;
    throw error;
  }
}

/** Builds beside the folders, which appear whole. */
async function build(drafts: readonly Draft[]): Promise<void> {
  const work = drafts.map(({ folder, files }) => {
    const place = `${folder}.${process.pid}`;
    rmSync(place, { recursive: true, force: true });
    for (const [file, text] of files) {
      mkdirSync(join(place, file, ".."), { recursive: true });
      writeFileSync(join(place, file), text);
    }
    return place;
  });
  await promisify(execFile)(process.execPath, [GRAPH_BUILD, ...work], {
    cwd: ROOT,
    env: { ...process.env, NODE_OPTIONS: "" },
    maxBuffer: 2 ** 24,
  });
  for (const [place, { folder }] of drafts.entries()) renameSync(work[place] ?? "", folder);
}

/** A variant of a built manifest beside it: where only the manifest differs, nothing needs to be compiled again. */
export function editManifest(manifestPath: string, edit: (text: string) => string): string {
  const text = edit(readFileSync(manifestPath, "utf8"));
  const hash = createHash("sha256").update(text).digest("hex").slice(0, 16);
  const path = join(manifestPath, `../subgraph-${hash}.yaml`);
  writeFileSync(path, text);
  return path;
}
