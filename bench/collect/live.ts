import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { freePort } from "#indexer/testdata/free-port.ts";
import { startChild, type Child } from "#kernel/child.ts";
import { createPool, type Pool } from "#kernel/pg.ts";
import { MINUTE_MS, SECOND_MS, sleep } from "#kernel/time.ts";
import { cpuOfTree, peakMemoryOfTree } from "../index/proc.ts";
import { GPUS_PER_HOST } from "./bodies.ts";
import { openDatabase, type DatabaseKind } from "../databases.ts";
import { startLoadFleet } from "./fleet.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
/** Between two scrapes of a target. */
export const SCRAPE_SECONDS = 10;

/** How long a side runs before it is measured, and how long it is. */
export interface LiveTimes {
  warmMs: number;
  measuredMs: number;
}

/** Every target was seen by then, V8 has compiled, and roll-ups are being made. */
const TIMES: LiveTimes = { warmMs: 5 * MINUTE_MS, measuredMs: 3 * MINUTE_MS };

/** A collector at work on a whole fleet. */
export interface LiveResult {
  gpus: number;
  /** written in the measured time */
  rows: number;
  samples: number;
  collectorCpu: number;
  databaseCpu: number;
  wallSeconds: number;
  peakBytes: number;
  lateScrapes: number;
  failedScrapes: number;
  /** by which the watermark was behind at the end */
  lagSeconds: number;
  /** by which the minutes' roll-ups were behind at the end, the five minutes left to the samples included */
  rollupLagSeconds: number;
}

/** Runs `bc collect` on a fleet of simulated hosts for some minutes, and measures the last three of them. */
export async function measureLive(kind: DatabaseKind, gpus: number): Promise<LiveResult> {
  const dir = mkdtempSync(join(tmpdir(), "bc-bench-live-"));
  const database = await openDatabase(kind);
  const fleet = await startLoadFleet(gpus / GPUS_PER_HOST, join(dir, "targets.json"));
  const port = await freePort();
  const pool = createPool(database.url, { name: "bench", max: 1 });
  let collector: Child | undefined;
  try {
    collector = await startCollector({ dir, url: database.url, targetsFile: fleet.targetsFile, port });
    await sleep(TIMES.warmMs);
    const [before, collectorBefore, databaseBefore, startedAt] = [
      await readCounters(port),
      cpuOfTree(collector.pid),
      cpuOfTree(database.pid),
      performance.now(),
    ];
    await sleep(TIMES.measuredMs);
    const after = await readCounters(port);
    const rise = (name: string): number => (after.get(name) ?? 0) - (before.get(name) ?? 0);
    return {
      gpus,
      rows: rise("bc_collector_written_rows_total"),
      samples: rise("bc_collector_samples_total"),
      collectorCpu: cpuOfTree(collector.pid) - collectorBefore,
      databaseCpu: cpuOfTree(database.pid) - databaseBefore,
      wallSeconds: (performance.now() - startedAt) / SECOND_MS,
      peakBytes: peakMemoryOfTree(collector.pid),
      lateScrapes: rise("bc_collector_late_scrapes"),
      failedScrapes: rise("bc_collector_scrapes_total") - rise("bc_collector_scrapes_total up"),
      lagSeconds: after.get("bc_collector_lag_seconds") ?? NaN,
      rollupLagSeconds: await rollupLag(pool),
    };
  } finally {
    await collector?.stop();
    await pool.end();
    await fleet.stop();
    await database.stop();
    rmSync(dir, { recursive: true, force: true });
  }
}

interface CollectorOrder {
  dir: string;
  url: string;
  targetsFile: string;
  port: number;
  scrapeSeconds?: number;
}

/** `bc collect`, as anyone would run it. */
export async function startCollector({
  dir,
  url,
  targetsFile,
  port,
  scrapeSeconds = SCRAPE_SECONDS,
}: CollectorOrder): Promise<Child> {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { scripts: { bc: string } };
  // what was changed since the last run is bundled now rather than by the collector
  await promisify(execFile)(process.execPath, ["cli/bc.mjs", "--help"], { cwd: ROOT });
  return startChild({
    name: "collector",
    command: process.execPath,
    args: [
      ...scripts.bc.split(" ").slice(1),
      ...["collect", "--database", url, "--targets", targetsFile, "--data", dir, "--allow-private", "yes"],
      ...["--scrape-seconds", String(scrapeSeconds), "--collector-port", String(port), "--log-level", "warn"],
    ],
    cwd: ROOT,
    onLine: (line) => process.stderr.write(`${line}\n`),
  });
}

/** What a process says of itself on /metrics: summed by name, and by name and result. */
export async function readCounters(port: number): Promise<Map<string, number>> {
  const response = await fetch(`http://127.0.0.1:${port}/metrics`);
  const values = new Map<string, number>();
  for (const line of (await response.text()).split("\n")) {
    const [, name = "", labels = "", value = ""] = /^(\w+)(\{.*\})? (\S+)$/.exec(line) ?? [];
    if (name === "") continue;
    values.set(name, (values.get(name) ?? 0) + Number(value));
    const [, result] = /result="(\w+)"/.exec(labels) ?? [];
    if (result !== undefined) values.set(`${name} ${result}`, Number(value));
  }
  return values;
}

async function rollupLag(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ lag: number }>(
    `select extract(epoch from now() - max(bucket) - interval '1 minute')::float8 as lag
     from _timescaledb_internal.${await materializedName(pool)}`,
  );
  return rows[0]?.lag ?? NaN;
}

async function materializedName(pool: Pool): Promise<string> {
  const { rows } = await pool.query<{ name: string }>(
    `select materialization_hypertable_name as name from timescaledb_information.continuous_aggregates where view_name = 'gpu_1m'`,
  );
  return rows[0]?.name ?? "";
}
