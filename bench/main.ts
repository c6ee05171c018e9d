import { cpus, totalmem } from "node:os";
import { describeError } from "#kernel/errors.ts";
import { benchStart } from "./start.ts";

/** What a benchmark found: figures beside their limits. */
export interface Figure {
  name: string;
  value: number;
  unit: string;
  /** the goal: at most this */
  limit: number;
}

const BENCHES: Record<string, () => Promise<Figure[]>> = { start: benchStart };

const asked = process.argv.slice(2);
const names = asked.length > 0 ? asked : Object.keys(BENCHES);
process.stdout.write(
  `${cpus().length} × ${cpus()[0]?.model ?? "?"}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}\n`,
);
for (const name of names) {
  const bench = BENCHES[name];
  if (!bench) {
    process.stderr.write(`error: no benchmark ${name}\n  try: ${Object.keys(BENCHES).join(", ")}\n`);
    process.exit(2);
  }
  try {
    for (const { name: title, value, unit, limit } of await bench()) {
      const verdict = value <= limit ? "ok" : "TOO MUCH";
      process.stdout.write(
        `${title.padEnd(44)} ${value.toFixed(1).padStart(8)} ${unit}   limit ${limit} ${unit}   ${verdict}\n`,
      );
      if (value > limit) process.exitCode = 1;
    }
  } catch (error) {
    process.stderr.write(`${describeError(error)}\n`);
    process.exitCode = 1;
  }
}
