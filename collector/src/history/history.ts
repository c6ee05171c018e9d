import type { Logger } from "#kernel/log.ts";
import { createRegistry } from "#kernel/metrics.ts";
import { createPool, type Pool } from "#kernel/pg.ts";
import { createInstruments } from "../instruments.ts";
import type { CollectorRecord } from "../records.ts";
import { BatchWriter } from "../write/batch-writer.ts";
import { HOLD_MS, holdPolicies } from "../write/policies.ts";
import { publish, registerCollector, retireCollector, type Span } from "../write/watermark.ts";
import { forget, type Forgotten } from "./forget.ts";
import { PastReader, type PastScrape } from "./reader.ts";
import { refreshAll } from "./refresh.ts";

/** Options of `importHistory`. */
export interface HistoryOptions {
  databaseUrl: string;
  logger: Logger;
  /** between two scrapes of a target, at most 300 */
  scrapeSeconds: number;
  /** the collector in whose name it is written; "collector" when left out */
  id?: string;
  /** nothing more will come of that collector: it holds no watermark afterwards */
  isLast?: boolean;
}

/** Samples of one COPY, and scrapes at most. */
const BATCH_SAMPLES = 20_000;
const BATCH_RECORDS = 20_000;
/** Batches that may wait for the database. */
const MAX_AHEAD = 4;

/** Writes the past, in the order of its times, by the way that live scrapes go: identified, derived, by COPY. */
export class History {
  readonly reader: PastReader;
  readonly #pool: Pool;
  readonly #writer: BatchWriter;
  readonly #collectorKey: number;
  readonly #labels: Map<string, Readonly<Record<string, string>>>;
  #batch: CollectorRecord[] = [];
  #samples = 0;
  /** the batches, in their order; after a failure nothing more is written */
  #tail: Promise<void> = Promise.resolve();
  readonly #ahead: Promise<void>[] = [];

  /** See `openHistory`. */
  constructor(pool: Pool, collectorKey: number, { logger, scrapeSeconds }: HistoryOptions) {
    const labels = new Map<string, Readonly<Record<string, string>>>();
    this.reader = new PastReader(scrapeSeconds * 1_000);
    this.#pool = pool;
    this.#collectorKey = collectorKey;
    this.#labels = labels;
    const instruments = createInstruments(createRegistry("collector"), NOTHING_TO_READ);
    this.#writer = new BatchWriter({
      pool,
      logger,
      instruments,
      collectorKey,
      labelsOf: (url) => labels.get(url) ?? {},
    });
  }

  /**
   * Takes a scrape. Batches are made while those before are written: what is taken may not be in the tables yet.
   *
   * @throws what the database says, of an earlier scrape too
   */
  async write(scrape: PastScrape): Promise<void> {
    this.#labels.set(scrape.url, scrape.labels);
    for (const record of this.reader.read(scrape)) {
      this.#batch.push(record);
      if (record.kind === "scrape") this.#samples += record.rows.length;
    }
    if (this.#samples >= BATCH_SAMPLES || this.#batch.length >= BATCH_RECORDS) await this.flush();
  }

  /**
   * Has what was taken written, in its turn: `drain` waits for it.
   *
   * @throws what the database says, of what came before
   */
  async flush(): Promise<void> {
    const batch = this.#batch;
    if (batch.length === 0) return;
    this.#batch = [];
    this.#samples = 0;
    const written = this.#tail.then(async () => void (await this.#writer.write(batch)));
    this.#tail = written;
    written.catch(() => undefined); // whoever comes next hears of it
    this.#ahead.push(written);
    if (this.#ahead.length > MAX_AHEAD) await this.#ahead.shift();
  }

  /**
   * Waits until all that was taken is in the tables.
   *
   * @throws what the database says
   */
  async drain(): Promise<void> {
    await this.flush();
    await this.#tail;
    await this.#writer.writeSeen();
  }

  /** Says that everything before `to` is in the tables. */
  async publish(to: number): Promise<void> {
    await this.drain();
    const state = { collectorKey: this.#collectorKey, nowMs: Date.now(), spoolBytes: 0, droppedRecords: 0 };
    await publish(this.#pool, { ...state, sampledThrough: to });
  }

  /** Nothing more will come of this collector: from now on it holds no watermark. */
  async retire(): Promise<void> {
    await retireCollector(this.#pool, this.#collectorKey, Date.now());
  }

  /** Lets go of the database. What isn't drained may be lost. Idempotent. */
  async close(): Promise<void> {
    await this.#tail.catch(() => undefined);
    if (!this.#pool.ending) await this.#pool.end();
  }
}

/**
 * Begins to write a past, in the name of a collector of its own, which lives as long as that. What the database knows of
 * its GPUs and targets is forgotten first: another past of theirs, perhaps half of one. Its roll-ups are read from the samples
 * until `refreshPast`; TimescaleDB's jobs are held for half
 * an hour, or until `refreshPast` is done.
 *
 * @throws what the database says
 */
export async function openHistory(options: HistoryOptions & { forgotten: Forgotten }): Promise<History> {
  const pool = createPool(options.databaseUrl, { name: "collector-history", max: 2 });
  try {
    await holdPolicies(pool, Date.now() + HOLD_MS);
    await forget(pool, options.forgotten);
    const { key } = await registerCollector(pool, options.id ?? "past", Date.now());
    return new History(pool, key, options);
  } catch (error) {
    await pool.end();
    throw error;
  }
}

/**
 * Writes past scrapes, in the order of their times, by the way that live ones go: parsed, identified, derived. The
 * collector counts as alive from the first to the last of them. Importing the same again changes nothing.
 *
 * @returns how many scrapes were written, and the time they span; undefined for none
 * @throws what the database says
 */
export async function importHistory(
  options: HistoryOptions,
  scrapes: Iterable<PastScrape> | AsyncIterable<PastScrape>,
): Promise<{ scrapeCount: number; span: Span | undefined }> {
  const pool = createPool(options.databaseUrl, { name: "collector-history", max: 2 });
  const { key } = await registerCollector(pool, options.id ?? "collector", Date.now());
  const history = new History(pool, key, options);
  try {
    for await (const scrape of scrapes) await history.write(scrape);
    const { scrapeCount, span } = history.reader;
    if (span) {
      await history.drain();
      await refreshAll(pool, span);
      await history.publish(span.to);
    }
    if (options.isLast) await history.retire();
    return { scrapeCount, span };
  } finally {
    await history.close();
  }
}

const NOTHING_TO_READ = {
  targetCount: () => 0,
  lateScrapes: () => 0,
  spoolBytes: () => 0,
  spoolRecords: () => 0,
  droppedRecords: () => 0,
  lagSeconds: () => 0,
};
