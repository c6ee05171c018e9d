import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { accountOf } from "#devnet/market/wallets.ts";
import type { ChildTask } from "./child.ts";
import { jobOptions, type SettlementFixture } from "./fixture.ts";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
/** Of what a job in a process of its own says, so much is kept. */
const SAID_CHARS = 4_000;

/** Runs jobs in processes of their own that are killed where they say so. */
export interface Faller {
  /** Runs one until it falls at the first point of this name; "" until it has nothing more to do. */
  run(fallAt: string): Promise<void>;
  close(): void;
}

/** Translates the process once: it starts in a third of the time. */
export async function openFaller(fixture: SettlementFixture, oracles: readonly number[]): Promise<Faller> {
  mkdirSync(`${ROOT}/.cache`, { recursive: true });
  const outfile = `${ROOT}/.cache/settlement-child-${process.pid}.mjs`;
  await build({
    absWorkingDir: ROOT,
    entryPoints: ["api/test/settlement/child.ts"],
    outfile,
    bundle: true,
    packages: "external",
    format: "esm",
    platform: "node",
    target: "node20",
    logLevel: "silent",
  });
  const { databaseUrl, rpcUrl, addresses } = jobOptions(fixture, oracles);
  const keys = oracles.map((index) => Buffer.from(accountOf(index).getHdKey().privateKey ?? []).toString("hex"));
  const task = { databaseUrl, rpcUrl, addresses, keys: keys as ChildTask["keys"], gasLimit: 260_000 };
  return {
    run: (fallAt) => runOnce(outfile, { ...task, fallAt }),
    close: () => rmSync(outfile, { force: true }),
  };
}

async function runOnce(path: string, task: ChildTask): Promise<void> {
  const child = spawn(process.execPath, [path, JSON.stringify(task)], { stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => (said = `${said}${chunk.toString()}`.slice(-SAID_CHARS)));
  const timer = setTimeout(() => child.kill("SIGTERM"), 30_000);
  const [code, signal] = (await once(child, "exit")) as [number | null, string | null];
  clearTimeout(timer);
  const isRight = task.fallAt === "" ? code === 0 : signal === "SIGKILL";
  if (!isRight) throw new Error(`the job for "${task.fallAt}" ended with ${signal ?? code}: ${said}`);
}
