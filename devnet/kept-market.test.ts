import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { keptMarket } from "./kept-market.ts";

let dataDir: string;
let said: string[];
const kept = (size: "small" | "month" | "large", seed: number) =>
  keptMarket({ dataDir, size, seed }, (text) => void said.push(text));

/** As a chain leaves its folder that has come to the present. */
function makeChain(): void {
  mkdirSync(join(dataDir, "chain"), { recursive: true });
  writeFileSync(join(dataDir, "chain", "genesis.json"), '{"timestamp":1}');
}

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), "bc-kept-"));
  said = [];
});

afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

describe("keptMarket", () => {
  it("goes on with the network of the first start, and says so where another is asked for", () => {
    expect(kept("small", 5)).toEqual({ size: "small", seed: 5 });
    makeChain();
    expect(kept("small", 5)).toEqual({ size: "small", seed: 5 });
    expect(said).toEqual([]);
    expect(kept("month", 6)).toEqual({ size: "small", seed: 5 });
    expect(said).toEqual([
      `${dataDir} holds the network of size small with seed 5, and goes on with that: to begin one of size month with seed 6, add --fresh`,
    ]);
  });

  it("takes another one while the first has not come to the present", () => {
    kept("small", 5);
    makeChain();
    writeFileSync(join(dataDir, "chain", "in-past"), "");
    expect(kept("large", 6)).toEqual({ size: "large", seed: 6 });
    expect(said).toEqual([]);
  });

  it("takes a folder from before there were sizes for a small one", () => {
    makeChain();
    expect(kept("small", 7)).toEqual({ size: "small", seed: 7 });
    expect(kept("month", 7)).toEqual({ size: "small", seed: 7 });
    expect(said).toHaveLength(1);
  });
});
