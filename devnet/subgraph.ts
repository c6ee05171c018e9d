import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { parseDocument, type YAMLMap, type YAMLSeq } from "yaml";
import { BaseError } from "#kernel/errors.ts";
import { binaryPath, ROOT } from "./binaries.ts";
import { buildAlone } from "./build-lock.ts";
import type { Deployment } from "./deployment.ts";
import { hashFiles, listFiles, readOr } from "./files.ts";
import { run } from "./run.ts";

const DIR = join(ROOT, "subgraph");
const BUILD = join(DIR, "build");
/** A build that is committed, so that a first start needn't make it: 20 s of CPU. */
const PREBUILT = join(DIR, "prebuilt");
const STAMP = ".built-from";

/**
 * Builds the subgraph, unless what is built is from these very sources: with graph-cli, or from the committed build where
 * that is. The build takes the place of the one before when it is whole: nobody who reads it meanwhile finds half of it.
 *
 * @returns the folder with the built manifest
 * @throws BaseError `BUILD_FAILED` with what graph-cli said
 */
export async function buildSubgraph(): Promise<string> {
  const stamp = sourcesHash();
  const isCurrent = (dir: string): boolean => readOr(join(dir, STAMP)) === stamp;
  const build = async (draft: string): Promise<void> => {
    if (isCurrent(PREBUILT)) cpSync(PREBUILT, draft, { recursive: true });
    else await compileSubgraph(draft);
  };
  if (!isCurrent(BUILD))
    await buildAlone("subgraph", async () => (isCurrent(BUILD) ? undefined : replaceBy(BUILD, build)));
  return BUILD;
}

/** Whether the committed build is of these very sources; a test holds that it is what they give. */
export function isPrebuiltCurrent(): boolean {
  return readOr(join(PREBUILT, STAMP)) === sourcesHash();
}

/** Makes the build that is to be committed. */
export async function prebuildSubgraph(): Promise<void> {
  await buildAlone("subgraph", () => replaceBy(PREBUILT, compileSubgraph));
}

/** Builds the subgraph with graph-cli into a folder. */
export async function compileSubgraph(dir: string): Promise<void> {
  const graph = binaryPath("graph");
  const stamp = sourcesHash();
  await run(graph, ["codegen", "subgraph.yaml", "--output-dir", "src/generated"], { cwd: DIR });
  await run(graph, ["build", "subgraph.yaml", "--output-dir", relative(DIR, dir)], { cwd: DIR });
  writeFileSync(join(dir, STAMP), stamp);
}

function sourcesHash(): string {
  const isMade = (path: string): boolean => /^subgraph\/(build|prebuilt|src\/generated)/.test(path);
  return hashFiles(
    listFiles(["subgraph", "contracts/abi"], isMade).filter((file) => !/\.md$|abi\/.*\.ts$|test/.test(file)),
  );
}

async function replaceBy(dir: string, build: (draft: string) => Promise<void>): Promise<void> {
  const draft = join(ROOT, ".cache", "subgraph-build");
  const previous = `${draft}.previous`;
  const clear = (): void => [draft, previous].forEach((path) => rmSync(path, { recursive: true, force: true }));
  clear();
  await build(draft);
  if (existsSync(dir)) renameSync(dir, previous);
  renameSync(draft, dir);
  clear();
}

/**
 * Copies a built subgraph to `dir` with the addresses and the start block of a deployment in its manifest.
 *
 * @returns path of the manifest
 * @throws BaseError `BAD_DEPLOYMENT` if a data source's contract isn't in the deployment
 */
export function placeSubgraph(build: string, deployment: Deployment, dir: string): string {
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir, { recursive: true });
  cpSync(build, dir, { recursive: true });
  const path = join(dir, "subgraph.yaml");
  const manifest = parseDocument(readFileSync(path, "utf8"));
  for (const item of (manifest.get("dataSources") as YAMLSeq<YAMLMap>).items) {
    const name = String(item.get("name"));
    const address = deployment.contracts[name];
    if (address === undefined) {
      throw new BaseError(
        "BAD_DEPLOYMENT",
        `the subgraph reads ${name}, which the deployment on chain ${deployment.chainId} lacks`,
        {
          hints: ["deploy the contracts of this version"],
        },
      );
    }
    item.setIn(["source", "address"], address);
    item.setIn(["source", "startBlock"], deployment.startBlock);
  }
  writeFileSync(path, manifest.toString());
  return path;
}
