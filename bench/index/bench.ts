import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { BaseError } from "#kernel/errors.ts";
import { startNativePostgres } from "#indexer/testdata/native-postgres.ts";
import type { BenchFlags, Figure } from "../main.ts";
import { CACHE, EVENTS_PER_BLOCK, startBenchChain } from "./chain.ts";
import { compareWithGoals } from "./goals.ts";
import { graphNode } from "./graph-node.ts";
import { ponder } from "./ponder.ts";
import { formatTable, rateOf } from "./report.ts";
import { measure, type Measured, type Side } from "./run.ts";
import { engine, limit } from "./sides.ts";

const BLOCKS = 3_000;
/** Of the chain, for sides that would take too long with all: 20,000 events. */
const PART_BLOCKS = 400;
const DEFAULT_RUNS = 3;

/** The last block of the part; block 1 has the contract, events begin in block 2. */
const PART_END = PART_BLOCKS + 1;

const SIDES: readonly Side[] = [
  limit(),
  engine("auto"),
  engine("never"),
  ponder(),
  engine("auto", PART_END),
  engine("never", PART_END),
  graphNode("auto", PART_END),
  graphNode("never", PART_END),
];

/** The engine beside its peers on one generated chain; then how soon a block's rows can be seen at the tip. */
export async function benchIndex(flags: BenchFlags): Promise<Figure[]> {
  const sides = chosenSides(flags.only);
  const runs = flags.runs ?? DEFAULT_RUNS;
  const profile = flags.profile ? join(CACHE, "profile") : undefined;
  if (profile !== undefined) {
    rmSync(profile, { recursive: true, force: true });
    mkdirSync(profile, { recursive: true });
  }
  for (const side of sides) await side.prepare?.();
  const measured = new Map<string, Measured[]>(sides.map(({ name }) => [name, []]));
  const server = await startNativePostgres({ isDurable: true });
  const chain = await startBenchChain(BLOCKS);
  try {
    for (let run = 0; run < runs; run++) {
      for (const side of sides) {
        const blocks = side.isPart ? PART_BLOCKS : BLOCKS;
        const job = { rpcUrl: chain.url, until: blocks + 1, ...(profile === undefined ? {} : { profile }) };
        const found = await measure(side, server, job, blocks * EVENTS_PER_BLOCK);
        measured.get(side.name)?.push(found);
        process.stdout.write(`run ${run + 1}, ${side.name}: ${Math.round(rateOf(found))} events per CPU second\n`);
      }
    }
  } finally {
    await chain.stop();
    await server.stop();
  }
  process.stdout.write(`${formatTable(measured)}\n`);
  checkEqual(measured);
  return compareWithGoals(measured);
}

function chosenSides(only: string | undefined): Side[] {
  if (only === undefined) return [...SIDES];
  const chosen = SIDES.filter(({ name }) => only.split(",").some((start) => name.startsWith(start)));
  if (chosen.length > 0) return chosen;
  const names = SIDES.map(({ name }) => name).join("; ");
  throw new BaseError("BAD_FLAG", `--only ${only} names no side`, { hints: [`sides begin with: ${names}`] });
}

/** Sides that indexed the same blocks must have the same rows, in each run. */
function checkEqual(measured: ReadonlyMap<string, readonly Measured[]>): void {
  const first = new Map<number, { name: string; digest: string }>();
  for (const [name, runs] of measured) {
    for (const { events, digest } of runs) {
      const known = first.get(events) ?? { name, digest };
      first.set(events, known);
      if (known.digest === digest && digest.includes(`trade ${events} `)) continue;
      throw new BaseError("ROWS_DIFFER", `${name} and ${known.name} have other rows`, {
        hints: [`${name}: ${digest}`, `${known.name}: ${known.digest}`],
      });
    }
  }
}
