import { readFileSync } from "node:fs";
import { performance } from "node:perf_hooks";
import { StandardMerkleTree } from "@openzeppelin/merkle-tree";
import { MerkleTree } from "#api/src/domain/rewards/hash/merkle-tree.ts";
import { encodeLines, LINE_BYTES } from "#api/src/domain/rewards/leaves.ts";
import { parseInputs } from "#api/src/domain/rewards/parse.ts";
import { settle } from "#api/src/domain/rewards/settle.ts";
import type { EpochResult } from "#api/src/domain/rewards/types.ts";

/** What a side found, printed as JSON. */
export interface SideResult {
  readonly linesRoot: string;
  readonly lines: number;
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
  /** of the whole process, what it took to get ready too */
  readonly rssMiB: number;
}

const LINE_TYPES = ["uint256", "uint8", "uint256", "uint256", "address", "uint256"];
const compute = (text: string): EpochResult => settle(parseInputs(JSON.parse(text)));

/** Each side gets ready, then does what is timed and gives the root of the lines. */
const SIDES: Readonly<Record<string, (text: string) => { count: () => number; timed: () => string }>> = {
  settle: (text) => {
    let count = 0;
    const timed = (): string => {
      const { lines, linesRoot } = compute(text);
      count = lines.length;
      return linesRoot;
    };
    return { count: () => count, timed };
  },
  limit: (text) => {
    const { epoch, lines } = compute(text);
    const encoded = encodeLines(epoch, lines);
    return { count: () => lines.length, timed: () => new MerkleTree(encoded, LINE_BYTES).root };
  },
  peer: (text) => {
    const { epoch, lines } = compute(text);
    const leaves = lines.map((line) => [epoch, line.kind, line.poolId, line.gpuId, line.account, line.amount]);
    return { count: () => lines.length, timed: () => StandardMerkleTree.of(leaves, LINE_TYPES).root };
  },
};

const [name = "", file = ""] = process.argv.slice(2);
const side = SIDES[name]?.(readFileSync(file, "utf8"));
if (!side) throw new Error(`BUG: no side ${name}`);
const cpuBefore = process.cpuUsage();
const from = performance.now();
const linesRoot = side.timed();
const wallSeconds = (performance.now() - from) / 1_000;
const { user, system } = process.cpuUsage(cpuBefore);
const result: SideResult = {
  linesRoot,
  lines: side.count(),
  wallSeconds,
  cpuSeconds: (user + system) / 1e6,
  rssMiB: process.resourceUsage().maxRSS / 1024,
};
process.stdout.write(JSON.stringify(result));
