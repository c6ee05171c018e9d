import { hasNativeTimescale } from "#collector/src/testing/native-timescale.ts";
import { MINUTE_MS } from "#kernel/time.ts";
import type { Figure } from "../figure.ts";
import type { BenchFlags } from "../flags.ts";
import { measureAgent, type AgentResult } from "./agent.ts";
import type { DatabaseKind } from "../databases.ts";
import { measureDrain } from "./drain.ts";
import { measureLive, type LiveResult, type LiveTimes } from "./live.ts";
import { measureParse } from "./parse.ts";
import { FULL_RATE, measureStalled, WHOLE_HOUR, type Stall } from "./stalled.ts";
import type { Spent } from "../stopwatch.ts";

const MIB = 2 ** 20;
/** Against each database, at 10 s. */
const GPUS: Record<DatabaseKind, number> = { embedded: 10_000, native: 50_000 };
/** Prometheus' agent is given as many as the native database's collector. */
const AGENT_GPUS = GPUS.native;
/** It has no roll-ups to wait for. */
const AGENT_TIMES: LiveTimes = { warmMs: MINUTE_MS, measuredMs: 2 * MINUTE_MS };
const MAX_LAG_SECONDS = 20;
/** Takes an hour, so only when it is named. */
const HOUR_PART = "hour stalled";
/** Five minutes are left to the samples, a minute passes between two refreshes, which take their time. */
const MAX_ROLLUP_LAG_SECONDS = 480;

/**
 * The collector: how fast it reads bodies, how fast it writes what waits in its spool beside plain COPY, a whole fleet
 * scraped every 10 s beside Prometheus' agent, and its memory while the database is away.
 */
export async function benchCollect({ only }: BenchFlags): Promise<Figure[]> {
  const parts: Record<string, () => Promise<Figure[]>> = {
    parse: parsePart,
    "write embedded": () => writePart("embedded"),
    "write native": () => writePart("native"),
    "live embedded": () => livePart("embedded"),
    "live native": () => livePart("native"),
    agent: agentPart,
    stalled: () => stalledPart(FULL_RATE),
    [HOUR_PART]: () => stalledPart(WHOLE_HOUR),
  };
  const wanted = only?.split(",").map((name) => name.trim());
  const figures: Figure[] = [];
  for (const [name, part] of Object.entries(parts)) {
    if (wanted ? !wanted.some((beginning) => name.startsWith(beginning)) : name === HOUR_PART) continue;
    if (name.endsWith("native") && !hasNativeTimescale) {
      process.stdout.write(`${name}: left out, as no PostgreSQL with TimescaleDB is installed\n`);
    } else figures.push(...(await part()));
  }
  return figures;
}

async function parsePart(): Promise<Figure[]> {
  const { samples, cpuSeconds } = measureParse();
  return [{ name: "parse, samples per CPU s", value: samples / cpuSeconds, unit: "", limit: 600_000, isFloor: true }];
}

async function writePart(kind: DatabaseKind): Promise<Figure[]> {
  const { rows, drained, copied } = await measureDrain(kind);
  process.stdout.write(`${spent(`write ${kind}`, rows, drained)}\n${spent(`COPY ${kind}`, rows, copied)}\n`);
  const share = copied.wallSeconds / drained.wallSeconds;
  return [{ name: `write ${kind}, rows per s over plain COPY's`, value: share, unit: "×", limit: 0.7, isFloor: true }];
}

async function livePart(kind: DatabaseKind): Promise<Figure[]> {
  const result = await measureLive(kind, GPUS[kind]);
  process.stdout.write(`${describeLive(kind, result)}\n`);
  const name = `live ${kind}, ${result.gpus} GPUs`;
  const expectedRows = (result.gpus * result.wallSeconds) / 10;
  return [
    {
      name: `${name}: rows written of those due`,
      value: result.rows / expectedRows,
      unit: "",
      limit: 0.99,
      isFloor: true,
    },
    { name: `${name}: scrapes late or failed`, value: result.lateScrapes + result.failedScrapes, unit: "", limit: 0 },
    { name: `${name}: watermark behind`, value: result.lagSeconds, unit: "s", limit: MAX_LAG_SECONDS },
    { name: `${name}: roll-ups behind`, value: result.rollupLagSeconds, unit: "s", limit: MAX_ROLLUP_LAG_SECONDS },
    { name: `${name}: RSS of the collector`, value: result.peakBytes / MIB, unit: "MiB", limit: 300 },
  ];
}

async function agentPart(): Promise<Figure[]> {
  const agent = await measureAgent(AGENT_GPUS, AGENT_TIMES);
  if (agent) process.stdout.write(`${describeAgent(agent)}\n`);
  return [];
}

async function stalledPart(stall: Stall): Promise<Figure[]> {
  const kind = hasNativeTimescale ? "native" : "embedded";
  const { scrapes, droppedRecords, earlyBytes, lateBytes } = await measureStalled(kind, stall);
  process.stdout.write(
    `stalled: ${scrapes} scrapes, ${droppedRecords} dropped, RSS ${mib(earlyBytes)} then ${mib(lateBytes)}\n`,
  );
  return [
    {
      name: "stalled database: RSS at the end over that after a minute",
      value: lateBytes / earlyBytes,
      unit: "×",
      limit: 1.15,
    },
  ];
}

const mib = (bytes: number): string => `${Math.round(bytes / MIB)} MiB`;

function spent(name: string, rows: number, { ownSeconds, databaseSeconds, wallSeconds }: Spent): string {
  const micros = (seconds: number): string => `${((seconds / rows) * 1e6).toFixed(1)} µs a row`;
  const rate = `${Math.round(rows / wallSeconds)} rows a second`;
  return `${name}: ${rate}, own ${micros(ownSeconds)}, database ${micros(databaseSeconds)}`;
}

function describeLive(kind: DatabaseKind, result: LiveResult): string {
  const { samples, rows, wallSeconds, collectorCpu, databaseCpu, peakBytes } = result;
  return [
    `live ${kind}: ${Math.round(samples / wallSeconds)} samples and ${Math.round(rows / wallSeconds)} rows a second`,
    `collector ${(collectorCpu / wallSeconds).toFixed(2)} cores (${Math.round(samples / collectorCpu)} samples per CPU s)`,
    `database ${(databaseCpu / wallSeconds).toFixed(2)} cores`,
    `RSS ${mib(peakBytes)}`,
  ].join(", ");
}

function describeAgent({ samples, cpuSeconds, peakBytes }: AgentResult): string {
  return `agent: ${Math.round(samples / cpuSeconds)} samples per CPU s, RSS ${mib(peakBytes)}`;
}
