import type { Measured } from "./run.ts";

const MIB = 2 ** 20;

/** Events per CPU second, of indexer and database together. */
export function rateOf({ events, indexerCpu, databaseCpu }: Measured): number {
  return events / (indexerCpu + databaseCpu);
}

/** The run whose rate is the median; the lower one of the middle two. */
export function medianRun(runs: readonly Measured[]): Measured {
  const sorted = [...runs].sort((a, b) => rateOf(a) - rateOf(b));
  const run = sorted[Math.floor((sorted.length - 1) / 2)];
  if (!run) throw new Error("BUG: no run was measured");
  return run;
}

const COLUMNS = [
  ["events", (run) => run.events.toLocaleString("en")],
  ["events/CPU s", (run) => Math.round(rateOf(run)).toLocaleString("en")],
  ["CPU s", (run) => `${run.indexerCpu.toFixed(1)} + ${run.databaseCpu.toFixed(1)}`],
  ["wall s", (run) => run.wallSeconds.toFixed(1)],
  ["first row s", (run) => run.firstRowSeconds.toFixed(1)],
  ["RSS MiB", (run) => (run.peakBytes / MIB).toFixed(0)],
  ["DB MiB", (run) => (run.databaseBytes / MIB).toFixed(0)],
] as const satisfies [string, (run: Measured) => string][];

/**
 * Median runs as a table for people: one line per side, with the slowest and fastest run's rate.
 *
 * @example
 * side                  events  events/CPU s  CPU s      wall s  first row s  RSS MiB  DB MiB  slowest to fastest
 * limit                150,000        58,366  1.8 + 0.8     5.0          1.0      239      32  53,191 to 60,729
 */
export function formatTable(measured: ReadonlyMap<string, readonly Measured[]>): string {
  const head = ["side", ...COLUMNS.map(([title]) => title), "slowest to fastest"];
  const lines = [...measured].map(([name, runs]) => {
    const rates = runs.map((run) => Math.round(rateOf(run)));
    const spread = [Math.min(...rates), Math.max(...rates)].map((rate) => rate.toLocaleString("en")).join(" to ");
    return [name, ...COLUMNS.map(([, format]) => format(medianRun(runs))), spread];
  });
  const widths = head.map((title, column) => Math.max(title.length, ...lines.map((line) => line[column]?.length ?? 0)));
  return [head, ...lines]
    .map((cells) =>
      cells
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
        .join("  "),
    )
    .join("\n");
}
