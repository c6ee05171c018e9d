import { execFile } from "node:child_process";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { BaseError, describeError } from "#kernel/errors.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const REPORT = ".cache/coverage/lcov.info";
/** The least of all lines, and of all branches, that tests must reach, in percent. */
export const MIN_PERCENT = 95;

/** How many of a file's lines or branches tests reach. */
export interface Reach {
  readonly hit: number;
  readonly found: number;
}

/** What is reached of one source file. */
export interface FileCoverage {
  readonly file: string;
  readonly lines: Reach;
  readonly branches: Reach;
}

/**
 * Reads an lcov report: a record for each file, `SF:` to `end_of_record`.
 *
 * @example readLcov("SF:a.sol\nLF:4\nLH:3\nBRF:2\nBRH:2\nend_of_record\n")
 * // [{ file: "a.sol", lines: { hit: 3, found: 4 }, branches: { hit: 2, found: 2 } }]
 */
export function readLcov(text: string): FileCoverage[] {
  const records = text.split("end_of_record").filter((record) => record.includes("SF:"));
  return records.map((record) => {
    const field = (name: string): string => new RegExp(`^${name}:(.*)$`, "m").exec(record)?.[1] ?? "";
    return {
      file: field("SF"),
      lines: { hit: Number(field("LH")), found: Number(field("LF")) },
      branches: { hit: Number(field("BRH")), found: Number(field("BRF")) },
    };
  });
}

/** The reach of several together. */
export function total(reaches: readonly Reach[]): Reach {
  return reaches.reduce((sum, { hit, found }) => ({ hit: sum.hit + hit, found: sum.found + found }), {
    hit: 0,
    found: 0,
  });
}

/** Whether too little is reached; nothing can be missed of what has no branches. */
export function isShort({ hit, found }: Reach): boolean {
  return hit * 100 < found * MIN_PERCENT;
}

/** One line: `file: 3 of 4 lines, 2 of 2 branches`. */
export function coverageLine(file: string, lines: Reach, branches: Reach): string {
  return `${file}: ${lines.hit} of ${lines.found} lines, ${branches.hit} of ${branches.found} branches`;
}

/** Runs the examples and fuzz tests, few runs each: what they reach is the same. Invariants and gas would add nothing. */
async function measure(): Promise<FileCoverage[]> {
  rmSync(join(ROOT, REPORT), { force: true });
  mkdirSync(dirname(join(ROOT, REPORT)), { recursive: true });
  const only = [
    "--no-match-coverage",
    "contracts/(test|script)",
    "--no-match-path",
    "contracts/test/{gas,invariant}/*",
  ];
  const args = ["coverage", ...only, "--report", "lcov", "--report-file", REPORT];
  const env = { ...process.env, FOUNDRY_FUZZ_RUNS: "32", FOUNDRY_FUZZ_SEED: "0x2027" };
  await new Promise<void>((resolve, reject) => {
    const forge = join(ROOT, "node_modules/.bin/forge");
    execFile(forge, args, { cwd: ROOT, env, maxBuffer: 2 ** 26 }, (fault, out, err) => {
      if (fault === null) resolve();
      else reject(new BaseError("COVERAGE_FAILED", `forge coverage failed:\n${`${out}${err}`.slice(-4_000)}`));
    });
  });
  return readLcov(readFileSync(join(ROOT, REPORT), "utf8"));
}

async function main(): Promise<number> {
  const files = await measure();
  const lines = total(files.map((file) => file.lines));
  const branches = total(files.map((file) => file.branches));
  for (const file of files.filter((each) => isShort(each.lines) || isShort(each.branches))) {
    process.stdout.write(`under ${MIN_PERCENT} %: ${coverageLine(file.file, file.lines, file.branches)}\n`);
  }
  process.stdout.write(`${coverageLine("contracts/src", lines, branches)}\n`);
  if (files.length > 0 && !isShort(lines) && !isShort(branches)) return 0;
  process.stderr.write(
    `error: tests reach less than ${MIN_PERCENT} %\n  try: genhtml ${REPORT}, or read its DA lines\n`,
  );
  return 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.exitCode = await main().catch((error: unknown) => {
    process.stderr.write(`${describeError(error)}\n`);
    return 1;
  });
}
