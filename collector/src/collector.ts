import { messageOf } from "#kernel/errors.ts";
import type { Logger } from "#kernel/log.ts";
import type { Health, Pages, Registry } from "#kernel/metrics.ts";
import { createPool, type Pool } from "#kernel/pg.ts";
import { backoffMs, bucketStart, MINUTE_MS, SECOND_MS, sleep } from "#kernel/time.ts";
import { addConflicts } from "./conflicts-table.ts";
import { Duties } from "./duties/duties.ts";
import { ConflictLog, countConflicts } from "./identity/conflicts.ts";
import { Descriptions } from "./identity/descriptions.ts";
import { createInstruments, type Instruments } from "./instruments.ts";
import { DEFAULT_LIMITS } from "./parse/limits.ts";
import { PublishedTargets } from "./receive/published.ts";
import { Receiver } from "./receive/receiver.ts";
import { encodeRecord } from "./records.ts";
import { Fetcher } from "./scrape/fetcher.ts";
import { Guard } from "./scrape/guard.ts";
import { ScrapeLoops } from "./scrape/loops.ts";
import { scheduleEvery } from "./scrape/schedule.ts";
import type { ScrapeResult } from "./scrape/scrape.ts";
import { openSpool, type Spool } from "./spool/spool.ts";
import { Discovery } from "./targets/discovery.ts";
import type { Target, TargetList } from "./targets/target.ts";
import { renderTargets } from "./targets-page.ts";
import { Writer } from "./write/writer.ts";

/** Options of `openCollector`. */
export interface CollectorOptions {
  databaseUrl: string;
  /** Prometheus file_sd file; this, `scrapeConfig` or both */
  targetsFile?: string | undefined;
  /** file in the shape of prometheus.yml */
  scrapeConfig?: string | undefined;
  /** which addresses may be scraped; those of the internet only when left out */
  guard?: Guard;
  /** folder of this collector alone */
  spoolDir: string;
  /** seconds between two scrapes of a target that says nothing else, 1 to 300 */
  scrapeSeconds: number;
  logger: Logger;
  registry: Registry;
  /** name in telemetry.collector, the same at every start; "collector" when left out */
  id?: string;
  /** cap of the spool; 1 GiB when left out */
  spoolBytes?: number;
  /** operators' tokens: makes `receiver`, which takes what their Prometheus push; none when left out */
  pushTokensFile?: string;
}

const SPOOL_BYTES = 1_073_741_824;
/** With so much of the spool taken, those who push are asked to wait rather than the oldest dropped. */
const PUSH_SHARE = 0.9;
/** Without a write for so long the collector is unhealthy. */
const MAX_SILENCE_MS = 2 * MINUTE_MS;
/** On the way out, so long for the last batch. */
const LAST_WRITE_MS = 5 * SECOND_MS;

/** A collector, ready to run. */
export class Collector {
  readonly pages: Pages;
  /** takes remote write; undefined without `pushTokensFile` */
  receiver: Receiver | undefined;
  /** tells operators their targets */
  readonly published: PublishedTargets;
  readonly #options: CollectorOptions;
  readonly #spool: Spool;
  readonly #pool: Pool;
  readonly #fetcher: Fetcher;
  readonly #discovery: Discovery;
  readonly #conflicts = new ConflictLog();
  readonly #descriptions = new Descriptions();
  readonly #loops: ScrapeLoops;
  readonly #writer: Writer;
  readonly #instruments: Instruments;
  readonly #duties: Duties;
  #targets: ReadonlyMap<string, Target> = new Map();
  #list: TargetList = { targets: [], faults: [], warnings: [] };
  #writeError: string | undefined;
  #writtenAt = Date.now();
  #sampledThrough: number | undefined;
  #heartbeatAt = 0;

  constructor(options: CollectorOptions, spool: Spool, { fetcher, discovery }: Parts) {
    const { registry, logger, id: name = "collector" } = options;
    this.#options = options;
    this.#fetcher = fetcher;
    this.#discovery = discovery;
    this.#spool = spool;
    this.#pool = createPool(options.databaseUrl, { name: "collector", max: 2 });
    this.#loops = new ScrapeLoops({
      schedule: scheduleEvery(options.scrapeSeconds),
      fetcher: this.#fetcher,
      limits: DEFAULT_LIMITS,
      onResult: (result) => void this.#keep(result, Math.min(this.#loops.seenThrough, result.at)),
    });
    this.#instruments = createInstruments(registry, {
      targetCount: () => this.#targets.size,
      targetFaults: () => this.#list.faults.length,
      targetWarnings: () => this.#list.warnings.length,
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
      labelsOf: (url) => this.#targets.get(url)?.labels ?? this.receiver?.labelsOf(url) ?? {},
      conflicts: this.#conflicts,
      descriptions: this.#descriptions,
      seenThrough: () => this.#seenThrough(),
      onPublished: (sampledThrough) => this.#published(sampledThrough),
    });
    countConflicts(registry, this.#conflicts);
    this.#duties = new Duties({
      databaseUrl: options.databaseUrl,
      name,
      logger,
      onJob: (isGood) => this.#instruments.jobs.inc({ result: isGood ? "good" : "failed" }),
    });
    this.#take(discovery.list);
    this.published = new PublishedTargets({ pool: this.#pool, listed: () => this.#targets.values() });
    this.pages = {
      "/targets": () => ({ type: "text/html; charset=utf-8", body: this.#targetsPage(Date.now()) }),
    };
  }

  #targetsPage(nowMs: number): string {
    const statuses = [...this.#loops.statuses, ...(this.receiver?.statuses ?? [])];
    return addConflicts(renderTargets(statuses, nowMs, this.#list), this.#conflicts.openAt(nowMs), nowMs);
  }

  /** Opens what `pushTokensFile` asks for. */
  async openReceiver(): Promise<void> {
    const { pushTokensFile: tokensFile, spoolDir, logger, registry } = this.#options;
    if (tokensFile === undefined) return;
    this.receiver = await Receiver.open({
      ...{ tokensFile, spoolDir, logger, registry, pool: this.#pool },
      keep: (result, low) => this.#keep(result, low),
      spoolFault: () => this.#spoolFault(),
    });
  }

  #spoolFault(): string | undefined {
    if (this.#spool.fault !== undefined) return `the spool can't be written: ${this.#spool.fault}`;
    const isFull = this.#spool.bytes > PUSH_SHARE * (this.#options.spoolBytes ?? SPOOL_BYTES);
    return isFull ? "the spool is full, as the database takes nothing" : undefined;
  }

  /** How it stands: unhealthy when nothing is written, when scrapes are being lost, or when a list of targets is bad. */
  health(): Health {
    const statuses = this.#loops.statuses;
    const faults = [
      Date.now() - this.#writtenAt > MAX_SILENCE_MS &&
        `nothing written for 2 minutes: ${this.#writeError ?? "no answer"}`,
      this.#spool.fault !== undefined && `the spool can't be written: ${this.#spool.fault}`,
      ...this.#list.faults,
      this.receiver?.fault,
    ].filter((fault) => typeof fault === "string");
    return {
      isHealthy: faults.length === 0,
      detail: {
        faults,
        warnings: this.#list.warnings,
        targets: statuses.length,
        targetsUp: statuses.filter(({ last }) => last?.failure === null).length,
        ...(this.receiver ? { targetsPushed: this.receiver.statuses.length } : {}),
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
      await Promise.all([
        this.#watchTargets(stopping),
        this.#keepSpooling(stopping),
        this.#duties.run(stopping),
        this.receiver?.run(stopping),
      ]);
    } finally {
      failed.abort();
      await this.#end(writing);
    }
  }

  async #watchTargets(signal: AbortSignal): Promise<void> {
    await this.#discovery.follow((list) => {
      this.#take(list);
      this.#options.logger.info({ targets: list.targets.length }, "took the list of targets");
    }, signal);
  }

  #take(list: TargetList): void {
    const { logger } = this.#options;
    const { faults, warnings } = this.#list;
    const newFaults = list.faults.filter((fault) => !faults.includes(fault));
    if (newFaults.length > 0) logger.error({ faults: newFaults }, "bad targets: the last good lists stay in force");
    for (const warning of list.warnings) if (!warnings.includes(warning)) logger.warn(warning);
    this.#list = list;
    this.#targets = new Map(list.targets.map((target) => [target.url, target]));
    this.#loops.setTargets(list.targets);
    this.#fetcher.keepOnly(this.#discovery.accesses);
  }

  /** @returns once it is safe */
  #keep(result: ScrapeResult, low: number): Promise<void> {
    const { failure, durationMs, sampleCount, rejects } = result;
    this.#instruments.scrapes.inc({ result: failure?.reason ?? "up" });
    this.#instruments.scrapeSeconds.observe(durationMs / SECOND_MS);
    this.#instruments.samples.inc(sampleCount);
    for (const [reason, count] of Object.entries(rejects)) this.#instruments.rejects.inc({ reason }, count);
    const safe = Math.min(low, this.receiver?.seenThrough() ?? low);
    return this.#spool.append(encodeRecord({ kind: "scrape", ...result }, this.#descriptions), safe);
  }

  /** Everything before it is in the spool or the database: scrapes under way will be of later times. */
  #seenThrough(): number {
    const now = Date.now();
    return Math.min(this.#loops.seenThrough, this.receiver?.seenThrough(now) ?? now);
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
      await this.receiver?.close();
      const lastWrite = writing.then(() => this.#writeOnce(() => timer.signal.aborted)).catch(() => undefined);
      const tooLong = sleep(LAST_WRITE_MS, timer.signal).catch(() => undefined);
      await Promise.race([lastWrite, tooLong]);
    } finally {
      timer.abort();
      await this.#spool.close().finally(() => Promise.race([this.#pool.end(), sleep(SECOND_MS)]));
    }
  }
}

/** What a collector is made of, beside its spool. */
interface Parts {
  fetcher: Fetcher;
  discovery: Discovery;
}

/**
 * Makes a collector ready: reads what to scrape and opens the spool. The database may be away.
 *
 * @throws BaseError `NO_TARGETS_FILE`, `BAD_TARGETS`, `NO_SCRAPE_CONFIG`, `BAD_SCRAPE_CONFIG`, `NO_TOKENS_FILE`,
 *   `BAD_TOKENS`, `LOCKED` or `SPOOL_UNUSABLE`
 */
export async function openCollector(options: CollectorOptions): Promise<Collector> {
  const { targetsFile, scrapeConfig, scrapeSeconds, guard = new Guard() } = options;
  const fetcher = new Fetcher(guard);
  const schedule = scheduleEvery(scrapeSeconds);
  const discovery = await Discovery.open({ targetsFile, scrapeConfig, schedule, fetcher });
  const { spoolDir: dir, logger, spoolBytes } = options;
  const spool = await openSpool({ dir, logger, ...(spoolBytes === undefined ? {} : { maxBytes: spoolBytes }) });
  try {
    const collector = new Collector(options, spool, { fetcher, discovery });
    await collector.openReceiver();
    return collector;
  } catch (error) {
    await spool.close();
    throw error;
  }
}
