import { spawn, execFileSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { EXAMPLES } from "#api/src/graphql/examples.ts";
import { sleep } from "#kernel/time.ts";
import type { Figure } from "./main.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const FIRST_LIMIT_SECONDS = 60;
const SECOND_LIMIT_SECONDS = 15;
const GIVE_UP_MS = 180_000;

/**
 * `npm start` in a fresh clone with the packages installed, until the README's query has its first good answer: the GPU
 * with owner, operator and pool from the chain, and a power reading from the telemetry. Then Ctrl-C, and the same again.
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
  const startedAt = Date.now();
  const npm = spawn("npm", ["start"], { cwd: clone, stdio: "ignore", detached: true });
  try {
    while (!(await hasGoodAnswer())) {
      if (Date.now() - startedAt > GIVE_UP_MS || npm.exitCode !== null) throw new Error("no good answer came");
      await sleep(100);
    }
    return (Date.now() - startedAt) / 1_000;
  } finally {
    await interrupt(npm);
  }
}

async function hasGoodAnswer(): Promise<boolean> {
  const [{ query }] = EXAMPLES;
  try {
    const response = await fetch("http://localhost:4000/graphql", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ query }),
    });
    const { data, errors } = (await response.json()) as {
      data: {
        gpu: { owner: unknown; operator: unknown; pool: unknown; telemetry: { powerWatts: unknown[] } | null } | null;
      };
      errors?: unknown;
    };
    const gpu = data.gpu;
    if (errors !== undefined || !gpu || [gpu.owner, gpu.operator, gpu.pool].includes(null)) return false;
    return gpu.telemetry?.powerWatts.some((value) => value !== null) ?? false;
  } catch {
    return false;
  }
}

/** Ctrl-C, as a terminal sends it: to the whole process group. */
async function interrupt(npm: ChildProcess): Promise<void> {
  if (npm.exitCode === null && npm.pid !== undefined) {
    const ended = once(npm, "exit");
    process.kill(-npm.pid, "SIGINT");
    await ended;
  }
  // npm may go before the network has stopped.
  while (
    await fetch("http://localhost:4000/healthz").then(
      () => true,
      () => false,
    )
  )
    await sleep(100);
  await sleep(3_000);
}
