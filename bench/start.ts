import { spawn, execFileSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { EXAMPLES } from "#api/src/graphql/examples.ts";
import { acquireLock } from "#kernel/lock.ts";
import { bucketStart, MINUTE_MS, sleep } from "#kernel/time.ts";
import type { Figure } from "./figure.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const FIRST_LIMIT_SECONDS = 90;
const SECOND_LIMIT_SECONDS = 20;
const GIVE_UP_MS = 240_000;
const STOP_MS = 60_000;

/** What the README's query answers, as far as it is looked at here. */
export interface GpuAnswer {
  data?: {
    gpu: {
      owner: unknown;
      operator: unknown;
      pool: unknown;
      telemetry: { at: string[]; powerWatts: (number | null)[] } | null;
      asOf: { block: { timestamp: string }; sampledThrough: string | null };
    } | null;
  } | null;
  errors?: unknown;
}

/**
 * `npm start` in a fresh clone with the packages installed, until the README's query has its first good answer: the GPU
 * with owner, operator and pool from the chain, and a power reading from the telemetry, all since this start. Then
 * Ctrl-C, and the same again.
 * Ports are the defaults: nothing else may run on them.
 */
export async function benchStart(): Promise<Figure[]> {
  const clone = mkdtempSync(join(tmpdir(), "bc-bench-"));
  try {
    execFileSync("git", ["clone", "--quiet", ROOT, clone]);
    symlinkSync(join(ROOT, "node_modules"), join(clone, "node_modules"));
    const first = await measure(clone);
    const second = await measure(clone);
    return [
      { name: "npm start to the first good answer, fresh", value: first, unit: "s", limit: FIRST_LIMIT_SECONDS },
      { name: "npm start to the first good answer, again", value: second, unit: "s", limit: SECOND_LIMIT_SECONDS },
    ];
  } finally {
    rmSync(clone, { recursive: true, force: true });
  }
}

async function measure(clone: string): Promise<number> {
  // A reading of a minute that began with the run can't be of the run before it.
  await sleep(bucketStart(Date.now(), MINUTE_MS) + MINUTE_MS - Date.now());
  const startedAt = Date.now();
  const npm = spawn("npm", ["start"], { cwd: clone, stdio: "ignore", detached: true });
  try {
    while (!isGoodAnswer(await ask(), startedAt)) {
      if (Date.now() - startedAt > GIVE_UP_MS || npm.exitCode !== null) throw new Error("no good answer came");
      await sleep(100);
    }
    return (Date.now() - startedAt) / 1_000;
  } finally {
    await interrupt(npm, clone);
  }
}

async function ask(): Promise<GpuAnswer> {
  const [{ query }] = EXAMPLES;
  try {
    const response = await fetch("http://localhost:4000/graphql", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ query }),
    });
    return (await response.json()) as GpuAnswer;
  } catch {
    return {}; // it does not listen yet
  }
}

/** Whether the answer is whole and stands on a block and a sample since `startedAt` (milliseconds since 1970). */
export function isGoodAnswer({ data, errors }: GpuAnswer, startedAt: number): boolean {
  const gpu = data?.gpu;
  if (errors !== undefined || !gpu || [gpu.owner, gpu.operator, gpu.pool].includes(null)) return false;
  const { block, sampledThrough } = gpu.asOf;
  if (sampledThrough === null || Date.parse(block.timestamp) < startedAt || Date.parse(sampledThrough) < startedAt)
    return false;
  const minute = bucketStart(startedAt, MINUTE_MS);
  return gpu.telemetry?.at.some((at, n) => Date.parse(at) >= minute && gpu.telemetry?.powerWatts[n] !== null) ?? false;
}

/** Ctrl-C, as a terminal sends it: to the whole process group; then waits until the network has let go of its folder. */
async function interrupt(npm: ChildProcess, clone: string): Promise<void> {
  if (npm.exitCode === null && npm.pid !== undefined) {
    const ended = once(npm, "exit");
    process.kill(-npm.pid, "SIGINT");
    await ended;
  }
  // npm may go before the network has stopped, which gives its lock back last of all.
  for (const giveUpAt = Date.now() + STOP_MS; ; await sleep(50)) {
    try {
      acquireLock(join(clone, ".data", "lock"), "the benchmark's network")();
      return;
    } catch (error) {
      if (Date.now() > giveUpAt) throw error;
    }
  }
}
