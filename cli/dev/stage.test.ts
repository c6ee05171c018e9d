import { rmSync } from "node:fs";
import { join } from "node:path";
import { jest } from "@jest/globals";
import { aside, countsOf, ROOT, show, stage, testedStamp, treeHash, unlessPassed, type Outcome } from "./stage.ts";

describe("the stamp of a tree that has passed its tests", () => {
  const ground = { databaseUrl: "", node: "20.20.2" };

  it("is another one for another tree, another Node, and a server instead of the embedded database", () => {
    const stamps = [
      testedStamp("a", ground),
      testedStamp("b", ground),
      testedStamp("a", { ...ground, node: "22.0.0" }),
      testedStamp("a", { ...ground, databaseUrl: "postgres://u:secret@db/x" }),
    ];
    expect(new Set(stamps).size).toBe(4);
    expect(testedStamp("a", { ...ground })).toBe(stamps[0]);
    expect(stamps.join()).not.toContain("secret");
  });

  it("is of the database that DATABASE_URL names", () => {
    const before = process.env["DATABASE_URL"];
    delete process.env["DATABASE_URL"];
    const embedded = testedStamp("a");
    process.env["DATABASE_URL"] = "postgres://db/x";
    const server = testedStamp("a");
    if (before === undefined) delete process.env["DATABASE_URL"];
    else process.env["DATABASE_URL"] = before;
    expect(server).not.toBe(embedded);
  });
});

describe("the counts that tests close with", () => {
  it("are their last line", () => {
    expect(countsOf("Tests: 3 passed\n── e2e: 1.0 s\n\n12 passed, 0 failed, 1 skipped\n")).toBe(
      "12 passed, 0 failed, 1 skipped",
    );
  });

  it("are none if they never came to it", () => {
    expect(countsOf("12 passed, 0 failed, 1 skipped\nSegmentation fault\n")).toBe("");
    expect(countsOf("")).toBe("");
  });
});

describe("what has passed on some files", () => {
  it("runs again until it passes, then only where they have changed", async () => {
    const stamp = join(ROOT, ".cache", `passed-stage-test-${treeHash("LICENSE")}`);
    rmSync(stamp, { force: true });
    let runs = 0;
    const ends = (code: number) => async (): Promise<Outcome> => Promise.resolve({ code, output: String(++runs) });
    try {
      expect((await unlessPassed("stage-test", ["LICENSE"], ends(1))).code).toBe(1);
      expect((await unlessPassed("stage-test", ["LICENSE"], ends(0))).code).toBe(0);
      expect((await unlessPassed("stage-test", ["LICENSE"], ends(1))).code).toBe(0);
      expect(runs).toBe(2);
      expect(treeHash("LICENSE")).not.toBe(treeHash("NOTICE"));
    } finally {
      rmSync(stamp, { force: true });
    }
  });
});

describe("stages beside each other", () => {
  it("are shown one after the other, each whole", async () => {
    const shown = jest.spyOn(process.stdout, "write").mockReturnValue(true);
    const counted = (name: string): Promise<Outcome> =>
      show(process.execPath, ["--eval", `for (let n = 0; n < 3; n++) console.log("${name}", n)`]);
    const told = await Promise.all([
      aside(() => stage("one", () => counted("one"))),
      aside(() => stage("other", () => counted("other"))),
    ]);
    const text = shown.mock.calls.map(([chunk]) => String(chunk)).join("");
    shown.mockRestore();
    expect(told.map(({ code, output }) => [code, output])).toEqual([
      [0, "one 0\none 1\none 2\n"],
      [0, "other 0\nother 1\nother 2\n"],
    ]);
    const block = (name: string): RegExp =>
      new RegExp(`\n── ${name}\n${name} 0\n${name} 1\n${name} 2\n── ${name}: \\d+\\.\\d s\n`);
    expect(text).toMatch(block("one"));
    expect(text).toMatch(block("other"));
  });

  it("show what a failed one has said, too", async () => {
    const shown = jest.spyOn(process.stdout, "write").mockReturnValue(true);
    const failing = aside(async () => {
      await show(process.execPath, ["--eval", `console.error("why")`]);
      throw new Error("failed");
    });
    await expect(failing).rejects.toThrow("failed");
    const text = shown.mock.calls.map(([chunk]) => String(chunk)).join("");
    shown.mockRestore();
    expect(text).toBe("why\n");
  });
});
