import { messageOf } from "#kernel/errors.ts";
import type { Logger } from "#kernel/log.ts";
import type { Health, Pages, Registry } from "#kernel/metrics.ts";
import { createPool, type Pool } from "#kernel/pg.ts";
import { backoffMs, bucketStart, MINUTE_MS, SECOND_MS, sleep } from "#kernel/time.ts";
import { Duties } from "./duties/duties.ts";
import { createInstruments, type Instruments } from "./instruments.ts";
import { DEFAULT_LIMITS } from "./parse/limits.ts";
import { encodeRecord } from "./records.ts";
import { Fetcher } from "./scrape/fetcher.ts";
import { ScrapeLoops } from "./scrape/loops.ts";
import { scheduleEvery } from "./scrape/schedule.ts";
import type { ScrapeResult } from "./scrape/scrape.ts";
import { openSpool, type Spool } from "./spool/spool.ts";
import type { Target } from "./targets/target.ts";
import { readTargetsFile, watchTargetsFile } from "./targets/watch.ts";
import { renderTargets } from "./targets-page.ts";
import { Writer } from "./write/writer.ts";

/** Options of `openCollector`. */
export interface CollectorOptions {
  databaseUrl: string;
  /** Prometheus file_sd JSON */
  targetsFile: string;
  /** folder of this collector alone */
  spoolDir: string;
  /** seconds between two scrapes of a target, 1 to 300 */
  scrapeSeconds: number;
  logger: Logger;
  registry: Registry;
  /** name in telemetry.collector, the same at every start; "collector" when left out */
  id?: string;
  /** cap of the spool; 1 GiB when left out */
  spoolBytes?: number;
}

/** Without a write for so long the collector is unhealthy. */
const MAX_SILENCE_MS = 2 * MINUTE_MS;
/** On the way out, so long for the last batch. */
const LAST_WRITE_MS = 5 * SECOND_MS;

/** A collector, ready to run. */
export class Collector {
  readonly pages: Pages;
  readonly #options: CollectorOptions;
  readonly #spool: Spool;
  readonly #pool: Pool;
  readonly #fetcher = new Fetcher();
  readonly #loops: ScrapeLoops;
  readonly #writer: Writer;
  readonly #instruments: Instruments;
  readonly #duties: Duties;
  #targets: ReadonlyMap<string, Target> = new Map();
  #targetsError: string | undefined;
  #writeError: string | undefined;
  #writtenAt = Date.now();
  #sampledThrough: number | undefined;
  #heartbeatAt = 0;

  constructor(options: CollectorOptions, spool: Spool, targets: readonly Target[]) {
    const { registry, logger, id: name = "collector" } = options;
    this.#options = options;
    this.#spool = spool;
    this.#pool = createPool(options.databaseUrl, { name: "collector", max: 2 });
    this.#loops = new ScrapeLoops({
      schedule: scheduleEvery(options.scrapeSeconds),
      fetcher: this.#fetcher,
      limits: DEFAULT_LIMITS,
      onResult: (result) => this.#keep(result),
    });
    this.#instruments = createInstruments(registry, {
      targetCount: () => this.#targets.size,
      lateScrapes: () => this.#loops.statuses.reduce((sum, { lateCount }) => sum + lateCount, 0),
      spoolBytes: () => spool.bytes,
      spoolRecords: () => spool.recordCount,
      droppedRecords: () => spool.droppedRecords,
      lagSeconds: () => (this.#sampledThrough === undefined ? NaN : (Date.now() - this.#sampledThrough) / SECOND_MS),
    });
    this.#writer = new Writer({
      pool: this.#pool,
      spool,
      name,
      logger,
      instruments: this.#instruments,
      labelsOf: (url) => this.#targets.get(url)?.labels ?? {},
      seenThrough: () => this.#seenThrough(),
      onPublished: (sampledThrough) => this.#published(sampledThrough),
    });
    this.#duties = new Duties({
      databaseUrl: options.databaseUrl,
      name,
      logger,
      onJob: (isGood) => this.#instruments.jobs.inc({ result: isGood ? "good" : "failed" }),
    });
    this.#take(targets);
    this.pages = {
      "/targets": () => ({ type: "text/html; charset=utf-8", body: renderTargets(this.#loops.statuses, Date.now()) }),
    };
  }

  /** How it stands: unhealthy when nothing is written, when scrapes are being lost, or when the target file is bad. */
  health(): Health {
    const statuses = this.#loops.statuses;
    const faults = [
      Date.now() - this.#writtenAt > MAX_SILENCE_MS &&
        `nothing written for 2 minutes: ${this.#writeError ?? "no answer"}`,
      this.#spool.fault !== undefined && `the spool can't be written: ${this.#spool.fault}`,
      this.#targetsError,
    ].filter((fault) => typeof fault === "string");
    return {
      isHealthy: faults.length === 0,
      detail: {
        faults,
        targets: statuses.length,
        targetsUp: statuses.filter(({ last }) => last?.failure === null).length,
        sampledThrough: this.#sampledThrough === undefined ? null : new Date(this.#sampledThrough),
        spoolRecords: this.#spool.recordCount,
        droppedRecords: this.#spool.droppedRecords,
        ...this.#duties.detail,
      },
    };
  }

  /** Scrapes and writes until `signal` is aborted; then writes what it has, if the database takes it, and ends. */
  async run(signal: AbortSignal): Promise<void> {
    const { logger, scrapeSeconds } = this.#options;
    logger.info({ targets: this.#targets.size, scrapeSeconds }, "collecting");
    const failed = new AbortController();
    const stopping = AbortSignal.any([signal, failed.signal]);
    const writing = this.#keepWriting(stopping);
    try {
      await Promise.all([this.#watchTargets(stopping), this.#keepSpooling(stopping), this.#duties.run(stopping)]);
    } finally {
      failed.abort();
      await this.#end(writing);
    }
  }

  async #watchTargets(signal: AbortSignal): Promise<void> {
    const { targetsFile, logger } = this.#options;
    const onTargets = (targets: Target[]): void => {
      this.#take(targets);
      logger.info({ targets: targets.length }, "took the new list of targets");
    };
    const onError = (error: unknown): void => {
      this.#targetsError = messageOf(error);
      logger.error({ err: error }, "bad list of targets: the last good one stays in force");
    };
    await watchTargetsFile(targetsFile, { onTargets, onError }, signal);
  }

  #take(targets: readonly Target[]): void {
    this.#targetsError = undefined;
    this.#targets = new Map(targets.map((target) => [target.url, target]));
    this.#loops.setTargets(targets);
  }

  #keep(result: ScrapeResult): void {
    const { failure, durationMs, sampleCount, rejects } = result;
    this.#instruments.scrapes.inc({ result: failure?.reason ?? "up" });
    this.#instruments.scrapeSeconds.observe(durationMs / SECOND_MS);
    this.#instruments.samples.inc(sampleCount);
    for (const [reason, count] of Object.entries(rejects)) this.#instruments.rejects.inc({ reason }, count);
    void this.#spool.append(encodeRecord({ kind: "scrape", ...result }), this.#loops.inFlightSince ?? result.at);
  }

  /** Everything before it is in the spool or the database: scrapes under way will be of later times. */
  #seenThrough(): number {
    return this.#loops.inFlightSince ?? Date.now();
  }

  async #keepSpooling(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.#beat();
      await this.#spool.flush();
      await sleep(SECOND_MS, signal).catch(() => undefined);
    }
  }

  #beat(): void {
    const now = Date.now();
    const minute = bucketStart(now, MINUTE_MS);
    if (minute === this.#heartbeatAt) return;
    this.#heartbeatAt = minute;
    const beat = { kind: "heartbeat", minute, targetCount: this.#targets.size, spoolBytes: this.#spool.bytes } as const;
    void this.#spool.append(encodeRecord(beat), Math.min(now, this.#seenThrough()));
  }

  async #keepWriting(signal: AbortSignal): Promise<void> {
    for (let failures = 0; !signal.aborted;) {
      try {
        await this.#writeOnce(() => signal.aborted);
        failures = 0;
      } catch (error) {
        this.#instruments.writeFailures.inc();
        const isNews = this.#writeError === undefined && !signal.aborted;
        this.#writeError = messageOf(error);
        if (isNews) this.#options.logger.warn({ err: error }, "the database takes nothing: spooling");
        failures++;
      }
      const waitMs = failures === 0 ? SECOND_MS : backoffMs(failures, SECOND_MS, 5 * SECOND_MS);
      await sleep(waitMs, signal).catch(() => undefined);
    }
  }

  async #writeOnce(isStopping: () => boolean): Promise<void> {
    await this.#writer.drain(isStopping);
    await this.#writer.publish();
  }

  #published(sampledThrough: number): void {
    if (this.#writeError !== undefined) this.#options.logger.info("the database takes writes again");
    this.#writeError = undefined;
    this.#writtenAt = Date.now();
    this.#sampledThrough = sampledThrough;
  }

  async #end(writing: Promise<void>): Promise<void> {
    this.#loops.stop();
    this.#fetcher.close();
    // A database that hangs must not hold us: what it hasn't taken stays in the spool.
    const timer = new AbortController();
    try {
      await this.#spool.flush();
      const lastWrite = writing.then(() => this.#writeOnce(() => timer.signal.aborted)).catch(() => undefined);
      const tooLong = sleep(LAST_WRITE_MS, timer.signal).catch(() => undefined);
      await Promise.race([lastWrite, tooLong]);
    } finally {
      timer.abort();
      await this.#spool.close().finally(() => Promise.race([this.#pool.end(), sleep(SECOND_MS)]));
    }
  }
}

/**
 * Makes a collector ready: reads the list of targets and opens the spool. The database may be away.
 *
 * @throws BaseError `NO_TARGETS_FILE`, `BAD_TARGETS`, `LOCKED` or `SPOOL_UNUSABLE`
 */
export async function openCollector(options: CollectorOptions): Promise<Collector> {
  const targets = await readTargetsFile(options.targetsFile);
  const { spoolDir: dir, logger, spoolBytes } = options;
  const spool = await openSpool({ dir, logger, ...(spoolBytes === undefined ? {} : { maxBytes: spoolBytes }) });
  try {
    return new Collector(options, spool, targets);
  } catch (error) {
    await spool.close();
    throw error;
  }
}
