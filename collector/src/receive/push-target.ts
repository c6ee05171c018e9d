import { ExpositionParser } from "../parse/exposition.ts";
import { ScrapeFailure } from "../parse/limits.ts";
import type { TargetStatus } from "../scrape/loops.ts";
import { blankResult, withFailure, withReadings, type ScrapeResult } from "../scrape/scrape.ts";
import type { Target } from "../targets/target.ts";
import { REPORTS, type Reading } from "./intake.ts";
import { Interval } from "./interval.ts";
import { toText } from "./places.ts";

/** Of equal Prometheus another one is listened to when the first has had no good scrape for so long. */
const REPLICA_SILENCE_MS = 30_000;

/** What has come of one scrape of one target. */
export interface PushedScrape {
  at: number;
  replica: string;
  /** between two of them, as its operator says; undefined: to be learned */
  intervalMs: number | undefined;
  /** of this target, with the labels of its exporter */
  readings: readonly Reading[];
  /** all of it is here, as far as can be known */
  isWhole: boolean;
  /** exporter's series that aren't of a GPU */
  hasOthers: boolean;
  receivedAt: number;
}

/** One target that a Prometheus scrapes for us. */
export class PushTarget {
  readonly target: Target;
  /** time of its newest scrape */
  newestAt = -Infinity;
  lastReceivedAt = -Infinity;
  last: TargetStatus["last"];
  readonly #parser = new ExpositionParser();
  readonly #interval = new Interval();
  #replica = "";
  #replicaGoodAt = -Infinity;

  constructor(target: Target) {
    this.target = target;
  }

  get intervalMs(): number {
    return this.#interval.ms;
  }

  /** @returns the scrape as if we had done it; undefined if it says nothing, or another Prometheus is listened to */
  take(scrape: PushedScrape): ScrapeResult | undefined {
    this.#interval.given = scrape.intervalMs;
    if (!this.#isListenedTo(scrape)) return undefined;
    const { at, receivedAt } = scrape;
    const isNews = at > this.newestAt;
    const isPartial = !scrape.isWhole || !isNews;
    if (isNews) this.#interval.add(at - this.newestAt);
    const result = this.#read(scrape, isPartial);
    if (!result) return undefined;
    this.lastReceivedAt = Math.max(this.lastReceivedAt, receivedAt);
    if (result.failure === null) this.#replicaGoodAt = Math.max(this.#replicaGoodAt, at);
    if (isNews) {
      this.newestAt = at;
      const { rows, ...last } = result;
      this.last = { ...last, gpuCount: rows.length };
    }
    return result;
  }

  #isListenedTo({ replica, at }: PushedScrape): boolean {
    if (replica === this.#replica) return true;
    const silence = Math.max(REPLICA_SILENCE_MS, 2 * this.#interval.ms);
    if (at <= this.#replicaGoodAt + silence) return false;
    this.#replica = replica;
    return true;
  }

  #read({ at, readings, hasOthers }: PushedScrape, isPartial: boolean): ScrapeResult | undefined {
    const { ms } = this.#interval;
    const blank = blankResult(this.target.url, at, at + ms, ms);
    if (isPartial) blank.isPartial = true;
    const duration = valueOf(readings, REPORTS.duration);
    if (duration !== undefined && duration >= 0 && duration < 3_600) blank.durationMs = duration * 1_000;
    if (valueOf(readings, REPORTS.up) === 0) {
      const what = "its Prometheus could not scrape it (up = 0)";
      return withFailure(blank, new ScrapeFailure("reported_down", what));
    }
    const gpus = readings.filter(({ name, isStale }) => !isStale && !OWN.has(name));
    if (gpus.length > 0) return withReadings(blank, { text: toText(gpus), contentType: "" }, this.#parser);
    if (isPartial) return undefined;
    const what = "its Prometheus scraped it, and found no metric of a GPU";
    return withFailure(blank, new ScrapeFailure(hasOthers ? "no_gpus" : "empty", what));
  }
}

const OWN = new Set<string>(Object.values(REPORTS));

function valueOf(readings: readonly Reading[], wanted: string): number | undefined {
  return readings.find(({ name, isStale }) => name === wanted && !isStale)?.value;
}
