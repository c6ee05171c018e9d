import { cpus, totalmem } from "node:os";
import { parseArgs } from "node:util";
import { describeError } from "#kernel/errors.ts";
import { benchIndex } from "./index/bench.ts";
import { benchStart } from "./start.ts";

/** What a benchmark found: figures beside their limits. */
export interface Figure {
  name: string;
  value: number;
  unit: string;
  /** the goal: at most this, or at least if it is a floor */
  limit: number;
  isFloor?: boolean;
}

/** What a benchmark may be told. */
export interface BenchFlags {
  /** sides to run, by how their names begin, with commas between */
  only?: string | undefined;
  /** runs of each side */
  runs?: number | undefined;
  /** whether V8's profiles of our own sides are kept */
  profile: boolean;
}

const BENCHES: Record<string, (flags: BenchFlags) => Promise<Figure[]>> = { start: benchStart, index: benchIndex };

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { only: { type: "string" }, runs: { type: "string" }, profile: { type: "boolean", default: false } },
});
const flags: BenchFlags = { ...values, runs: values.runs === undefined ? undefined : Number(values.runs) };
const names = positionals.length > 0 ? positionals : Object.keys(BENCHES);
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
    for (const figure of await bench(flags)) {
      process.stdout.write(`${describeFigure(figure)}\n`);
      if (!isHeld(figure)) process.exitCode = 1;
    }
  } catch (error) {
    process.stderr.write(`${describeError(error)}\n`);
    process.exitCode = 1;
  }
}

function isHeld({ value, limit, isFloor = false }: Figure): boolean {
  return isFloor ? value >= limit : value <= limit;
}

function describeFigure(figure: Figure): string {
  const { name, value, unit, limit, isFloor = false } = figure;
  const digits = limit < 10 ? 2 : limit < 1_000 ? 1 : 0;
  const wanted = `${isFloor ? "at least" : "at most"} ${limit.toFixed(limit % 1 === 0 ? 0 : 2)} ${unit}`;
  const verdict = isHeld(figure) ? "ok" : isFloor ? "TOO LITTLE" : "TOO MUCH";
  return `${name.padEnd(48)} ${value.toFixed(digits).padStart(8)} ${unit}   ${wanted}   ${verdict}`;
}
