import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { hasSolver, isProved, proofFiles, prove } from "./prove.ts";

/* eslint-disable jest/no-standalone-expect -- itProves is `it`, or `it.skip` */

/** Without z3 the tests are counted as skipped, by name. */
const itProves = hasSolver() ? it : it.skip;

const SPLIT = `// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;
contract Split {
    function parts(uint128 amount, uint16 bps) external pure {
        require(bps <= 10_000);
        uint256 part = uint256(amount) * bps / 10_000;
        uint256 rest = uint256(amount) * (10_000 - bps) / 10_000;
        assert(part + rest <= amount);
    }
}
`;

describe("the committed proofs", () => {
  it.each(proofFiles().map((file) => basename(file)))("%s asserts something", (name) => {
    const file = proofFiles().find((path) => basename(path) === name) ?? "";
    expect(readFileSync(file, "utf8")).toContain("assert(");
  });

  itProves.each(proofFiles())("%s holds for every input", (file) => {
    const proof = prove(readFileSync(file, "utf8"));
    expect(proof).toMatchObject({ refuted: [], other: [] });
    expect(isProved(proof)).toBe(true);
  });
});

describe("proving", () => {
  itProves("finds that floors of parts fit into the whole", () => {
    expect(isProved(prove(SPLIT))).toBe(true);
  });

  itProves("refutes parts that are rounded up", () => {
    const proof = prove(SPLIT.replaceAll("/ 10_000", "/ 10_000 + 1"));
    expect(isProved(proof)).toBe(false);
    expect(proof.refuted).toHaveLength(1);
    expect(proof.refuted[0]).toContain("assert(part + rest <= amount)");
  });

  itProves("takes a source without assertions, or one that doesn't compile, for unproved", () => {
    expect(isProved(prove(SPLIT.replace(/assert\(.*/, "")))).toBe(false);
    expect(isProved(prove(SPLIT.replace("require", "requires")))).toBe(false);
  });
});
