import { cpus, totalmem } from "node:os";
import { BaseError, describeError } from "#kernel/errors.ts";
import { describeFigure, isHeld, type Figure } from "./figure.ts";
import { readFlags, type BenchFlags } from "./flags.ts";
import { benchApi } from "./api/bench.ts";
import { benchCollect } from "./collect/bench.ts";
import { benchDashboards } from "./dashboards.ts";
import { benchIndex } from "./index/bench.ts";
import { benchLists } from "./lists.ts";
import { benchPast } from "./past/bench.ts";
import { benchReputation } from "./reputation/bench.ts";
import { benchPricing } from "./pricing/bench.ts";
import { benchSettle } from "./settle.ts";
import { benchStart } from "./start.ts";
import { benchStatement } from "./statement.ts";
import { benchSubscribe } from "./subscribe/bench.ts";

const BENCHES: Record<string, (flags: BenchFlags) => Promise<Figure[]>> = {
  start: benchStart,
  index: benchIndex,
  past: benchPast,
  collect: benchCollect,
  lists: benchLists,
  dashboards: benchDashboards,
  pricing: benchPricing,
  settle: benchSettle,
  statement: benchStatement,
  reputation: benchReputation,
  subscribe: benchSubscribe,
  api: benchApi,
};
/** Those that need a running network, on the ports that others need free. */
const BY_NAME_ONLY = new Set(["lists", "dashboards"]);

/** Runs the benchmarks asked for, or all that need nothing running; one that fails doesn't keep the others from running. */
async function main(args: readonly string[]): Promise<void> {
  const { names, flags } = readFlags(args);
  const unknown = names.find((name) => !(name in BENCHES));
  if (unknown !== undefined) {
    throw new BaseError("BAD_FLAG", `no benchmark ${unknown}`, { hints: [Object.keys(BENCHES).join(", ")] });
  }
  const machine = `${cpus().length} × ${cpus()[0]?.model ?? "?"}, ${Math.round(totalmem() / 2 ** 30)} GiB`;
  process.stdout.write(`${machine}, Node ${process.versions.node}\n`);
  for (const [name, bench] of Object.entries(BENCHES)) {
    if (names.length > 0 ? !names.includes(name) : BY_NAME_ONLY.has(name)) continue;
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
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${describeError(error)}\n`);
  process.exitCode = 2;
}
