import type { Figure } from "../figure.ts";
import { medianRun, rateOf } from "./report.ts";
import type { Measured } from "./run.ts";

const MIB = 2 ** 20;
const PRUNED = "engine pruned";
const FULL = "engine full";

/** The figures that have a goal, as far as the sides they need were run. */
export function compareWithGoals(measured: ReadonlyMap<string, readonly Measured[]>): Figure[] {
  const run = (name: string): Measured | undefined => {
    const runs = measured.get(name);
    return runs && runs.length > 0 ? medianRun(runs) : undefined;
  };
  const figures: Figure[] = [];
  const [pruned, full] = [run(PRUNED), run(FULL)];
  const atLeast = (name: string, value: number, unit: string, limit: number): void =>
    void figures.push({ name, value, unit, limit, isFloor: true });
  if (pruned) {
    const ratio = (side: string, limit: number): void => {
      const other = run(side);
      if (other) atLeast(`${PRUNED} / ${side}`, rateOf(pruned) / rateOf(other), "×", limit);
    };
    atLeast(PRUNED, rateOf(pruned), "events/CPU s", 20_000);
    ratio("ponder", 5);
    ratio("part: graph-node pruned", 20);
    ratio("limit", 1 / 3);
    figures.push({ name: `${PRUNED}: peak memory`, value: pruned.peakBytes / MIB, unit: "MiB", limit: 350 });
  }
  if (full) {
    atLeast(FULL, rateOf(full), "events/CPU s", 10_000);
    figures.push({ name: `${FULL}: peak memory`, value: full.peakBytes / MIB, unit: "MiB", limit: 350 });
  }
  for (const kind of ["pruned", "full"]) {
    const [ours, theirs] = [run(`part: engine ${kind}`), run(`part: graph-node ${kind}`)];
    if (!ours || !theirs) continue;
    const value = ours.databaseBytes / theirs.databaseBytes;
    figures.push({ name: `database, ${kind}: engine / graph-node`, value, unit: "×", limit: 1 });
  }
  return figures;
}
