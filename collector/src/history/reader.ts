import { bucketStart, MINUTE_MS } from "#kernel/time.ts";
import type { Entity } from "../parse/entity.ts";
import { ExpositionParser } from "../parse/exposition.ts";
import { ScrapeFailure } from "../parse/limits.ts";
import { Rejects, rowsOf } from "../parse/result.ts";
import type { CollectorRecord } from "../records.ts";
import { blankResult, withFailure, withReadings, type ScrapeResult } from "../scrape/scrape.ts";
import type { Span } from "../write/watermark.ts";

/** What a body would say, without its text, which costs ten times as much to write and read again. */
export interface BareReadings {
  /** raw values in the units of the exporter, with the spelling that they would come under */
  entities: readonly Entity[];
  /** lines with a sample */
  sampleCount: number;
}

/** A scrape that was done elsewhere, or might have been. Times are milliseconds since 1970. */
export interface PastScrape {
  url: string;
  labels: Readonly<Record<string, string>>;
  at: number;
  /** what the exporter answered; undefined if it could not be reached */
  body: string | BareReadings | undefined;
  /** since the target's scrape before; the history's interval when left out */
  intervalMs?: number;
  /** when the target was due again; after that interval when left out */
  dueUntil?: number;
  /** how long it took and how many bytes it was, if that is known */
  durationMs?: number;
  bodyBytes?: number;
}

/** Turns past scrapes into records, with a heartbeat for every minute from the first to the last. */
export class PastReader {
  scrapeCount = 0;
  span: Span | undefined;
  readonly #intervalMs: number;
  readonly #parsers = new Map<string, ExpositionParser>();
  readonly #urls = new Set<string>();

  constructor(intervalMs: number) {
    this.#intervalMs = intervalMs;
  }

  /** @param scrape not before the one read last */
  read(scrape: PastScrape): CollectorRecord[] {
    const { url, at, intervalMs = this.#intervalMs } = scrape;
    const records = this.#beatTo(at);
    this.span = { from: this.span?.from ?? at, to: at };
    this.scrapeCount++;
    this.#urls.add(url);
    const blank = blankResult(url, at, scrape.dueUntil ?? at + intervalMs, intervalMs);
    blank.durationMs = scrape.durationMs ?? 0;
    blank.bodyBytes = scrape.bodyBytes ?? 0;
    records.push({ kind: "scrape", ...this.#answer(blank, scrape.body) });
    return records;
  }

  #beatTo(at: number): CollectorRecord[] {
    const { span } = this;
    const records: CollectorRecord[] = [];
    const first = span ? bucketStart(span.to, MINUTE_MS) + MINUTE_MS : bucketStart(at, MINUTE_MS);
    for (let minute = first; minute <= at; minute += MINUTE_MS) {
      records.push({ kind: "heartbeat", minute, targetCount: this.#urls.size, spoolBytes: 0 });
    }
    return records;
  }

  #answer(blank: ScrapeResult, body: PastScrape["body"]): ScrapeResult {
    if (body === undefined) return withFailure(blank, new ScrapeFailure("connect", "could not be reached"));
    if (typeof body !== "string") return withBareReadings(blank, body);
    const parser = this.#parsers.get(blank.url) ?? new ExpositionParser();
    this.#parsers.set(blank.url, parser);
    const answer = { text: body, contentType: "text/plain" };
    return withReadings({ ...blank, bodyBytes: Buffer.byteLength(body) }, answer, parser);
  }
}

function withBareReadings(blank: ScrapeResult, readings: BareReadings): ScrapeResult {
  const body = { ...readings, isOpenMetricsComplete: false, rejects: new Rejects() };
  const { rows, events, rejects, sampleCount } = rowsOf(body, blank.at);
  if (rows.length > 0) return { ...blank, rows, events, rejects, sampleCount };
  return withFailure(blank, new ScrapeFailure("no_gpus", `${sampleCount} samples, but none of a GPU`));
}
