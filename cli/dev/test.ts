import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { buildAlone } from "#devnet/build-lock.ts";
import { buildContracts } from "#devnet/deployment.ts";
import { buildSubgraph } from "#devnet/subgraph.ts";
import { describeError } from "#kernel/errors.ts";
import { aside, bin, say, show, stage, testedStamp, treeHash } from "./stage.ts";

/** How many tests of a suite went which way. */
export interface Count {
  passed: number;
  failed: number;
  skipped: number;
}

const NONE: Count = { passed: 0, failed: 0, skipped: 0 };
/** A suite that could not run at all. */
const BROKEN: Count = { passed: 0, failed: 1, skipped: 0 };

/**
 * Contracts: unit, fuzz and invariant tests, and what acts cost: other gas than is committed fails. Nobody else compiles
 * them meanwhile: the compiler needs a minute of a core.
 */
async function testContracts(): Promise<Count> {
  const built = await buildAlone("contracts", () => show(bin("forge"), ["build"]));
  if (built.code !== 0) return BROKEN;
  const { code, output } = await show(bin("forge"), ["test"], { FORGE_SNAPSHOT_CHECK: "true" });
  const summary = /(\d+) tests passed, (\d+) failed, (\d+) skipped \(\d+ total tests\)/.exec(output);
  if (!summary) return BROKEN;
  const count = { passed: Number(summary[1]), failed: Number(summary[2]), skipped: Number(summary[3]) };
  return code === 0 || count.failed > 0 ? count : { ...count, failed: 1 };
}

/**
 * Everything written for jest whose path has one of `paths`, and none of `without`. Three files at once on two cores:
 * many wait, for a killed server to come back or for the next second, a third of their time.
 */
async function testJest(paths: readonly string[], without: readonly string[] = [], workers = 2): Promise<Count> {
  const folder = mkdtempSync(join(tmpdir(), "bc-jest-"));
  const file = join(folder, "result.json");
  const ignored = without.flatMap((path) => ["--testPathIgnorePatterns", path]);
  const args = [...paths, ...ignored, `--maxWorkers=${workers}`, "--json", `--outputFile=${file}`];
  const options = { NODE_OPTIONS: "--experimental-vm-modules --disable-warning=ExperimentalWarning" };
  const { code } = await show(process.execPath, [bin("jest"), ...args], options);
  try {
    const result = JSON.parse(readFileSync(file, "utf8")) as Record<string, number>;
    const failed = (result["numFailedTests"] ?? 0) + (result["numRuntimeErrorTestSuites"] ?? 0);
    const skipped = (result["numPendingTests"] ?? 0) + (result["numTodoTests"] ?? 0);
    return { passed: result["numPassedTests"] ?? 0, failed: code === 0 ? failed : Math.max(failed, 1), skipped };
  } catch {
    return BROKEN;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The subgraph: built by graph-cli, its handlers run by the engine on a real chain. */
async function testSubgraph(): Promise<Count> {
  await buildSubgraph();
  return testJest(["subgraph/tests"]);
}

/** Suites that start whole networks, each with processes by the dozen. */
const NETWORKS = "/cli/(network|month)\\.e2e\\.test\\.ts$";

/** Whole networks, two at once, on what is built once before. */
async function testEndToEnd(): Promise<Count> {
  await buildSubgraph();
  await buildContracts();
  return testJest([NETWORKS], [], 2);
}

type Suite = () => Promise<Count>;

const SUITES: Record<string, Suite> = {
  contracts: testContracts,
  unit: () => testJest([], ["subgraph/tests", NETWORKS]),
  subgraph: testSubgraph,
  e2e: testEndToEnd,
};

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in SUITES));
if (unknown.length > 0) {
  process.stderr.write(`error: no suite ${unknown.join(", ")}\n  try: ${Object.keys(SUITES).join(", ")}\n`);
  process.exit(2);
}
/** A suite that was asked for, as a stage. */
async function run(name: string): Promise<Count> {
  const suite = SUITES[name];
  if (!suite || (asked.length > 0 && !asked.includes(name))) return NONE;
  return stage(name, () =>
    suite().catch((error: unknown) => {
      say(`${describeError(error)}\n`, process.stderr);
      return BROKEN;
    }),
  );
}

const before = treeHash();
// The compiler of the contracts uses one core; jest begins with the files that don't need them.
const [contracts, unit] = await Promise.all([aside(() => run("contracts")), run("unit")]);
const counts = [contracts, unit, await run("subgraph"), await run("e2e")];
const sum = (way: keyof Count): number => counts.reduce((total, count) => total + count[way], 0);
const total: Count = { passed: sum("passed"), failed: sum("failed"), skipped: sum("skipped") };
const closing = `${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`;
const isWhole = asked.length === 0 && total.failed === 0 && total.passed > 0;
if (isWhole && before !== "" && before === treeHash()) {
  const stamp = testedStamp(before);
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, closing);
}
process.stdout.write(`\n${closing}\n`);
process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1;
