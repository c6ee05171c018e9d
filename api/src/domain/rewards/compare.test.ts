import fc from "fast-check";
import { canonicalText } from "./canonical.ts";
import { compareCommit, compareInputs } from "./compare.ts";
import { parseInputs } from "./parse.ts";
import { settle } from "./settle.ts";
import { anyInputs, DAY, gpuJson, inputsJson, poolJson, wallet } from "./testing.ts";

describe("compareCommit", () => {
  const result = settle(parseInputs(inputsJson()));

  it("finds nothing where oracles committed to what was computed", () => {
    expect(compareCommit(result, { ...result })).toEqual([]);
  });

  it("names each value that was committed otherwise, the cause before what follows from it", () => {
    const otherHash = `0x${"1".repeat(64)}` as const;
    expect(compareCommit(result, { ...result, total: 5n, inputsHash: otherHash })).toEqual([
      { name: "inputsHash", ours: result.inputsHash, theirs: otherHash },
      { name: "total", ours: "1000000000000000000000", theirs: "5" },
    ]);
  });
});

describe("compareInputs", () => {
  it("names the very fields that differ, and entries that only one side has", () => {
    const ours = inputsJson({ previousCumulative: [{ account: wallet(1), amount: "5" }] });
    const theirs = inputsJson({
      pools: [poolJson({ operatorPayee: wallet(0xf1) })],
      gpus: [
        gpuJson({
          burnedDc: "59760000",
          eligibleSeconds: DAY - 60,
          owners: [
            { account: wallet(0xa1), seconds: DAY - 1 },
            { account: wallet(0xa2), seconds: 1 },
          ],
        }),
      ],
    });
    expect(compareInputs(parseInputs(ours), parseInputs(theirs))).toEqual([
      { name: "pool 1: operatorPayee", ours: wallet(0xf0), theirs: wallet(0xf1) },
      { name: "pool 1, GPU 7: eligibleSeconds", ours: "86400", theirs: "86340" },
      { name: `pool 1, GPU 7: seconds of ${wallet(0xa1)}`, ours: "86400", theirs: "86399" },
      { name: `earned before by ${wallet(1)}`, ours: "5", theirs: undefined },
      { name: `pool 1, GPU 7: seconds of ${wallet(0xa2)}`, ours: undefined, theirs: "1" },
    ]);
  });

  it("finds a difference just where the canonical texts differ", () => {
    fc.assert(
      fc.property(anyInputs.map(parseInputs), anyInputs.map(parseInputs), (one, other) => {
        expect(compareInputs(one, one)).toEqual([]);
        expect(compareInputs(one, other).length > 0).toBe(canonicalText(one) !== canonicalText(other));
      }),
    );
  });
});
