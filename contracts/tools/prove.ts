import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describeError } from "#kernel/errors.ts";

const PROOFS = fileURLToPath(new URL("../proofs", import.meta.url));
const TIMEOUT_S = 60;
/** How solc's own smtsolver.js asks z3, but with a time of its own. */
const FLAGS = [
  "-smt2",
  `-T:${TIMEOUT_S}`,
  "rewriter.pull_cheap_ite=true",
  "fp.spacer.q3.use_qgen=true",
  "fp.spacer.mbqi=false",
  "fp.spacer.ground_pobs=false",
];
/** solc's codes for an assertion that holds and for one that doesn't. */
const PROVED = "9576";
const REFUTED = "6328";

interface Solc {
  compile(input: string, callbacks: { smtSolver: (query: string) => { contents: string } }): string;
}

interface Message {
  readonly errorCode: string;
  readonly severity: string;
  readonly message: string;
  readonly formattedMessage: string;
}

/** What became of the assertions of one source; proved if all of them hold and nothing else was said. */
export interface Proof {
  readonly assertions: number;
  readonly proved: number;
  /** with the counterexample, where there is one */
  readonly refuted: readonly string[];
  /** neither proved nor refuted, or not compiled */
  readonly other: readonly string[];
}

/** Whether `z3` can be run here. */
export function hasSolver(): boolean {
  return spawnSync("z3", ["--version"]).status === 0;
}

/** Every assertion proved: those that solc drops without a word are missing in the count. */
export function isProved(proof: Proof): boolean {
  return proof.assertions > 0 && proof.proved === proof.assertions && proof.refuted.length + proof.other.length === 0;
}

/** Asks solc's SMTChecker, with z3, whether the assertions of a Solidity source hold for every input and any calls. */
export function prove(source: string): Proof {
  const solc = createRequire(import.meta.url)("solc") as Solc;
  const input = {
    language: "Solidity",
    sources: { "Proof.sol": { content: source } },
    settings: {
      modelChecker: {
        engine: "chc",
        targets: ["assert"],
        solvers: ["smtlib2"],
        showProvedSafe: true,
        showUnproved: true,
      },
      outputSelection: { "*": { "*": [] } },
    },
  };
  const answer = solc.compile(JSON.stringify(input), { smtSolver: (query) => ({ contents: askSolver(query) }) });
  const { errors = [] } = JSON.parse(answer) as { errors?: Message[] };
  const having = (code: string): Message[] => errors.filter(({ errorCode }) => errorCode === code);
  return {
    assertions: source.match(/\bassert\(/g)?.length ?? 0,
    proved: having(PROVED).length,
    refuted: having(REFUTED).map(({ formattedMessage }) => formattedMessage.trim()),
    other: errors
      .filter(({ errorCode }) => errorCode !== PROVED && errorCode !== REFUTED)
      .map(({ formattedMessage }) => formattedMessage.trim()),
  };
}

function askSolver(query: string): string {
  const folder = mkdtempSync(join(tmpdir(), "prove-"));
  const file = join(folder, "query.smt2");
  try {
    writeFileSync(file, query);
    return execFileSync("z3", [...FLAGS, file], { encoding: "utf8", maxBuffer: 2 ** 26 });
  } catch (cause) {
    // z3 exits 1 when it also printed an error, as for the model of what it couldn't decide
    return (cause as { stdout?: string }).stdout ?? "unknown\n";
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The committed proofs. */
export function proofFiles(): string[] {
  return readdirSync(PROOFS)
    .filter((name) => name.endsWith(".sol"))
    .sort()
    .map((name) => join(PROOFS, name));
}

/** @param args files to prove; none for the committed ones */
function main(args: readonly string[]): number {
  if (!hasSolver()) {
    process.stderr.write("SKIPPED: nothing is proved, z3 isn't installed\n  try: apt-get install z3\n");
    return 0;
  }
  let isClean = true;
  for (const file of args.length > 0 ? args : proofFiles()) {
    const proof = prove(readFileSync(file, "utf8"));
    isClean &&= isProved(proof);
    process.stdout.write(`${basename(file)}: ${proof.proved} of ${proof.assertions} assertions proved\n`);
    for (const text of [...proof.refuted, ...proof.other]) process.stderr.write(`${text}\n`);
  }
  return isClean ? 0 : 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    process.exitCode = main(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${describeError(error)}\n`);
    process.exitCode = 1;
  }
}
