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
const STAMP = ".built-from";

/**
 * Builds the subgraph with graph-cli, unless what is built is from these very sources. The build takes the place of the
 * one before when it is whole: nobody who reads it meanwhile finds half of it.
 *
 * @returns the folder with the built manifest
 * @throws BaseError `BUILD_FAILED` with what graph-cli said
 */
export async function buildSubgraph(): Promise<string> {
  const isMade = (path: string) => path.startsWith("subgraph/build") || path.startsWith("subgraph/src/generated");
  const sources = listFiles(["subgraph", "contracts/abi"], isMade).filter(
    (file) => !/\.md$|abi\/.*\.ts$|test/.test(file),
  );
  const stamp = hashFiles(sources);
  const isCurrent = (): boolean => readOr(join(BUILD, STAMP)) === stamp;
  if (!isCurrent()) await buildAlone("subgraph", async () => (isCurrent() ? undefined : build(stamp)));
  return BUILD;
}

async function build(stamp: string): Promise<void> {
  const draft = join(ROOT, ".cache", "subgraph-build");
  const previous = `${draft}.previous`;
  const clear = (): void => [draft, previous].forEach((path) => rmSync(path, { recursive: true, force: true }));
  clear();
  const graph = binaryPath("graph");
  await run(graph, ["codegen", "subgraph.yaml", "--output-dir", "src/generated"], { cwd: DIR });
  await run(graph, ["build", "subgraph.yaml", "--output-dir", relative(DIR, draft)], { cwd: DIR });
  writeFileSync(join(draft, STAMP), stamp);
  if (existsSync(BUILD)) renameSync(BUILD, previous);
  renameSync(draft, BUILD);
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
