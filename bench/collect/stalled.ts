import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "#indexer/testdata/free-port.ts";
import { MINUTE_MS, sleep } from "#kernel/time.ts";
import { treeOf } from "../index/proc.ts";
import { openDatabase, type DatabaseKind } from "../databases.ts";
import { startLoadFleet } from "./fleet.ts";
import { readCounters, startCollector } from "./live.ts";

/** A stall, longer than the spool's gigabyte lasts: the oldest scrapes are being dropped at its end. */
export interface Stall {
  /** each scraped every second */
  hosts: number;
  stalledMs: number;
}
/** As many scrapes as 50,000 GPUs have at 10 s. */
export const FULL_RATE: Stall = { hosts: 625, stalledMs: 6 * MINUTE_MS };
/** As many as 10,000 GPUs have. */
export const WHOLE_HOUR: Stall = { hosts: 125, stalledMs: 60 * MINUTE_MS };
const WARM_MS = MINUTE_MS;

/** A collector whose database has stopped answering. */
export interface StalledResult {
  scrapes: number;
  droppedRecords: number;
  /** of the collector, a minute into the stall and at its end */
  earlyBytes: number;
  lateBytes: number;
}

/** Stops the database's processes where they are, and looks how the collector's memory grows. */
export async function measureStalled(kind: DatabaseKind, { hosts, stalledMs }: Stall): Promise<StalledResult> {
  const dir = mkdtempSync(join(tmpdir(), "bc-bench-stalled-"));
  const database = await openDatabase(kind);
  const fleet = await startLoadFleet(hosts, join(dir, "targets.json"));
  const port = await freePort();
  const order = { dir, url: database.url, targetsFile: fleet.targetsFile, port, scrapeSeconds: 1 };
  const collector = await startCollector(order);
  let stopped: number[] = [];
  try {
    await sleep(WARM_MS);
    const before = (await readCounters(port)).get("bc_collector_scrapes_total") ?? NaN;
    stopped = treeOf(database.pid);
    for (const pid of stopped) process.kill(pid, "SIGSTOP");
    await sleep(MINUTE_MS);
    const earlyBytes = residentBytes(collector.pid);
    await sleep(stalledMs - MINUTE_MS);
    const after = await readCounters(port);
    return {
      scrapes: (after.get("bc_collector_scrapes_total") ?? NaN) - before,
      droppedRecords: after.get("bc_collector_spool_dropped_records") ?? NaN,
      earlyBytes,
      lateBytes: residentBytes(collector.pid),
    };
  } finally {
    for (const pid of stopped) process.kill(pid, "SIGCONT");
    await collector.stop();
    await fleet.stop();
    await database.stop();
    rmSync(dir, { recursive: true, force: true });
  }
}

function residentBytes(pid: number): number {
  return Number(/^VmRSS:\s*(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "latin1"))?.[1] ?? NaN) * 1_024;
}
