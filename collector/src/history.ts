import type { Logger } from "#kernel/log.ts";
import { createRegistry } from "#kernel/metrics.ts";
import { createPool, type Pool } from "#kernel/pg.ts";
import { bucketStart, HOUR_MS, MINUTE_MS } from "#kernel/time.ts";
import { createInstruments } from "./instruments.ts";
import { ExpositionParser } from "./parse/exposition.ts";
import { ScrapeFailure } from "./parse/limits.ts";
import type { CollectorRecord } from "./records.ts";
import { blankResult, withFailure, withReadings } from "./scrape/scrape.ts";
import { BatchWriter } from "./write/batch-writer.ts";
import { publish, refresh, registerCollector, type Span } from "./write/watermark.ts";

/** A scrape that was done elsewhere, or might have been. */
export interface PastScrape {
  url: string;
  labels: Readonly<Record<string, string>>;
  /** milliseconds since 1970 */
  at: number;
  /** what the exporter answered; undefined if it could not be reached */
  body: string | undefined;
}

/** Options of `importHistory`. */
export interface HistoryOptions {
  databaseUrl: string;
  logger: Logger;
  /** between two scrapes of a target, at most 300 */
  scrapeSeconds: number;
  /** the collector in whose name it is written; "collector" when left out */
  id?: string;
}

const BATCH_RECORDS = 1_000;
/** Aggregates, lowest first, with the width of their buckets. */
const ROLLUPS = [
  ["telemetry.gpu_1m", MINUTE_MS],
  ["telemetry.target_1m", MINUTE_MS],
  ["telemetry.gpu_1h", HOUR_MS],
  ["telemetry.gpu_1d", 24 * HOUR_MS],
] as const;

/**
 * Writes past scrapes, in the order of their times, by the way that live ones go: parsed, identified, derived. The
 * collector counts as alive from the first to the last of them. Importing the same again changes nothing.
 *
 * @returns how many scrapes were written, and the time they span; undefined for none
 * @throws what the database says
 */
export async function importHistory(
  { databaseUrl, logger, scrapeSeconds, id = "collector" }: HistoryOptions,
  scrapes: Iterable<PastScrape> | AsyncIterable<PastScrape>,
): Promise<{ scrapeCount: number; span: Span | undefined }> {
  const pool = createPool(databaseUrl, { name: "collector-history", max: 2 });
  try {
    const { key } = await registerCollector(pool, id, Date.now());
    const labels = new Map<string, Readonly<Record<string, string>>>();
    const writer = new BatchWriter({
      pool,
      logger,
      instruments: createInstruments(createRegistry("collector"), NOTHING_TO_READ),
      collectorKey: key,
      labelsOf: (url) => labels.get(url) ?? {},
    });
    const reader = new PastReader(scrapeSeconds * 1_000);
    let batch: CollectorRecord[] = [];
    for await (const scrape of scrapes) {
      labels.set(scrape.url, scrape.labels);
      batch.push(...reader.read(scrape));
      if (batch.length < BATCH_RECORDS) continue;
      await writer.write(batch);
      batch = [];
    }
    await writer.write(batch);
    if (reader.span) await finish(pool, key, reader.span);
    return { scrapeCount: reader.scrapeCount, span: reader.span };
  } finally {
    await pool.end();
  }
}

/** Turns past scrapes into records, with a heartbeat for every minute from the first to the last. */
class PastReader {
  scrapeCount = 0;
  span: Span | undefined;
  readonly #intervalMs: number;
  readonly #parsers = new Map<string, ExpositionParser>();

  constructor(intervalMs: number) {
    this.#intervalMs = intervalMs;
  }

  *read({ url, at, body }: PastScrape): Generator<CollectorRecord> {
    const before = this.span;
    this.span = { from: before?.from ?? at, to: at };
    this.scrapeCount++;
    const firstMinute = before ? bucketStart(before.to, MINUTE_MS) + MINUTE_MS : bucketStart(at, MINUTE_MS);
    for (let minute = firstMinute; minute <= at; minute += MINUTE_MS) {
      yield { kind: "heartbeat", minute, targetCount: this.#parsers.size, spoolBytes: 0 };
    }
    const blank = blankResult(url, at, at + this.#intervalMs, this.#intervalMs);
    if (body === undefined) {
      yield { kind: "scrape", ...withFailure(blank, new ScrapeFailure("connect", "could not be reached")) };
      return;
    }
    const parser = this.#parsers.get(url) ?? new ExpositionParser();
    this.#parsers.set(url, parser);
    const answer = { text: body, contentType: "text/plain" };
    yield { kind: "scrape", ...withReadings({ ...blank, bodyBytes: Buffer.byteLength(body) }, answer, parser) };
  }
}

async function finish(pool: Pool, collectorKey: number, span: Span): Promise<void> {
  for (const [view, width] of ROLLUPS) {
    // Whole buckets only; those not yet over are read from the level below.
    const to = Math.min(bucketStart(span.to, width) + width, bucketStart(Date.now(), width));
    const from = bucketStart(span.from, width);
    if (from < to) await refresh(pool, view, { from, to });
  }
  const state = { collectorKey, nowMs: Date.now(), sampledThrough: span.to, spoolBytes: 0, droppedRecords: 0 };
  await publish(pool, state);
}

const NOTHING_TO_READ = {
  targetCount: () => 0,
  lateScrapes: () => 0,
  spoolBytes: () => 0,
  spoolRecords: () => 0,
  droppedRecords: () => 0,
  lagSeconds: () => 0,
};
