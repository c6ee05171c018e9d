import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { compareSizes, readSizes, renderSizes } from "./sizes.ts";

describe("bytecode sizes", () => {
  it("are counted in bytes, abstract contracts left out", async () => {
    const root = mkdtempSync(join(tmpdir(), "sizes-"));
    try {
      mkdirSync(join(root, "contracts/src/libraries"), { recursive: true });
      for (const [name, object] of [
        ["Market", "0x6001600255"],
        ["Clock", "0x"],
      ]) {
        mkdirSync(join(root, `contracts/out/${name}.sol`), { recursive: true });
        writeFileSync(join(root, `contracts/src/${name}.sol`), "");
        writeFileSync(
          join(root, `contracts/out/${name}.sol/${name}.json`),
          JSON.stringify({ deployedBytecode: { object } }),
        );
      }
      expect(await readSizes(root)).toEqual({ Market: 5 });
      writeFileSync(join(root, "contracts/src/New.sol"), "");
      await expect(readSizes(root)).rejects.toMatchObject({ code: "ARTIFACT_MISSING" });
    } finally {
      rmSync(root, { recursive: true });
    }
  });

  it("pass where they are as committed", () => {
    expect(compareSizes({ Market: 24_576 }, { Market: 24_576 })).toEqual([]);
    expect(renderSizes({ Market: 5 })).toBe('{\n  "Market": 5\n}\n');
  });

  it("fail over the limit even where committed, and wherever they differ", () => {
    expect(compareSizes({ Market: 24_577 }, { Market: 24_577 })).toEqual(["Market is 24577 bytes, over 24576"]);
    expect(compareSizes({ Market: 6, New: 7 }, { Market: 5, Old: 8 })).toEqual([
      "Market is 6, not 5",
      "New is 7, new",
      "Old is gone, not 8",
    ]);
  });
});
