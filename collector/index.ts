import { openCollector, type CollectorOptions } from "./src/collector.ts";
import { Fetcher } from "./src/scrape/fetcher.ts";
import { scheduleEvery } from "./src/scrape/schedule.ts";
import { Discovery } from "./src/targets/discovery.ts";
import type { TargetPlaces } from "./src/targets/jobs.ts";

export { openCollector, type Collector, type CollectorOptions } from "./src/collector.ts";
export { importHistory, openHistory, type History, type HistoryOptions } from "./src/history/history.ts";
export { refreshPast, type PastRefreshOptions } from "./src/history/later.ts";
export type { BareReadings, PastScrape } from "./src/history/reader.ts";
export { COLUMNS, METRICS, namesOf, type Metric } from "./src/metrics.ts";
export { Entity, spellingOf, type Attributes } from "./src/parse/entity.ts";
export { parseExposition } from "./src/parse/exposition.ts";
export { ScrapeFailure, type FailureReason } from "./src/parse/limits.ts";
export type { GpuRow, ParseResult, Rejected, RejectReason, SeenXid } from "./src/parse/result.ts";
export type { Finding, FindingKind } from "./src/plausibility/finding.ts";
export { readPlausibility, type Plausibility, type PlausibilityFilter } from "./src/plausibility/read.ts";
export { previewAnswer, previewUrl, type Preview } from "./src/preview.ts";
export { Guard, parseGuard } from "./src/scrape/guard.ts";
export { servePushes, type PushServerOptions } from "./src/receive/server.ts";
export { parseTokens, type TokenEntry } from "./src/receive/tokens.ts";
export { nextDueAt, offsetMs } from "./src/scrape/schedule.ts";
export { parseFileSd } from "./src/targets/file-sd.ts";
export type { Target, TargetList } from "./src/targets/target.ts";

/**
 * Reads what there is to scrape, and throws it away.
 *
 * @throws BaseError as `openCollector` does for it
 */
export async function checkTargets(places: Omit<TargetPlaces, "schedule">): Promise<void> {
  await Discovery.open({ ...places, schedule: scheduleEvery(10), fetcher: new Fetcher() });
}

/**
 * Collects until `signal` is aborted. To serve its health and pages meanwhile, use `openCollector`.
 *
 * @throws BaseError as `openCollector` does
 */
export async function runCollector(options: CollectorOptions & { signal: AbortSignal }): Promise<void> {
  const collector = await openCollector(options);
  await collector.run(options.signal);
}
