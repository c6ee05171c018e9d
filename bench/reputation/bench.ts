import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { hasNativeTimescale } from "#collector/src/testing/native-timescale.ts";
import { createPool } from "#kernel/pg.ts";
import type { Figure } from "../figure.ts";
import { cpuOfTree } from "../index/proc.ts";
import { openNetwork, repeatDays, type NetworkSize } from "./database.ts";
import type { SideResult } from "./side.ts";

const SIZE: NetworkSize = { operators: 1_000, gpus: 100_000, payers: 25, days: 90 };
const SIDE = fileURLToPath(new URL("side.ts", import.meta.url));
const HEAP_MIB = 8_192;

type Measured = SideResult & { databaseSeconds: number };

/**
 * Scores of a large network: its next hour from roll-ups to published scores, by a job that has to load what it goes on from; all
 * days again from kept facts; and reading and parsing the same texts alone. On a server where there is one.
 */
export async function benchReputation(): Promise<Figure[]> {
  const database = await openNetwork(hasNativeTimescale ? "native" : "embedded", SIZE);
  try {
    await measure("cold", database); // makes the last day's facts
    const pool = createPool(database.url, { name: "bench", max: 1 });
    const { rows } = await pool.query<{ bytes: number; stored: number }>(
      "select sum(length(facts))::float8 as bytes, sum(pg_column_size(facts))::float8 as stored from reputation.facts",
    );
    await repeatDays(pool, SIZE).finally(() => pool.end());
    await measure("base", database);
    await measure("cold", database);
    const hour = await measure("hour", database);
    const full = await measure("full", database);
    const limit = await measure("limit", database);
    const mega = (bytes: number | undefined): string => ((bytes ?? 0) / 1e6).toFixed(1);
    process.stdout.write(`facts of a day: ${mega(rows[0]?.bytes)} MB as text, ${mega(rows[0]?.stored)} MB as stored\n`);
    return [
      { name: "an hour of 100,000 GPUs, database included", value: hour.wallSeconds, unit: "s", limit: 5 },
      { name: "an hour, CPU, the database's too", value: cpu(hour), unit: "s", limit: 8 },
      { name: "an hour, memory", value: hour.rssMiB, unit: "MiB", limit: 1_024 },
      { name: "90 days from kept facts", value: full.wallSeconds, unit: "s", limit: 60 },
      { name: "90 days from kept facts, CPU, the database's too", value: cpu(full), unit: "s", limit: 60 },
      { name: "90 days, memory", value: full.rssMiB, unit: "MiB", limit: 2_048 },
      { name: "90 days, CPU over reading and parsing alone", value: cpu(full) / cpu(limit), unit: "×", limit: 12 },
    ];
  } finally {
    await database.stop();
  }
}

const cpu = ({ cpuSeconds, databaseSeconds }: Measured): number => cpuSeconds + databaseSeconds;

/** A run in a process of its own; the server's time counts from when that says that it is ready. */
async function measure(side: string, { url, pid }: { url: string; pid: number }): Promise<Measured> {
  const args = [`--max-old-space-size=${HEAP_MIB}`, "--import", "tsx", SIDE, side, url];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
  let [before, said] = [cpuOfTree(pid), ""];
  child.stderr.on("data", (chunk: Buffer) => {
    said += String(chunk);
    if (String(chunk).includes("ready")) before = cpuOfTree(pid);
  });
  const [out, [code]] = await Promise.all([text(child.stdout), once(child, "close") as Promise<[number | null]>]);
  if (code !== 0) throw new Error(`${side} ended with ${String(code)}: ${said}`);
  const result = JSON.parse(out) as SideResult;
  const databaseSeconds = cpuOfTree(pid) - before;
  const { wallSeconds, cpuSeconds, rssMiB, subjects } = result;
  const times = `${wallSeconds.toFixed(2)} s, ${cpuSeconds.toFixed(2)} + ${databaseSeconds.toFixed(2)} CPU s, ${Math.round(rssMiB)} MiB`;
  process.stdout.write(`${side.padEnd(6)} ${subjects}: ${times}\n`);
  return { ...result, databaseSeconds };
}
