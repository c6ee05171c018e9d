import { setImmediate as turn } from "node:timers/promises";
import { openHistory, parseFileSd, type History, type Target } from "#collector/index.ts";
import type { Logger } from "#kernel/log.ts";
import { HOUR_MS, SECOND_MS, systemClock, type Clock } from "#kernel/time.ts";
import type { PlayedDay } from "../../market/history/use.ts";
import { noise } from "../random.ts";
import { fileSdOf } from "../server.ts";
import type { Fleet } from "../types.ts";
import { FleetChanges } from "./changes.ts";
import { HostReader } from "./readings.ts";
import { PastSchedule } from "./schedule.ts";
import { smallTroubles } from "./small-troubles.ts";

/** Name of the collector that a past is written by; retired when that is done. */
const COLLECTOR = "past";
/** The newest part of a past has a scrape a minute. */
const FINE_HOURS = 48;
/** The part before the past's end that was scraped every five minutes. */
const COARSE_SECONDS = 300;
/** Others in this process get their turn after so many scrapes. */
const TURN_SCRAPES = 50;

/** Options of `startFleetPast`. */
export interface FleetPastOptions {
  databaseUrl: string;
  /** held, so that nothing but its past moves it on */
  fleet: Fleet;
  /** of the small troubles */
  seed: number;
  /** the past's ends, seconds since 1970 */
  beginsAt: number;
  endsAt: number;
  /** hosts that come later than the past begins, and when, seconds since 1970 */
  later?: ReadonlyMap<string, number>;
  logger: Logger;
  clock?: Clock;
}

/** A fleet's past while it is being written. */
export interface FleetPast {
  /** Writes the next day; days come in order and without gaps, and may be given before the one before is written. */
  write(day: PlayedDay): Promise<void>;
  /**
   * Writes what has passed since the past's end, with what still ran then, and lets the fleet go on from there.
   *
   * @returns its end, milliseconds since 1970. The roll-ups before it are still to be refreshed
   */
  finish(): Promise<number>;
  /** Gives up, if it isn't finished: half a past stays in the tables, for the next one to forget. Idempotent. */
  stop(): Promise<void>;
}

/**
 * Begins to write the telemetry of a past: as if a collector had scraped the fleet every five minutes, and every minute
 * for the last two days. What the database knows of this fleet is forgotten first, as after a start that was cut off.
 *
 * @throws what the database says
 */
export async function startFleetPast(options: FleetPastOptions): Promise<FleetPast> {
  const { databaseUrl, logger, fleet } = options;
  const targets = parseFileSd(JSON.stringify(fileSdOf(fleet.url, fleet.hosts)), "of the fleet");
  const history = await openHistory({
    databaseUrl,
    logger,
    scrapeSeconds: COARSE_SECONDS,
    id: COLLECTOR,
    forgotten: { uuids: fleet.gpus.map(({ uuid }) => uuid), urls: targets.map(({ url }) => url) },
  });
  return new WrittenPast(options, history, targets);
}

class WrittenPast implements FleetPast {
  readonly #options: FleetPastOptions;
  readonly #history: History;
  readonly #schedule: PastSchedule;
  readonly #changes: FleetChanges;
  readonly #readers: ReadonlyMap<Target, HostReader>;
  readonly #stopping = new AbortController();
  #last: PlayedDay | undefined;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(options: FleetPastOptions, history: History, targets: readonly Target[]) {
    const { fleet, beginsAt, endsAt, later } = options;
    this.#options = options;
    this.#history = history;
    // One target a host, in the same order.
    const hostOf = new Map(targets.map((target, index) => [target, fleet.hosts[index]?.name ?? ""]));
    const fromOf = (target: Target): number => (later?.get(hostOf.get(target) ?? "") ?? beginsAt) * SECOND_MS;
    this.#schedule = new PastSchedule(targets, fromOf, endsAt * SECOND_MS - FINE_HOURS * HOUR_MS);
    this.#changes = new FleetChanges(fleet.model);
    const hosts = fleet.hosts.map(({ name }) => new HostReader(fleet.model, name));
    this.#readers = new Map(targets.map((target, index) => [target, hosts[index] as HostReader]));
    fleet.model.leapTo(beginsAt * SECOND_MS);
  }

  write(day: PlayedDay): Promise<void> {
    return this.#enqueue(() => this.#write(day));
  }

  finish(): Promise<number> {
    return this.#enqueue(async () => {
      const { fleet, endsAt, logger, clock = systemClock } = this.#options;
      const now = clock.now();
      const from = this.#last?.to ?? endsAt;
      const to = Math.ceil(now / SECOND_MS);
      // What lasts to the day's end was cut there, and goes on.
      const goesOn = <T extends { to: number }>(one: T): T => (one.to === from ? { ...one, to } : one);
      const uses = (this.#last?.uses ?? []).map(goesOn);
      const troubles = (this.#last?.troubles ?? []).map(goesOn);
      await this.#write({ from, to, uses, troubles }, now);
      this.#changes.heal();
      await this.#history.publish(now);
      await this.#history.retire();
      await this.#history.close();
      logger.info({ scrapes: this.#history.reader.scrapeCount }, "the fleet's past was written");
      fleet.open();
      return now;
    });
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#queue.catch(() => undefined);
    await this.#history.close();
  }

  /** One at a time; after a failure nothing more is written. */
  #enqueue<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#queue.then(work);
    this.#queue = done;
    done.catch(() => undefined);
    return done;
  }

  async #write(day: PlayedDay, until = day.to * SECOND_MS): Promise<void> {
    const { fleet, seed } = this.#options;
    const troubles = [...day.troubles, ...smallTroubles(seed, fleet.gpus, day)];
    this.#changes.take({ ...day, troubles });
    let scrapes = 0;
    for (const { target, at, intervalMs, dueUntil } of this.#schedule.until(until)) {
      this.#changes.applyTo(at);
      const scrape = this.#readers.get(target)?.read();
      const durationMs = 4 + 6 * noise(seed, Math.floor(at / SECOND_MS), scrapes);
      await this.#history.write({ ...target, at, intervalMs, dueUntil, durationMs, body: undefined, ...scrape });
      if (++scrapes % TURN_SCRAPES === 0) await turn();
      this.#stopping.signal.throwIfAborted();
    }
    this.#changes.applyTo(until);
    await this.#history.flush();
    this.#last = { ...day, troubles };
  }
}
