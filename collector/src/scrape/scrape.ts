import { messageOf } from "#kernel/errors.ts";
import type { ExpositionParser } from "../parse/exposition.ts";
import { ScrapeFailure, type FailureReason, type Limits } from "../parse/limits.ts";
import type { GpuRow, ParseResult, SeenXid } from "../parse/result.ts";
import type { Access } from "./access.ts";
import type { Answer, Fetcher } from "./fetcher.ts";
import type { Schedule } from "./schedule.ts";

/** What came of one scrape, good or not. Times are milliseconds since 1970. */
export interface ScrapeResult {
  url: string;
  /** when it was due by our clock, or when it was sent if that was much later */
  at: number;
  /** when the target is due again */
  dueUntil: number;
  /** between two scrapes of this target */
  intervalMs: number;
  /** null for a good scrape */
  failure: { reason: FailureReason; detail: string } | null;
  durationMs: number;
  bodyBytes: number;
  sampleCount: number;
  rows: GpuRow[];
  events: SeenXid[];
  rejects: ParseResult["rejects"];
  clockSkewSeconds: number | null;
  /** pushed, and perhaps not all of it: a GPU left out isn't gone, and what is in the tables already is added to */
  isPartial?: true;
}

/** One scrape to do. */
export interface ScrapeOrder {
  url: string;
  access?: Access | undefined;
  /** its time */
  at: number;
  dueUntil: number;
  schedule: Schedule;
  parser: ExpositionParser;
  fetcher: Fetcher;
  limits: Limits;
}

/** Scrapes a target once. Never throws for what the target does: its failure is the result. */
export async function scrape({
  url,
  access,
  at,
  dueUntil,
  schedule,
  parser,
  fetcher,
  limits,
}: ScrapeOrder): Promise<ScrapeResult> {
  const startedAt = performance.now();
  const result = blankResult(url, at, dueUntil, schedule.intervalMs);
  try {
    const answer = await fetcher.fetch(url, {
      timeoutMs: schedule.timeoutMs,
      bodyBytes: limits.bodyBytes,
      access,
    });
    result.durationMs = performance.now() - startedAt;
    result.bodyBytes = answer.bodyBytes;
    result.clockSkewSeconds = answer.clockSkewSeconds;
    return withReadings(result, answer, parser);
  } catch (error) {
    result.durationMs = performance.now() - startedAt;
    return withFailure(result, error);
  }
}

/** A scrape of which nothing has come yet. */
export function blankResult(url: string, at: number, dueUntil: number, intervalMs: number): ScrapeResult {
  const nothing = { failure: null, durationMs: 0, bodyBytes: 0, sampleCount: 0, clockSkewSeconds: null };
  return { url, at, dueUntil, intervalMs, ...nothing, rows: [], events: [], rejects: {} };
}

/** The scrape with what its answer says. */
export function withReadings(
  result: ScrapeResult,
  answer: Pick<Answer, "text" | "contentType">,
  parser: ExpositionParser,
): ScrapeResult {
  try {
    const { rows, events, rejects, sampleCount } = readAnswer(answer, result.at, parser);
    return { ...result, rows, events, rejects, sampleCount };
  } catch (error) {
    return withFailure(result, error);
  }
}

/** The scrape as one that failed. */
export function withFailure(result: ScrapeResult, error: unknown): ScrapeResult {
  const reason = error instanceof ScrapeFailure ? error.reason : "internal";
  const detail = `${reason === "internal" ? "BUG: " : ""}${messageOf(error).slice(0, 300)}`;
  return { ...result, failure: { reason, detail } };
}

/**
 * Reads an exporter's answer.
 *
 * @throws ScrapeFailure if it holds no GPU, and why
 */
export function readAnswer(
  answer: Pick<Answer, "text" | "contentType">,
  at: number,
  parser: ExpositionParser,
): ParseResult {
  const { text, contentType } = answer;
  if (text.trim() === "") throw new ScrapeFailure("empty", "200 with an empty body: the exporter is reloading");
  if (contentType.startsWith("text/html") || /^\s*</.test(text)) {
    throw new ScrapeFailure("html", "a web page, not metrics: a login or portal answers at this address");
  }
  if (text.includes("\0")) throw new ScrapeFailure("not_metrics", "binary data, not metrics");
  const result = parser.parse(text, at);
  if (contentType.startsWith("application/openmetrics-text") && !result.isOpenMetricsComplete) {
    throw new ScrapeFailure("truncated", "an OpenMetrics body without its end mark");
  }
  if (result.rows.length > 0) return result;
  if (result.rejects.bad_line === result.sampleCount && result.sampleCount > 0) {
    throw new ScrapeFailure("not_metrics", `no line is a metric; the first: ${result.firstBadLine ?? ""}`);
  }
  if (result.sampleCount === 0) throw new ScrapeFailure("empty", "no sample in the body: the exporter is reloading");
  throw new ScrapeFailure("no_gpus", `${result.sampleCount} samples, but none of a GPU`);
}
