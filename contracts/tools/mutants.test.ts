import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "@jest/globals";
import { fateOf, groupByTests, isExpected, mutate, readMutants, type Mutant } from "./mutants.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const MUTANT: Mutant = { file: "A.sol", find: "a < b", replace: "a <= b", why: "off by one", tests: "*" };

describe("the committed mutants", () => {
  it("each change one place of the sources as they are", async () => {
    for (const mutant of await readMutants()) {
      const text = readFileSync(join(ROOT, mutant.file), "utf8");
      expect(() => mutate(text, mutant)).not.toThrow();
    }
  });

  it("name tests that are there", async () => {
    for (const { tests } of await readMutants()) expect([tests, existsSync(join(ROOT, tests))]).toEqual([tests, true]);
  });

  it("are thirty at least, each with a loss of its own", async () => {
    const mutants = await readMutants();
    expect(new Set(mutants.map((mutant) => mutant.why)).size).toBe(mutants.length);
    expect(mutants.length).toBeGreaterThanOrEqual(30);
  });
});

describe("planting a bug", () => {
  it("replaces what stands there once", () => {
    expect(mutate("if (a < b) return;", MUTANT)).toBe("if (a <= b) return;");
  });

  it("refuses what isn't there, is there twice, or changes nothing", () => {
    expect(() => mutate("if (b > a) return;", MUTANT)).toThrow('"a < b" stands 0 times in A.sol');
    expect(() => mutate("a < b || a < b", MUTANT)).toThrow("stands 2 times");
    expect(() => mutate("a < b", { ...MUTANT, replace: "a < b" })).toThrow("stands 1 times");
  });

  it("takes dollar signs for what they are", () => {
    expect(mutate("a < b", { ...MUTANT, replace: "$&" })).toBe("$&");
  });
});

describe("the order of mutants", () => {
  it("keeps those with the same tests together, the largest group first", () => {
    const [a, b, c] = [
      { ...MUTANT, tests: "a" },
      { ...MUTANT, tests: "b" },
      { ...MUTANT, tests: "b", why: "c" },
    ];
    expect(groupByTests([a, b, c])).toEqual([[b, c], [a]]);
  });
});

describe("the fate of a mutant", () => {
  it("is death only by a failed test", () => {
    expect(fateOf(0, "Suite result: ok")).toBe("survived");
    expect(fateOf(1, "[FAIL: 1 != 2] test_A()")).toBe("killed");
    expect(fateOf(1, "Compiler run failed")).toBe("doesn't compile");
  });

  it("may be to live only where nothing could notice", () => {
    expect(isExpected(MUTANT, "killed")).toBe(true);
    expect(isExpected(MUTANT, "survived")).toBe(false);
    expect(isExpected({ ...MUTANT, equivalent: "same code" }, "survived")).toBe(true);
    expect(isExpected({ ...MUTANT, equivalent: "same code" }, "doesn't compile")).toBe(false);
  });
});
