import { openCollector, type CollectorOptions } from "./src/collector.ts";

export { openCollector, type Collector, type CollectorOptions } from "./src/collector.ts";
export { importHistory, openHistory, type History, type HistoryOptions } from "./src/history/history.ts";
export { refreshPast, type PastRefreshOptions } from "./src/history/later.ts";
export type { BareReadings, PastScrape } from "./src/history/reader.ts";
export { COLUMNS, METRICS, type Metric } from "./src/metrics.ts";
export { Entity, type Attributes } from "./src/parse/entity.ts";
export { parseExposition } from "./src/parse/exposition.ts";
export { ScrapeFailure, type FailureReason } from "./src/parse/limits.ts";
export type { GpuRow, ParseResult, Rejected, RejectReason, SeenXid } from "./src/parse/result.ts";
export type { Finding, FindingKind } from "./src/plausibility/finding.ts";
export { readPlausibility, type Plausibility, type PlausibilityFilter } from "./src/plausibility/read.ts";
export { previewAnswer, previewUrl, type Preview } from "./src/preview.ts";
export { nextDueAt, offsetMs } from "./src/scrape/schedule.ts";
export { parseFileSd } from "./src/targets/file-sd.ts";
export type { Target } from "./src/targets/target.ts";

/**
 * Collects until `signal` is aborted. To serve its health and pages meanwhile, use `openCollector`.
 *
 * @throws BaseError as `openCollector` does
 */
export async function runCollector(options: CollectorOptions & { signal: AbortSignal }): Promise<void> {
  const collector = await openCollector(options);
  await collector.run(options.signal);
}
