import { execFile } from "node:child_process";
import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { BaseError, describeError } from "#kernel/errors.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const LIST = "contracts/tools/mutants.json";
/** Inside of the root, so that files can be linked and Node still finds the compiler's packages. */
const COPIES = ".cache/mutants";
/** As many mutants are tried at once, each in a copy of its own; the compiler takes a core and 1 GB. */
const WORKERS = 2;
/** What compiles a mutant in seconds: code as it comes, and tests that don't hold the bytecode of what they deploy. */
const QUICK = { FOUNDRY_OPTIMIZER: "false", FOUNDRY_DYNAMIC_TEST_LINKING: "true" };
/** Copied, because mutants are written there. */
const SOURCES = ["foundry.toml", "contracts/src", "contracts/test", "contracts/script", "contracts/tools"];
/** Linked: forge doesn't follow a symbolic link to a library. */
const LIBRARIES = ["@openzeppelin/contracts", "@layerzerolabs/toolbox-foundry/lib/forge-std"];

/** One planted bug. */
export interface Mutant {
  readonly file: string;
  /** stands exactly once in the file */
  readonly find: string;
  readonly replace: string;
  /** what a user would lose by it */
  readonly why: string;
  /** the folder or file of the tests that must notice */
  readonly tests: string;
  /** why nothing can notice; such a mutant may survive */
  readonly equivalent?: string;
}

export type Fate = "killed" | "survived" | "doesn't compile";

/** The hand-written mutants. */
export async function readMutants(root = ROOT): Promise<Mutant[]> {
  return JSON.parse(await readFile(join(root, LIST), "utf8")) as Mutant[];
}

/**
 * The text with the bug in it.
 *
 * @throws BaseError `MUTANT_DRIFTED` if what it replaces isn't there exactly once
 */
export function mutate(text: string, mutant: Pick<Mutant, "file" | "find" | "replace">): string {
  const parts = text.split(mutant.find);
  if (parts.length === 2 && mutant.find !== mutant.replace) return parts.join(mutant.replace);
  throw new BaseError("MUTANT_DRIFTED", `"${mutant.find}" stands ${parts.length - 1} times in ${mutant.file}`, {
    hints: [`mend ${LIST}`],
  });
}

/** What forge's answer says of a mutant: only a failed test kills it. */
export function fateOf(code: number, output: string): Fate {
  if (code === 0) return "survived";
  return output.includes("[FAIL") ? "killed" : "doesn't compile";
}

/** Whether all is well with this fate of this mutant. */
export function isExpected(mutant: Mutant, fate: Fate): boolean {
  return fate === "killed" || (fate === "survived" && mutant.equivalent !== undefined);
}

async function prepareCopy(name: string): Promise<string> {
  const copy = join(ROOT, COPIES, name);
  await rm(copy, { recursive: true, force: true });
  for (const path of SOURCES) await cp(join(ROOT, path), join(copy, path), { recursive: true });
  for (const path of LIBRARIES.map((library) => `node_modules/${library}`)) {
    await mkdir(dirname(join(copy, path)), { recursive: true });
    await promisify(execFile)("cp", ["-al", join(ROOT, path), join(copy, path)]);
  }
  return copy;
}

/**
 * Runs the tests of a folder or file in the copy. A fixed seed, so that luck kills no mutant; warnings of a mutant aren't
 * its death. As forge's folder of tests and not by --match-path, for which forge parses all tests anew, twice the work.
 */
async function runTests(copy: string, tests: string): Promise<{ code: number; output: string }> {
  const env = { ...process.env, ...QUICK, FOUNDRY_TEST: tests, FOUNDRY_DENY: "never", FOUNDRY_FUZZ_SEED: "0x2027" };
  const options = { cwd: copy, env, maxBuffer: 2 ** 26 };
  return new Promise((resolve) => {
    execFile(join(ROOT, "node_modules/.bin/forge"), ["test", "--fail-fast"], options, (fault, out, err) => {
      resolve({ code: fault === null ? 0 : 1, output: `${out}${err}` });
    });
  });
}

async function tryMutant(copy: string, mutant: Mutant): Promise<Fate> {
  const path = join(copy, mutant.file);
  const text = await readFile(path, "utf8");
  await writeFile(path, mutate(text, mutant));
  try {
    const { code, output } = await runTests(copy, mutant.tests);
    return fateOf(code, output);
  } finally {
    await writeFile(path, text);
  }
}

/** Compiles what mutants need, and makes sure that the tests they fail pass without them. */
async function requireGreen(copy: string, tests: string): Promise<void> {
  const { code, output } = await runTests(copy, tests);
  if (code === 0 && /[1-9]\d* tests? passed/.test(output)) return;
  throw new BaseError("TESTS_RED", `without any mutant the tests ${tests} fail, or there are none`, {
    hints: [`FOUNDRY_TEST=${tests} npx forge test`],
  });
}

/** Tries the mutants of one folder of tests after the other; gives how many aren't as they should be. */
async function work(copy: string, groups: Iterator<readonly Mutant[]>): Promise<number> {
  let wrong = 0;
  for (let next = groups.next(); next.done !== true; next = groups.next()) {
    const [first] = next.value;
    if (first !== undefined) await requireGreen(copy, first.tests);
    for (const mutant of next.value) {
      const fate = await tryMutant(copy, mutant);
      const isRight = isExpected(mutant, fate);
      if (!isRight) wrong += 1;
      const name = mutant.file.replace(/^contracts\/src\//, "");
      process.stdout.write(`${isRight ? "ok   " : "WRONG"} ${fate.padEnd(15)} ${name.padEnd(26)} ${mutant.why}\n`);
    }
  }
  return wrong;
}

/** The mutants by the tests that must notice, the largest group first, so that workers end together. */
export function groupByTests(mutants: readonly Mutant[]): Mutant[][] {
  const groups = new Map<string, Mutant[]>();
  for (const mutant of mutants) groups.set(mutant.tests, [...(groups.get(mutant.tests) ?? []), mutant]);
  return [...groups.values()].sort((a, b) => b.length - a.length);
}

/** @param args parts of file names: only their mutants are tried; none for all */
async function main(args: readonly string[]): Promise<number> {
  const all = await readMutants();
  const mutants = all.filter(({ file }) => args.length === 0 || args.some((part) => file.includes(part)));
  for (const mutant of mutants) mutate(await readFile(join(ROOT, mutant.file), "utf8"), mutant);
  const groups = groupByTests(mutants).values();
  const copies = await Promise.all(Array.from({ length: WORKERS }, async (_, index) => prepareCopy(String(index))));
  const wrong = (await Promise.all(copies.map(async (copy) => work(copy, groups)))).reduce(
    (sum, each) => sum + each,
    0,
  );
  process.stdout.write(`${mutants.length} mutants, ${wrong} not as they should be\n`);
  return wrong === 0 && mutants.length > 0 ? 0 : 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.exitCode = await main(process.argv.slice(2)).catch((error: unknown) => {
    process.stderr.write(`${describeError(error)}\n`);
    return 1;
  });
}
