import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { refreshPastMinutes, type PastMinutesOptions } from "#collector/index.ts";
import type { Logger } from "#kernel/log.ts";
import { SECOND_MS } from "#kernel/time.ts";
import type { Deployment } from "./deployment.ts";
import { writeWhole } from "./files.ts";
import { startFleetPast, type FleetPast } from "./fleet/index.ts";
import type { Fleet } from "./fleet/types.ts";
import { bootstrapMarket } from "./market/bootstrap.ts";
import { historyEnds, playHistory, type PlayedDay } from "./market/history/index.ts";
import { laterHosts } from "./market/history/month/growth.ts";
import type { MarketPlan } from "./market/plan.ts";
import { connect } from "./market/wallets.ts";

type Span = PastMinutesOptions["span"];

/** The past's days, on disk from the moment the chain has them until their telemetry is written. */
interface KeptDays {
  /** seconds since 1970 */
  beginsAt: number;
  endsAt: number;
  days: PlayedDay[];
}

/** Whose past it is, and where its telemetry goes. */
export interface PastOptions {
  dataDir: string;
  databaseUrl: string;
  plan: MarketPlan;
  seed: number;
  /** held */
  fleet: Fleet;
  logger: Logger;
}

/** What a past is played with. */
export interface PlayOptions extends PastOptions {
  /** of a chain that waits in its past */
  rpcUrl: string;
  deployment: Deployment;
}

/** Telemetry that is being written. */
export interface Writing {
  /** Waits until it is written, up to the present; then the fleet is open, and `tidyPast` has something to do. */
  finish(): Promise<void>;
  /** Gives up; the next start writes it. Idempotent. */
  stop(): Promise<void>;
}

const pathOf = (dataDir: string): string => join(dataDir, "past-days.json");
const untidyPathOf = (dataDir: string): string => join(dataDir, "past-minutes.json");

/** Whether a chain's past has been played whose telemetry isn't all written. */
export function isPastUnwritten(dataDir: string): boolean {
  return existsSync(pathOf(dataDir));
}

/**
 * Plays the past on a chain that waits in it, from the first operator on. Its telemetry is written meanwhile, each day's
 * from when it is played.
 */
export async function playPast(options: PlayOptions): Promise<Writing> {
  const { rpcUrl, deployment, plan, seed, fleet, logger, dataDir } = options;
  const network = connect(rpcUrl, deployment);
  const ends = await historyEnds(network, plan);
  const telemetry = await startFleetPast({ ...options, ...ends, later: laterHosts(plan, ends.beginsAt) });
  const days: PlayedDay[] = [];
  const onDay = (day: PlayedDay): void => {
    days.push(day);
    void telemetry.write(day); // told by `finish`
  };
  try {
    await bootstrapMarket(network, plan, fleet.gpus, logger, { isBeginning: true });
    await playHistory(network, plan, seed, logger, { gpus: fleet.gpus, onDay });
  } catch (error) {
    await telemetry.stop();
    throw error;
  }
  writeWhole(pathOf(dataDir), JSON.stringify({ ...ends, days } satisfies KeptDays));
  return writingOf(telemetry, dataDir, ends);
}

/** Writes the telemetry of a past that was played by an earlier start, all of it: that start was cut off in it. */
export async function writePast(options: PastOptions): Promise<Writing> {
  const { beginsAt, endsAt, days } = JSON.parse(readFileSync(pathOf(options.dataDir), "utf8")) as KeptDays;
  const telemetry = await startFleetPast({ ...options, beginsAt, endsAt, later: laterHosts(options.plan, beginsAt) });
  for (const day of days) void telemetry.write(day);
  return writingOf(telemetry, options.dataDir, { beginsAt });
}

function writingOf(telemetry: FleetPast, dataDir: string, { beginsAt }: Pick<KeptDays, "beginsAt">): Writing {
  return {
    finish: async () => {
      const span: Span = { from: beginsAt * SECOND_MS, to: await telemetry.finish() };
      writeWhole(untidyPathOf(dataDir), JSON.stringify(span));
      rmSync(pathOf(dataDir));
    },
    stop: () => telemetry.stop(),
  };
}

/**
 * Refreshes the past's roll-ups by minute, which are read from the samples until then, if that hasn't been done. It takes
 * its time, so that a network that has just started answers.
 *
 * @throws what the database says, and the signal's reason; the next start does it then
 */
export async function tidyPast(dataDir: string, databaseUrl: string, signal: AbortSignal): Promise<void> {
  const path = untidyPathOf(dataDir);
  if (!existsSync(path)) return;
  const span = JSON.parse(readFileSync(path, "utf8")) as Span;
  await refreshPastMinutes({ databaseUrl, span, signal });
  rmSync(path);
}
