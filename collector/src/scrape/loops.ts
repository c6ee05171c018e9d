import { ExpositionParser } from "../parse/exposition.ts";
import type { Limits } from "../parse/limits.ts";
import type { Target } from "../targets/target.ts";
import type { Fetcher } from "./fetcher.ts";
import { nextDueAt, offsetMs, type Schedule } from "./schedule.ts";
import { scrape, type ScrapeResult } from "./scrape.ts";

/** A target that has come is scraped within this time, whenever it is due. */
const FIRST_WITHIN_MS = 1_000;

/** How a target stands, for the /targets page. */
export interface TargetStatus {
  target: Target;
  /** the last scrape, without its rows; undefined before the first */
  last: (Omit<ScrapeResult, "rows"> & { gpuCount: number }) | undefined;
  /** scrapes left out because the one before was still under way */
  lateCount: number;
}

/** What `ScrapeLoops` works with. */
export interface LoopOptions {
  schedule: Schedule;
  fetcher: Fetcher;
  limits: Limits;
  onResult: (result: ScrapeResult) => void;
}

/**
 * Scrapes every target when it comes and then at its own times, each on its own: one in flight per target, and none
 * waits for another.
 */
export class ScrapeLoops {
  readonly #options: LoopOptions;
  readonly #loops = new Map<string, TargetLoop>();

  constructor(options: LoopOptions) {
    this.#options = options;
  }

  /** Takes a new list: loops of targets that stay go on undisturbed. */
  setTargets(targets: readonly Target[]): void {
    const urls = new Set(targets.map(({ url }) => url));
    for (const [url, loop] of this.#loops) {
      if (urls.has(url)) continue;
      loop.stop();
      this.#loops.delete(url);
    }
    for (const target of targets) {
      const loop = this.#loops.get(target.url);
      if (loop) loop.status.target = target;
      else this.#loops.set(target.url, new TargetLoop(target, this.#options));
    }
  }

  get statuses(): TargetStatus[] {
    return [...this.#loops.values()].map(({ status }) => status);
  }

  /** When the oldest scrape under way was sent; undefined when none is. */
  get inFlightSince(): number | undefined {
    let oldest: number | undefined;
    for (const { sentAt } of this.#loops.values()) {
      if (sentAt !== undefined && (oldest === undefined || sentAt < oldest)) oldest = sentAt;
    }
    return oldest;
  }

  /** Ends all loops; scrapes under way are forgotten, as they say nothing of their targets. */
  stop(): void {
    for (const loop of this.#loops.values()) loop.stop();
    this.#loops.clear();
  }
}

class TargetLoop {
  readonly status: TargetStatus;
  sentAt: number | undefined;
  readonly #options: LoopOptions;
  readonly #parser: ExpositionParser;
  #timer: NodeJS.Timeout | undefined;
  #firstTimer: NodeJS.Timeout | undefined;
  #dueAt: number;
  #isStopped = false;

  constructor(target: Target, options: LoopOptions) {
    this.status = { target, last: undefined, lateCount: 0 };
    this.#options = options;
    this.#parser = new ExpositionParser(options.limits);
    this.#dueAt = Date.now();
    this.#wait();
    if (this.#dueAt - Date.now() <= FIRST_WITHIN_MS) return;
    this.#firstTimer = setTimeout(() => void this.#scrape(), offsetMs(target.url, FIRST_WITHIN_MS));
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#firstTimer);
  }

  #wait(): void {
    const { intervalMs } = this.#options.schedule;
    const now = Date.now();
    // A timer may fire a little early: never the same time twice. Far ahead of now, though, the clock was set back.
    const after = this.#dueAt - now > intervalMs ? now : Math.max(now, this.#dueAt);
    this.#dueAt = nextDueAt(this.status.target.url, intervalMs, after);
    this.#timer = setTimeout(() => this.#fire(), this.#dueAt - now);
  }

  #fire(): void {
    clearTimeout(this.#firstTimer); // it may be late
    this.#wait();
    if (this.sentAt !== undefined) this.status.lateCount++;
    else void this.#scrape();
  }

  async #scrape(): Promise<void> {
    const { schedule, fetcher, limits, onResult } = this.#options;
    const at = Date.now();
    this.sentAt = at;
    const { url } = this.status.target;
    const result = await scrape({ url, at, dueUntil: this.#dueAt, schedule, parser: this.#parser, fetcher, limits });
    if (this.#isStopped) return;
    const { rows, ...last } = result;
    this.status.last = { ...last, gpuCount: rows.length };
    onResult(result);
    this.sentAt = undefined;
  }
}
