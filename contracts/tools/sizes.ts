import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { BaseError, describeError } from "#kernel/errors.ts";
import { compileContracts } from "./abis.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const SNAPSHOT = "contracts/snapshots/sizes.json";
/** The most runtime bytecode that a chain takes (EIP-170), in bytes. */
export const MAX_SIZE = 24_576;

/** Bytes of runtime bytecode by contract. */
export type Sizes = Readonly<Record<string, number>>;

/**
 * The runtime sizes of the contracts in contracts/src, by name, from what is compiled.
 *
 * @throws BaseError `ARTIFACT_MISSING` if one has never been compiled
 */
export async function readSizes(root = ROOT): Promise<Sizes> {
  const sources = (await readdir(join(root, "contracts/src"))).filter((file) => file.endsWith(".sol")).sort();
  const sizes: Record<string, number> = {};
  for (const name of sources.map((file) => file.slice(0, -".sol".length))) {
    const path = join(root, `contracts/out/${name}.sol/${name}.json`);
    const text = await readFile(path, "utf8").catch((cause: unknown) => {
      throw new BaseError("ARTIFACT_MISSING", `there is no artifact of ${name} at ${path}`, {
        hints: ["run `npx forge build`"],
        cause,
      });
    });
    const { deployedBytecode } = JSON.parse(text) as { deployedBytecode: { object: string } };
    const size = (deployedBytecode.object.length - "0x".length) / 2;
    // an abstract contract has none
    if (size > 0) sizes[name] = size;
  }
  return sizes;
}

/** What is wrong with `sizes` beside those committed, one line each. */
export function compareSizes(sizes: Sizes, committed: Sizes): string[] {
  const names = [...new Set([...Object.keys(sizes), ...Object.keys(committed)])].sort();
  return names.flatMap((name) => {
    const [now, before] = [sizes[name], committed[name]];
    const tooLarge = now !== undefined && now > MAX_SIZE ? [`${name} is ${now} bytes, over ${MAX_SIZE}`] : [];
    if (now === before) return tooLarge;
    return [...tooLarge, `${name} is ${now ?? "gone"}, ${before === undefined ? "new" : `not ${before}`}`];
  });
}

/** The committed file's text. */
export function renderSizes(sizes: Sizes): string {
  return `${JSON.stringify(sizes, null, 2)}\n`;
}

async function readCommitted(root = ROOT): Promise<Sizes> {
  const text = await readFile(join(root, SNAPSHOT), "utf8").catch(() => "{}");
  return JSON.parse(text) as Sizes;
}

async function main(args: readonly string[]): Promise<number> {
  await compileContracts();
  const sizes = await readSizes();
  if (!args.includes("--check")) await writeFile(join(ROOT, SNAPSHOT), renderSizes(sizes));
  const faults = compareSizes(sizes, await readCommitted());
  if (faults.length === 0) return 0;
  process.stderr.write(`${faults.join("\n")}\n  try: npx tsx contracts/tools/sizes.ts\n`);
  return 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.exitCode = await main(process.argv.slice(2)).catch((error: unknown) => {
    process.stderr.write(`${describeError(error)}\n`);
    return 1;
  });
}
