import { setImmediate as turn } from "node:timers/promises";
import { importHistory, parseFileSd, type PastScrape } from "#collector/index.ts";
import type { Logger } from "#kernel/log.ts";
import { HOUR_MS, SECOND_MS } from "#kernel/time.ts";
import type { Use } from "../../market/history/use.ts";
import { noise } from "../random.ts";
import { fileSdOf } from "../server.ts";
import type { Fleet } from "../types.ts";
import { FleetChanges } from "./changes.ts";
import { HostReader } from "./readings.ts";
import { PastSchedule } from "./schedule.ts";
import { smallTroubles } from "./small-troubles.ts";

/** Name of the collector that writes what was skipped; retired when that is done. */
const COLLECTOR = "skipped";
const COARSE_SECONDS = 300;
/** The newest part has a scrape a minute. */
const FINE_MS = HOUR_MS;
const DAY = 86_400;
/** Others in this process get their turn after so many scrapes. */
const TURN_SCRAPES = 50;

/** A time that is skipped, and what was in use in it. Seconds since 1970. */
export interface Skipped {
  from: number;
  to: number;
  uses: readonly Use[];
}

/** Options of `writeSkipped`. */
export interface WriteSkippedOptions {
  databaseUrl: string;
  /** held: its physics are moved on to the end */
  fleet: Fleet;
  /** of the small troubles */
  seed: number;
  logger: Logger;
}

/**
 * Writes the telemetry of a skipped time, as if a collector had scraped the fleet every five minutes, and every minute in
 * its last hour; what was ordered of the fleet stays in force. The roll-ups are refreshed.
 *
 * @returns how many scrapes were written
 * @throws what the database says
 */
export async function writeSkipped(options: WriteSkippedOptions, skipped: Skipped): Promise<number> {
  const { databaseUrl, logger } = options;
  const past = { databaseUrl, logger, scrapeSeconds: COARSE_SECONDS, id: COLLECTOR, isLast: true };
  return (await importHistory(past, scrapesOf(options, skipped))).scrapeCount;
}

async function* scrapesOf({ fleet, seed }: WriteSkippedOptions, skipped: Skipped): AsyncGenerator<PastScrape> {
  const { model } = fleet;
  const begin = skipped.from * SECOND_MS;
  const targets = parseFileSd(JSON.stringify(fileSdOf(fleet.url, fleet.hosts)), "of the fleet");
  // One target a host, in the same order.
  const readers = new Map(
    targets.map(({ url }, index) => [url, new HostReader(model, fleet.hosts[index]?.name ?? "")]),
  );
  const schedule = new PastSchedule(targets, () => begin, skipped.to * SECOND_MS - FINE_MS);
  const changes = new FleetChanges(model);
  for (const { uuid } of fleet.gpus) model.setLoad(uuid, 0); // what a day names is all there is
  let scrapes = 0;
  for (let from = skipped.from; from < skipped.to; from += DAY) {
    const day = { from, to: Math.min(from + DAY, skipped.to), uses: skipped.uses, troubles: [] };
    changes.take({ ...day, troubles: smallTroubles(seed, fleet.gpus, day) });
    for (const { target, at, intervalMs, dueUntil } of schedule.until(day.to * SECOND_MS)) {
      changes.applyTo(at);
      const durationMs = 4 + 6 * noise(seed, Math.floor(at / SECOND_MS), scrapes);
      const sinceMs = Math.min(intervalMs, Math.max(at - begin, SECOND_MS));
      const answer = readers.get(target.url)?.read();
      yield { ...target, at, intervalMs: sinceMs, dueUntil, durationMs, body: undefined, ...answer };
      if (++scrapes % TURN_SCRAPES === 0) await turn();
    }
    changes.applyTo(day.to * SECOND_MS);
  }
  changes.heal();
}
