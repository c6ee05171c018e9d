import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
/** Where each test file has a tree beside it. */
export const TREES = "contracts/test/integration";

/** What a tree says: its leaves without their "it", and the lines that are neither branch nor leaf. */
export interface Tree {
  readonly leaves: readonly string[];
  readonly faults: readonly string[];
}

/**
 * Reads a branch tree: a title, then branches (`when …`, `given …`) that end in leaves (`it …`), drawn as by bulloak.
 *
 * @example readTree("Exchange.buy\n└── when all is well\n    └── it sells\n").leaves // ["sells"]
 */
export function readTree(text: string): Tree {
  const [title = "", ...lines] = text.trimEnd().split("\n");
  const nodes = lines.map((line) => ({ depth: line.search(/[├└]/), words: line.replace(/^[│├└─\s]*/, "").trim() }));
  const faults = title.trim() === "" || /[├└]/.test(title) ? ["the first line must be a title"] : [];
  const leaves: string[] = [];
  nodes.forEach(({ depth, words }, index) => {
    const isParent = (nodes[index + 1]?.depth ?? -1) > depth;
    const isLeaf = words.startsWith("it ");
    if (depth < 0 || !/^(it|when|given) \S/.test(words)) faults.push(`neither it, when nor given: "${words}"`);
    else if (isLeaf && isParent) faults.push(`a leaf can't have branches: "${words}"`);
    else if (!isLeaf && !isParent) faults.push(`a branch without a leaf: "${words}"`);
    if (isLeaf) leaves.push(words.slice("it ".length));
  });
  return { leaves, faults };
}

/** The names of the test functions in a Solidity file, as written. */
export function readTests(solidity: string): string[] {
  return [...solidity.matchAll(/^\s*function (test\w*)\s*\(/gm)].map((match) => match[1] ?? "");
}

/**
 * What a leaf and its test have in common.
 *
 * @example keyOf("refuses a GPU that isn't active") === keyOf("test_RefusesAGpuThatIsntActive")
 */
export function keyOf(name: string): string {
  return name
    .replace(/^test(Fuzz)?_/, "")
    .replaceAll(/[^a-z0-9]/gi, "")
    .toLowerCase();
}

/** What differs between a tree and the tests beside it, one line each. */
export function compareTree(tree: Tree, tests: readonly string[]): string[] {
  const leafKeys = tree.leaves.map(keyOf);
  const testKeys = tests.map(keyOf);
  return [
    ...tree.faults,
    ...tree.leaves.filter((leaf) => !testKeys.includes(keyOf(leaf))).map((leaf) => `no test for: it ${leaf}`),
    ...tests.filter((test) => !leafKeys.includes(keyOf(test))).map((test) => `no leaf for: ${test}`),
    ...tree.leaves.filter((_, i) => leafKeys.indexOf(leafKeys[i] ?? "") !== i).map((leaf) => `twice: it ${leaf}`),
    ...tests.filter((_, i) => testKeys.indexOf(testKeys[i] ?? "") !== i).map((test) => `twice: ${test}`),
  ];
}

/** Compares every test file with its tree; gives what differs, each with its file. */
export function checkTrees(root = ROOT): string[] {
  const paths = readdirSync(join(root, TREES), { recursive: true, encoding: "utf8" }).sort();
  const read = (path: string): string => readFileSync(join(root, TREES, path), "utf8");
  return paths.flatMap((path) => {
    if (path.endsWith(".tree")) {
      return existsSync(join(root, TREES, path.replace(/\.tree$/, ".t.sol"))) ? [] : [`${path}: no tests beside it`];
    }
    if (!path.endsWith(".t.sol")) return [];
    const treePath = path.replace(/\.t\.sol$/, ".tree");
    if (!paths.includes(treePath)) return [`${treePath}: missing`];
    return compareTree(readTree(read(treePath)), readTests(read(path))).map((fault) => `${treePath}: ${fault}`);
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const faults = checkTrees();
  for (const fault of faults) process.stderr.write(`${TREES}/${fault}\n`);
  process.stdout.write(faults.length === 0 ? "every leaf has its test\n" : `${faults.length} differences\n`);
  process.exitCode = faults.length === 0 ? 0 : 1;
}
