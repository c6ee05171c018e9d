import { performance } from "node:perf_hooks";
import type { Hex } from "#api/src/domain/rewards/hash/hex.ts";
import { claimsTree } from "#api/src/domain/rewards/leaves.ts";
import { parseInputs } from "#api/src/domain/rewards/parse.ts";
import { settle } from "#api/src/domain/rewards/settle.ts";
import type { EpochResult } from "#api/src/domain/rewards/types.ts";
import { gatherEpochInputs } from "#api/src/facts/epoch-inputs.ts";
import { readAllClaims } from "#api/src/sources/ledger.ts";
import { withSnapshot } from "#api/src/sources/snapshot.ts";
import { verifyEpoch } from "#api/src/verify/verify.ts";
import { createPool, type Pool } from "#kernel/pg.ts";
import { EPOCH, START } from "./database.ts";
import type { SideResult } from "./side.ts";

const DAY = 86_400;
const span = { epoch: EPOCH, start: START, end: START + DAY };

/** From the tables to the roots, as the settlement job does it. */
async function fromTables(pool: Pool): Promise<EpochResult> {
  const previous = await withSnapshot(pool, (snapshot) => readAllClaims(snapshot, EPOCH - 1));
  const request = { ...span, previous, finalThrough: BigInt(START + DAY) };
  return settle(parseInputs(await withSnapshot(pool, (snapshot) => gatherEpochInputs(snapshot, request), 600_000)));
}

/** The same as `bc verify --telemetry kept` does it, with a chain that says what was computed before. */
async function verified(pool: Pool, before: SideResult): Promise<EpochResult> {
  const claims = await withSnapshot(pool, (snapshot) => readAllClaims(snapshot, EPOCH - 1));
  const { root } = claimsTree(claims.map(({ account, cumulative }) => ({ account: account as Hex, cumulative })));
  const theirs = { linesRoot: before.linesRoot as Hex, total: 0n, inputsHash: root, methodologyVersion: 1, budget: 0n };
  const { result, differences } = await verifyEpoch(
    pool,
    {
      ...{ genesis: START - EPOCH * DAY, length: DAY, headAt: START + DAY, committedCount: EPOCH + 1 },
      commitOf: async (epoch) => ({ ...theirs, claimsRoot: epoch < EPOCH ? root : (`0x${"0".repeat(64)}` as const) }),
    },
    { epoch: EPOCH, evidence: "kept" },
  );
  if (differences.some(({ name }) => name === "linesRoot")) throw new Error("BUG: verify finds other lines");
  return result;
}

const [side = "", url = "", before = "{}"] = process.argv.slice(2);
const pool = createPool(url, { name: "bench", max: 1 });
const cpuBefore = process.cpuUsage();
const from = performance.now();
const { linesRoot, lines } = await (side === "verify"
  ? verified(pool, JSON.parse(before) as SideResult)
  : fromTables(pool));
const wallSeconds = (performance.now() - from) / 1_000;
const { user, system } = process.cpuUsage(cpuBefore);
await pool.end();
const result: SideResult = {
  linesRoot,
  lines: lines.length,
  wallSeconds,
  cpuSeconds: (user + system) / 1e6,
  rssMiB: process.resourceUsage().maxRSS / 1024,
};
process.stdout.write(JSON.stringify(result));
