import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { text as collect } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { messageOf } from "#kernel/errors.ts";
import { startChild, type Child } from "#kernel/child.ts";

const run = promisify(execFile);
const CACHE = fileURLToPath(new URL("../../../.cache/prometheus", import.meta.url));

/** Debian's Prometheus, or why it can't be had. */
export type FoundPrometheus = { prometheus: string; promtool: string } | { why: string };

/**
 * Debian's own build of Prometheus, taken from its package into .cache the first time. It is no package that we depend on:
 * where Debian's archive can't be reached, tests with it are skipped by name.
 */
export async function findPrometheus(): Promise<FoundPrometheus> {
  const found = { prometheus: join(CACHE, "prometheus"), promtool: join(CACHE, "promtool") };
  try {
    if (!existsSync(found.prometheus)) await download();
    await Promise.all(Object.values(found).map(checkLibraries));
    return found;
  } catch (error) {
    return { why: `Debian's package of Prometheus can't be had: ${messageOf(error).slice(0, 200)}` };
  }
}

async function download(): Promise<void> {
  mkdirSync(CACHE, { recursive: true });
  const dir = mkdtempSync(`${CACHE}-`);
  try {
    await run("apt-get", ["download", "prometheus"], { cwd: dir, timeout: 60_000 });
    const [name = ""] = readdirSync(dir).filter((file) => file.endsWith(".deb"));
    await run("dpkg", ["-x", name, "unpacked"], { cwd: dir, timeout: 60_000 });
    // In one go each: another process may be doing the same.
    for (const program of ["promtool", "prometheus"]) {
      renameSync(join(dir, "unpacked/usr/bin", program), join(CACHE, program));
    }
  } finally {
    rmSync(dir, { recursive: true });
  }
}

async function checkLibraries(program: string): Promise<void> {
  chmodSync(program, 0o755);
  const { stdout } = await run("ldd", [program]);
  const missing = stdout.split("\n").filter((line) => line.includes("not found"));
  if (missing.length > 0) throw new Error(`it needs ${missing.map((line) => line.trim()).join(", ")}`);
}

/** What `promtool check metrics` says of an exporter's text, line by line. */
export async function checkMetrics(promtool: string, text: string): Promise<string[]> {
  const child = spawn(promtool, ["check", "metrics"], { stdio: ["pipe", "pipe", "pipe"] });
  child.stdin.end(text);
  const [out, err] = await Promise.all([collect(child.stdout), collect(child.stderr), once(child, "exit")]);
  return `${out}${err}`.split("\n").filter((line) => line !== "");
}

/** A running Prometheus. */
export interface TestPrometheus {
  /** lines of its log that warn or worse */
  readonly complaints: string[];
  /** asks its API, e.g. "targets" */
  ask<T>(path: string): Promise<T>;
  stop: Child["stop"];
}

/**
 * Starts Prometheus in a folder of its own, and waits until it is ready.
 *
 * @param config its prometheus.yml, as JSON, which is YAML too
 */
export async function startPrometheus(
  program: string,
  { dir, port, config }: { dir: string; port: number; config: unknown },
): Promise<TestPrometheus> {
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, "prometheus.yml"), JSON.stringify(config));
  const complaints: string[] = [];
  const child = await startChild({
    name: "prometheus",
    command: program,
    args: [
      `--config.file=${join(dir, "prometheus.yml")}`,
      `--storage.tsdb.path=${join(dir, "data")}`,
      `--web.listen-address=127.0.0.1:${port}`,
      "--log.level=info",
    ],
    env: { PATH: process.env["PATH"], GOMAXPROCS: "1" },
    onLine: (line) => void (/level=(warn|error)/.test(line) && complaints.push(line)),
    isReady: (line) => line.includes("Server is ready to receive web requests"),
    readyTimeoutMs: 60_000,
  });
  const ask = async <T>(path: string): Promise<T> => {
    const answer = await fetch(`http://127.0.0.1:${port}/api/v1/${path}`);
    return ((await answer.json()) as { data: T }).data;
  };
  return { complaints, ask, stop: (graceMs) => child.stop(graceMs) };
}
