import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { messageOf } from "#kernel/errors.ts";
import type { Logger } from "#kernel/log.ts";
import { createPool, type Pool } from "#kernel/pg.ts";
import { MINUTE_MS, SECOND_MS, sleep } from "#kernel/time.ts";
import { keepPlausibility } from "../plausibility/keeper.ts";
import { Lease } from "./lease.ts";
import { Maintenance } from "./maintenance.ts";

/** What duties work with. */
export interface DutiesOptions {
  databaseUrl: string;
  /** the collector's name */
  name: string;
  logger: Logger;
  /** told of each job of TimescaleDB that was run by us */
  onJob?: (isGood: boolean) => void;
}

const LOOK_EVERY_MS = 15 * SECOND_MS;
/** The collector writes first; only then it looks at what it has. */
const FIRST_ASSESSED_MS = MINUTE_MS;
const ASSESS_EVERY_MS = MINUTE_MS;
const LAST_STEP_MS = 2 * SECOND_MS;
/** PostgreSQL: cannot connect, undefined table; they go by themselves, and are told by the writer. */
const QUIET = /^(ECONN|ETIMEDOUT|EPIPE|57P0|08|42P01|3F000)/;

/**
 * Work that has to be done once for the database, by whichever collector is there: TimescaleDB's jobs where no worker runs
 * them, and GPUs' plausibility. It has a pool of its own, and what fails here never disturbs scraping or writing.
 */
export class Duties {
  readonly #options: DutiesOptions;
  readonly #pool: Pool;
  readonly #plausibility: Lease;
  readonly #maintenanceLease: Lease;
  readonly #maintenance: Maintenance;
  #assessedError: string | undefined;

  constructor(options: DutiesOptions) {
    const { databaseUrl, name, logger, onJob } = options;
    this.#options = options;
    this.#pool = createPool(databaseUrl, { name: "collector-duties", max: 3 });
    const holder = `${name}/${hostname()}/${process.pid}/${randomUUID()}`;
    this.#plausibility = new Lease(this.#pool, "plausibility", holder);
    this.#maintenanceLease = new Lease(this.#pool, "maintenance", holder);
    this.#maintenance = new Maintenance({
      pool: this.#pool,
      lease: this.#maintenanceLease,
      logger,
      ...(onJob ? { onRun: onJob } : {}),
    });
  }

  /** How they stand, for people. */
  get detail(): Record<string, unknown> {
    const error = this.#assessedError;
    return { maintenance: this.#maintenance.detail, ...(error === undefined ? {} : { plausibilityError: error }) };
  }

  /** Does them until `signal` is aborted. Never throws. */
  async run(signal: AbortSignal): Promise<void> {
    const both = Promise.all([
      this.#every(LOOK_EVERY_MS, signal, async () => void (await this.#maintenance.step(signal)), "maintenance"),
      sleep(FIRST_ASSESSED_MS, signal).then(
        () => this.#every(ASSESS_EVERY_MS, signal, () => this.#assess(signal), "plausibility"),
        () => undefined,
      ),
    ]);
    const stopped = new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      else signal.addEventListener("abort", () => resolve(), { once: true });
    });
    await stopped;
    // A job under way may take minutes: it isn't waited for. Whoever takes the duty over finds it not done.
    const tooLong = new AbortController();
    await Promise.race([
      both.then(() => this.#release()).then(() => this.#pool.end()),
      sleep(LAST_STEP_MS, tooLong.signal).catch(() => undefined),
    ]);
    tooLong.abort();
  }

  /** What was in our hands others may have at once. */
  async #release(): Promise<void> {
    await Promise.allSettled([this.#plausibility.free(), this.#maintenanceLease.free()]);
  }

  async #assess(signal: AbortSignal): Promise<void> {
    const lease = this.#plausibility;
    try {
      const hours = await keepPlausibility({ pool: this.#pool, lease, signal });
      this.#assessedError = undefined;
      if (hours === 0) return;
      await lease.release();
      this.#options.logger.info({ hours }, "looked at how plausible telemetry is");
    } catch (error) {
      this.#assessedError = signal.aborted ? undefined : messageOf(error);
      await lease.release(this.#assessedError).catch(() => undefined);
      throw error;
    }
  }

  async #every(everyMs: number, signal: AbortSignal, work: () => Promise<void>, what: string): Promise<void> {
    let told: string | undefined;
    while (!signal.aborted) {
      try {
        await work();
        told = undefined;
      } catch (error) {
        const { code } = error as { code?: string };
        const isNews = told !== messageOf(error) && !signal.aborted && !QUIET.test(code ?? "");
        if (isNews) this.#options.logger.warn({ err: error, duty: what }, "a duty failed: trying again");
        told = messageOf(error);
      }
      await sleep(everyMs, signal).catch(() => undefined);
    }
  }
}
