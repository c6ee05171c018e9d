import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { checkTrees, compareTree, keyOf, readTests, readTree, TREES } from "./trees.ts";

describe("the committed branch trees", () => {
  it("have a test for every leaf, and a leaf for every test", () => {
    expect(checkTrees()).toEqual([]);
  });
});

describe("comparing a tree with its tests", () => {
  const tree = `Market.rent
├── when the GPU is active
│   ├── given enough DC
│   │   └── it starts a rental
│   └── it takes 100 % of the fee
└── when it isn't
    └── it refuses a GPU that isn't active
`;

  it("finds the leaves at any depth", () => {
    expect(readTree(tree)).toEqual({
      leaves: ["starts a rental", "takes 100 % of the fee", "refuses a GPU that isn't active"],
      faults: [],
    });
  });

  it("matches names by their letters and digits", () => {
    const tests = ["test_StartsARental", "testFuzz_Takes100OfTheFee", "test_RefusesAGpuThatIsntActive"];
    expect(compareTree(readTree(tree), tests)).toEqual([]);
    expect(keyOf("test_RefusesAGpuThatIsntActive")).toBe("refusesagputhatisntactive");
  });

  it("names the leaf without test, the test without leaf, and what stands twice", () => {
    const tests = ["test_StartsARental", "test_Starts_A_Rental", "test_Dances", "test_RefusesAGpuThatIsntActive"];
    expect(compareTree(readTree(tree), tests)).toEqual([
      "no test for: it takes 100 % of the fee",
      "no leaf for: test_Dances",
      "twice: test_Starts_A_Rental",
    ]);
    expect(compareTree(readTree("A\n├── it works\n└── it works\n"), ["test_Works"])).toEqual(["twice: it works"]);
  });

  it("refuses trees that don't read as such", () => {
    expect(readTree("└── it works\n").faults).toEqual(["the first line must be a title"]);
    expect(readTree("A\n└── when idle\n").faults).toEqual(['a branch without a leaf: "when idle"']);
    expect(readTree("A\n└── it works\n    └── it rests\n").faults).toEqual([`a leaf can't have branches: "it works"`]);
    expect(readTree("A\n└── must work\n").faults).toEqual(['neither it, when nor given: "must work"']);
  });

  it("takes test functions only", () => {
    const solidity =
      "contract A {\n  function test_A() external {}\n  function _test() private {}\n  function setUp() {}\n}";
    expect(readTests(solidity)).toEqual(["test_A"]);
  });
});

describe("a folder of tests", () => {
  it("misses a tree without tests and tests without a tree", () => {
    const root = mkdtempSync(join(tmpdir(), "trees-"));
    const write = (path: string, text: string): void => {
      mkdirSync(dirname(join(root, TREES, path)), { recursive: true });
      writeFileSync(join(root, TREES, path), text);
    };
    try {
      write("a/alone.tree", "A\n└── it works\n");
      write("bare.t.sol", "");
      write("good.t.sol", "function test_Works() external {}");
      write("good.tree", "A\n└── it works\n");
      expect(checkTrees(root)).toEqual(["a/alone.tree: no tests beside it", "bare.tree: missing"]);
    } finally {
      rmSync(root, { recursive: true });
    }
  });
});
