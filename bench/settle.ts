import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { BaseError } from "#kernel/errors.ts";
import type { Figure } from "./figure.ts";
import type { BenchFlags } from "./flags.ts";
import { epochFacts } from "./settle/facts.ts";
import type { SideResult } from "./settle/side.ts";

const SIZE = { gpus: 100_000, pools: 1_000, wallets: 20_000 };
const SIDE = fileURLToPath(new URL("settle/side.ts", import.meta.url));
const DEFAULT_RUNS = 3;

/**
 * An epoch's rewards from the text of its inputs to the roots, beside the hashing of the same leaves alone, and beside
 * OpenZeppelin's StandardMerkleTree over the same lines. Each run is a process of its own; the median counts.
 */
export async function benchSettle({ runs = DEFAULT_RUNS }: BenchFlags): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), "bc-bench-settle-"));
  try {
    const file = join(folder, "epoch.json");
    writeFileSync(file, epochFacts(SIZE));
    const settle = await median("settle", file, runs);
    const limit = await median("limit", file, runs);
    const peer = await median("peer", file, 1);
    if (new Set([settle, limit, peer].map(({ linesRoot }) => linesRoot)).size > 1) {
      throw new BaseError("SIDES_DIFFER", "the sides don't give the same root of the lines");
    }
    return [
      { name: "facts to roots", value: settle.wallSeconds, unit: "s", limit: 20 },
      { name: "facts to roots, memory", value: settle.rssMiB, unit: "MiB", limit: 1_024 },
      { name: "facts to roots, CPU over hashing alone", value: ratio(settle, limit), unit: "×", limit: 6 },
      {
        name: "StandardMerkleTree alone, CPU over all of ours",
        value: ratio(peer, settle),
        unit: "×",
        limit: 3,
        isFloor: true,
      },
    ];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function ratio(a: SideResult, b: SideResult): number {
  return a.cpuSeconds / b.cpuSeconds;
}

/** The run in the middle by CPU time, and a line about it. */
async function median(side: string, file: string, runs: number): Promise<SideResult> {
  const results: SideResult[] = [];
  for (let run = 0; run < runs; run++) {
    const { stdout } = await promisify(execFile)(process.execPath, ["--import", "tsx", SIDE, side, file]);
    results.push(JSON.parse(stdout) as SideResult);
  }
  const middle = results.sort((a, b) => a.cpuSeconds - b.cpuSeconds)[Math.floor(runs / 2)];
  if (!middle) throw new Error("BUG: no run");
  const { lines, wallSeconds, cpuSeconds, rssMiB } = middle;
  const times = `${wallSeconds.toFixed(2)} s, ${cpuSeconds.toFixed(2)} CPU s, ${Math.round(rssMiB)} MiB`;
  process.stdout.write(`${side.padEnd(8)} ${lines} lines: ${times}\n`);
  return middle;
}
