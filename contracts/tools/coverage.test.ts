import { describe, expect, it } from "@jest/globals";
import { coverageLine, isShort, readLcov, total } from "./coverage.ts";

const LCOV = [
  "TN:\nSF:contracts/src/A.sol\nDA:8,1\nFN:8,A.a\nFNDA:1,A.a\nFNF:1\nFNH:1\nLF:40\nLH:39\nBRF:4\nBRH:3\nend_of_record",
  "TN:\nSF:contracts/src/B.sol\nDA:8,1\nLF:60\nLH:60\nBRF:0\nBRH:0\nend_of_record\n",
].join("\n");

describe("an lcov report", () => {
  it("is read file by file", () => {
    expect(readLcov(LCOV)).toEqual([
      { file: "contracts/src/A.sol", lines: { hit: 39, found: 40 }, branches: { hit: 3, found: 4 } },
      { file: "contracts/src/B.sol", lines: { hit: 60, found: 60 }, branches: { hit: 0, found: 0 } },
    ]);
    expect(readLcov("")).toEqual([]);
  });

  it("is summed over its files", () => {
    expect(total(readLcov(LCOV).map(({ lines }) => lines))).toEqual({ hit: 99, found: 100 });
    expect(coverageLine("all", { hit: 99, found: 100 }, { hit: 3, found: 4 })).toBe(
      "all: 99 of 100 lines, 3 of 4 branches",
    );
  });
});

describe("the limit", () => {
  it("is met at 95 of 100 and missed below", () => {
    expect(isShort({ hit: 95, found: 100 })).toBe(false);
    expect(isShort({ hit: 949, found: 1_000 })).toBe(true);
  });

  it("is met where there is nothing to reach", () => {
    expect(isShort({ hit: 0, found: 0 })).toBe(false);
  });
});
