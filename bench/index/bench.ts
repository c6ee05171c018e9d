import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { hasNativePostgres, startNativePostgres, type NativePostgres } from "#indexer/testdata/native-postgres.ts";
import { BaseError } from "#kernel/errors.ts";
import type { Figure } from "../figure.ts";
import type { BenchFlags } from "../flags.ts";
import { CACHE, EVENTS_PER_BLOCK, startBenchChain } from "./chain.ts";
import { checkEqual } from "./equal.ts";
import { compareWithGoals } from "./goals.ts";
import { graphNode } from "./graph-node.ts";
import { ponder } from "./ponder.ts";
import { formatTable, rateOf } from "./report.ts";
import { measure, type Measured, type Side } from "./run.ts";
import { engine, limit } from "./sides.ts";
import { measureTip } from "./tip.ts";

const BLOCKS = 6_000;
/** Of the chain, for sides that would take too long with all: 20,000 events. */
const PART_BLOCKS = 400;
const DEFAULT_RUNS = 3;

/** The last block of the part; block 1 has the contract, events begin in block 2. */
const PART_END = PART_BLOCKS + 1;
const SIDES: readonly Side[] = [
  limit(),
  engine("100"),
  engine("never"),
  ponder(),
  engine("100", PART_END),
  engine("never", PART_END),
  graphNode("100", PART_END),
  graphNode("never", PART_END),
];
const TIP = "tip";

/** The engine beside its peers on one generated chain; then how soon a block's rows can be seen at the tip. */
export async function benchIndex(flags: BenchFlags): Promise<Figure[]> {
  if (!hasNativePostgres) {
    throw new BaseError("NOT_HERE", "this benchmark needs PostgreSQL from npm, which is there for Linux on x64 only");
  }
  const isWanted = choose(flags.only);
  const sides = SIDES.filter(({ name }) => isWanted(name));
  const server = await startNativePostgres({ isDurable: true });
  // other children end with this process, but the server's folder is large
  const interrupt = (): void => void server.stop().finally(() => process.exit(130));
  process.once("SIGINT", interrupt).once("SIGTERM", interrupt);
  try {
    const figures = sides.length > 0 ? await measureSides(sides, server, flags) : [];
    return isWanted(TIP) ? [...figures, await measureTipOf(engine("100"), server)] : figures;
  } finally {
    process.off("SIGINT", interrupt).off("SIGTERM", interrupt);
    await server.stop();
  }
}

/** Whether a side is among those asked for. */
function choose(only: string | undefined): (name: string) => boolean {
  const starts = only?.split(",") ?? [""];
  const names = [...SIDES.map(({ name }) => name), TIP];
  const unknown = starts.find((start) => !names.some((name) => name.startsWith(start)));
  if (unknown === undefined) return (name) => starts.some((start) => name.startsWith(start));
  throw new BaseError("BAD_FLAG", `--only ${unknown} names no side`, { hints: [names.join(", ")] });
}

/** All sides in turn, then all again, so that a busy minute of the machine doesn't fall on one alone. */
async function measureSides(sides: readonly Side[], server: NativePostgres, flags: BenchFlags): Promise<Figure[]> {
  const profile = flags.profile ? join(CACHE, "profile") : undefined;
  if (profile !== undefined) {
    rmSync(profile, { recursive: true, force: true });
    mkdirSync(profile, { recursive: true });
  }
  for (const side of sides) await side.prepare?.();
  const measured = new Map<string, Measured[]>(sides.map(({ name }) => [name, []]));
  const chain = await startBenchChain(BLOCKS);
  try {
    for (let run = 1; run <= (flags.runs ?? DEFAULT_RUNS); run++) {
      for (const side of sides) {
        const blocks = side.isPart ? PART_BLOCKS : BLOCKS;
        const job = { rpcUrl: chain.url, until: blocks + 1, ...(profile === undefined ? {} : { profile }) };
        const found = await measure(side, server, job, blocks * EVENTS_PER_BLOCK);
        measured.get(side.name)?.push(found);
        process.stdout.write(`run ${run}, ${side.name}: ${Math.round(rateOf(found))} events per CPU second\n`);
      }
    }
  } finally {
    await chain.stop();
  }
  process.stdout.write(`${formatTable(measured)}\n`);
  checkEqual(measured);
  return compareWithGoals(measured);
}

async function measureTipOf(side: Side, server: NativePostgres): Promise<Figure> {
  await side.prepare?.();
  const { medianMs, p95Ms } = await measureTip(side, server);
  const name = `${side.name}: block to row at the tip, p95 ${p95Ms.toFixed(0)} ms`;
  return { name, value: medianMs, unit: "ms", limit: 300 };
}
