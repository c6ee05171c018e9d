import { existsSync, readFileSync } from "node:fs";
import { aside, bin, countsOf, say, show, stage, testedStamp, treeHash, unlessPassed, type Outcome } from "./stage.ts";

const jest = (path: string): Promise<Outcome> =>
  show(process.execPath, [bin("jest"), path], {
    NODE_OPTIONS: "--experimental-vm-modules --disable-warning=ExperimentalWarning",
  });
const tsx = (...args: string[]): Promise<Outcome> => show(process.execPath, ["--import", "tsx", ...args]);

/** How many tests passed and failed: this command's closing line too. */
let counts = "";

/** All tests, unless `npm test` has passed on this very tree, Node and database: then its closing line is enough. */
async function tests(): Promise<Outcome> {
  const stamp = testedStamp(treeHash());
  if (existsSync(stamp)) {
    counts = readFileSync(stamp, "utf8").trim();
    say("npm test has passed on this very tree, with this Node and this database\n");
    return { code: 0, output: "" };
  }
  const outcome = await tsx("cli/dev/test.ts");
  counts = countsOf(outcome.output);
  return outcome;
}

/** What the tests of the contracts are made of. */
const CONTRACTS = [
  "contracts/src",
  "contracts/test",
  "contracts/script",
  "contracts/tools",
  "foundry.toml",
  "package-lock.json",
];
const coverage = (): Promise<Outcome> =>
  unlessPassed("coverage", CONTRACTS, async () => tsx("contracts/tools/coverage.ts"));
/**
 * The same tests on code from the other of the compiler's two pipelines: a bug of one of them would show. Only the code
 * goes through it: with the tests it would take a quarter of an hour.
 */
const release = (): Promise<Outcome> =>
  unlessPassed("release", CONTRACTS, async () => {
    const code = ["build", "contracts/src", "contracts/test/utils/NetworkFactory.sol"];
    const built = await show(bin("forge"), code, { FOUNDRY_PROFILE: "release" });
    if (built.code !== 0) return built;
    return show(bin("forge"), ["test", "--no-match-path", "contracts/test/gas/*"], {
      CODE_FROM: "contracts/out-release",
    });
  });

type Stage = [title: string, run: () => Promise<Outcome>];

const TYPESCRIPT: Stage[] = [
  ["format: TypeScript", () => show(bin("prettier"), ["--check", "--log-level=warn", "."])],
  ["lint: TypeScript", () => show(bin("eslint"), ["--max-warnings=0", "."])],
  ["types", () => show(bin("tsc"), ["--project", "."])],
  ["types: the preview's page", () => show(bin("tsc"), ["--noEmit", "--project", "dashboards/preview/page"])],
  ["generated files", () => tsx("cli/dev/codegen.ts", "--check")],
  ["import directions and file sizes", () => jest("cli/dev/architecture.test.ts")],
];
const SOLIDITY: Stage[] = [
  ["format: Solidity", () => show(bin("forge"), ["fmt", "--check"])],
  ["lint: Solidity", () => show(bin("forge"), ["lint", "contracts/src"])],
];
const TESTS: Stage = ["tests", tests];
/** What looks at contracts that are compiled. */
const COMPILED: Stage[] = [
  ["contracts: branch trees", () => tsx("contracts/tools/trees.ts")],
  ["contracts: bytecode sizes", () => tsx("contracts/tools/sizes.ts", "--check")],
  ["contracts: proofs", () => tsx("contracts/tools/prove.ts")],
  ["contracts: coverage", coverage],
  ["contracts: tests through the IR pipeline", release],
];

const failed: string[] = [];
async function runAll(stages: readonly Stage[]): Promise<void> {
  for (const [title, run] of stages) {
    const { code } = await stage(title, run);
    if (code !== 0) failed.push(title);
  }
}

// TypeScript's tools and the Solidity compiler use one core each.
if (existsSync(testedStamp(treeHash()))) {
  await runAll([TESTS]);
  await Promise.all([aside(() => runAll(TYPESCRIPT)), runAll([...SOLIDITY, ...COMPILED])]);
} else {
  await Promise.all([aside(() => runAll(SOLIDITY)), runAll(TYPESCRIPT)]);
  await runAll([TESTS, ...COMPILED]);
}
if (failed.length > 0) process.stderr.write(`\nerror: not clean: ${failed.join("; ")}\n`);
else process.stdout.write("\nclean\n");
if (counts !== "") process.stdout.write(`${counts}\n`);
process.exitCode = failed.length > 0 ? 1 : 0;
