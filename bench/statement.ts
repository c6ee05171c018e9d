import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { BaseError } from "#kernel/errors.ts";
import type { Figure } from "./figure.ts";
import { openYear } from "./statement/database.ts";
import type { StatementSide } from "./statement/side.ts";

const SIZE = { gpus: 1_000, crowd: 200, pools: 4, payers: 50 };
const SIDE = fileURLToPath(new URL("statement/side.ts", import.meta.url));

/**
 * A wallet's statement over a year of a thousand GPUs, 730,000 lines, and all of these as CSV; beside each the same rows read by
 * pg alone. Each side is a process of its own, the median of its runs counts; all must tell the same lines and the same sum.
 */
export async function benchStatement(): Promise<Figure[]> {
  const database = await openYear(SIZE);
  try {
    const statement = await side("statement", database.url);
    const sums = await side("raw sums", database.url);
    const csv = await side("csv", database.url);
    const lines = await side("raw lines", database.url);
    const told = new Set([statement, sums, csv, lines].map((one) => `${one.lines} lines, ${one.sum}`));
    if (told.size > 1) throw new BaseError("SIDES_DIFFER", `the sides don't tell the same: ${[...told].join("; ")}`);
    return [
      { name: "a year of 1,000 GPUs: totals, metrics, 50 lines", value: statement.wallMs, unit: "ms", limit: 300 },
      { name: "all of its lines as CSV", value: csv.wallMs / 1_000, unit: "s", limit: 120 },
      { name: "all of its lines as CSV, memory", value: csv.rssMiB, unit: "MiB", limit: 400 },
      { name: "all of its lines as CSV, own CPU over pg alone", value: csv.cpuMs / lines.cpuMs, unit: "×", limit: 30 },
    ];
  } finally {
    await database.close();
  }
}

async function side(name: string, url: string): Promise<StatementSide> {
  const { stdout } = await promisify(execFile)(process.execPath, ["--import", "tsx", SIDE, name, url]);
  const found = JSON.parse(stdout) as StatementSide;
  const { lines, wallMs, cpuMs, rssMiB } = found;
  const times = `${wallMs.toFixed(1)} ms, ${cpuMs.toFixed(1)} CPU ms, ${Math.round(rssMiB)} MiB`;
  process.stdout.write(`${name.padEnd(9)} ${lines} lines: ${times}\n`);
  return found;
}
