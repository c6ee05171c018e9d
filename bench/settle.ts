import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { BaseError } from "#kernel/errors.ts";
import type { Figure } from "./figure.ts";
import type { BenchFlags } from "./flags.ts";
import { openFacts } from "./settle/database.ts";
import { epochFacts } from "./settle/facts.ts";
import type { SideResult } from "./settle/side.ts";

const SIZE = { gpus: 100_000, pools: 1_000, wallets: 20_000 };
const SIDE = fileURLToPath(new URL("settle/side.ts", import.meta.url));
const DATABASE_SIDE = fileURLToPath(new URL("settle/database-side.ts", import.meta.url));
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
      ...(await fromDatabase(runs)),
    ];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The same from tables in a database to the roots, and what `bc verify` takes; the database is a process of its own. */
async function fromDatabase(runs: number): Promise<Figure[]> {
  const database = await openFacts(SIZE);
  try {
    const settled = await median("settle", database.url, runs, DATABASE_SIDE);
    const verified = await median("verify", database.url, runs, DATABASE_SIDE, [JSON.stringify(settled)]);
    return [
      { name: "database to roots", value: settled.wallSeconds, unit: "s", limit: 20 },
      { name: "database to roots, memory", value: settled.rssMiB, unit: "MiB", limit: 1_024 },
      { name: "verify", value: verified.wallSeconds, unit: "s", limit: 20 },
      { name: "verify, memory", value: verified.rssMiB, unit: "MiB", limit: 1_024 },
    ];
  } finally {
    await database.close();
  }
}

function ratio(a: SideResult, b: SideResult): number {
  return a.cpuSeconds / b.cpuSeconds;
}

/** The run in the middle by CPU time, and a line about it. */
async function median(
  side: string,
  from: string,
  runs: number,
  script = SIDE,
  more: readonly string[] = [],
): Promise<SideResult> {
  const results: SideResult[] = [];
  for (let run = 0; run < runs; run++) {
    const { stdout } = await promisify(execFile)(process.execPath, ["--import", "tsx", script, side, from, ...more]);
    results.push(JSON.parse(stdout) as SideResult);
  }
  const middle = results.sort((a, b) => a.cpuSeconds - b.cpuSeconds)[Math.floor(runs / 2)];
  if (!middle) throw new Error("BUG: no run");
  const { lines, wallSeconds, cpuSeconds, rssMiB } = middle;
  const times = `${wallSeconds.toFixed(2)} s, ${cpuSeconds.toFixed(2)} CPU s, ${Math.round(rssMiB)} MiB`;
  process.stdout.write(`${side.padEnd(8)} ${lines} lines: ${times}\n`);
  return middle;
}
