import { ExpositionParser } from "../parse/exposition.ts";
import type { Limits } from "../parse/limits.ts";
import type { Target } from "../targets/target.ts";
import type { Fetcher } from "./fetcher.ts";
import { nextDueAt, offsetMs, type Schedule } from "./schedule.ts";
import { scrape, type ScrapeResult } from "./scrape.ts";

/** A target that has come is scraped within this time, whenever it is due: */
const FIRST_WITHIN_MS = 1_000;
/** as many of them as this in that time, more in longer. */
const FIRST_AT_ONCE = 250;

const LOOK_AGAIN_MS = 100;

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
  /** of targets without one of their own */
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
  #lookedAt = -Infinity;
  #seenThrough = -Infinity;

  constructor(options: LoopOptions) {
    this.#options = options;
  }

  /** Takes a new list: loops of targets that stay go on undisturbed, unless they are due at other times now. */
  setTargets(targets: readonly Target[]): void {
    const wanted = new Map(targets.map((target) => [target.url, target]));
    for (const [url, loop] of this.#loops) {
      const target = wanted.get(url);
      if (target && isSameSchedule(scheduleOf(target, this.#options), loop.schedule)) continue;
      loop.stop();
      this.#loops.delete(url);
    }
    const newCount = targets.length - this.#loops.size;
    const firstWithinMs = FIRST_WITHIN_MS * Math.max(1, newCount / FIRST_AT_ONCE);
    for (const target of targets) {
      const loop = this.#loops.get(target.url);
      if (loop) loop.status.target = target;
      else this.#loops.set(target.url, new TargetLoop(target, this.#options, firstWithinMs));
    }
  }

  get statuses(): TargetStatus[] {
    return [...this.#loops.values()].map(({ status }) => status);
  }

  /** The time of the oldest scrape under way, or due and not sent yet; undefined when there is none. */
  get inFlightSince(): number | undefined {
    const now = Date.now();
    let oldest: number | undefined;
    for (const loop of this.#loops.values()) {
      const since = loop.openSince(now);
      if (since !== undefined && (oldest === undefined || since < oldest)) oldest = since;
    }
    return oldest;
  }

  /**
   * No result that is still to come is of a time before it. It may lag by a tenth of a second: thousands of loops are not
   * gone through for each result.
   */
  get seenThrough(): number {
    const now = Date.now();
    if (Math.abs(now - this.#lookedAt) >= LOOK_AGAIN_MS) {
      this.#lookedAt = now;
      this.#seenThrough = this.inFlightSince ?? now;
    }
    return this.#seenThrough;
  }

  /** Ends all loops; scrapes under way are forgotten, as they say nothing of their targets. */
  stop(): void {
    for (const loop of this.#loops.values()) loop.stop();
    this.#loops.clear();
  }
}

function scheduleOf(target: Target, { schedule }: LoopOptions): Schedule {
  return target.schedule ?? schedule;
}

function isSameSchedule(one: Schedule, other: Schedule): boolean {
  return one.intervalMs === other.intervalMs && one.timeoutMs === other.timeoutMs;
}

class TargetLoop {
  readonly status: TargetStatus;
  readonly schedule: Schedule;
  /** time of the scrape under way */
  #sentAt: number | undefined;
  readonly #options: LoopOptions;
  readonly #parser: ExpositionParser;
  #timer: NodeJS.Timeout | undefined;
  #firstTimer: NodeJS.Timeout | undefined;
  #dueAt: number;
  #isStopped = false;

  constructor(target: Target, options: LoopOptions, firstWithinMs: number) {
    this.status = { target, last: undefined, lateCount: 0 };
    this.schedule = scheduleOf(target, options);
    this.#options = options;
    this.#parser = new ExpositionParser(options.limits);
    this.#dueAt = Date.now();
    this.#wait();
    if (this.#dueAt - Date.now() <= firstWithinMs) return;
    this.#firstTimer = setTimeout(() => void this.#scrape(Date.now()), offsetMs(target.url, firstWithinMs));
  }

  /** The oldest time of which a scrape may still come. */
  openSince(now: number): number | undefined {
    return this.#sentAt ?? (this.#dueAt <= now ? this.#dueAt : undefined);
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#firstTimer);
  }

  #wait(): void {
    const { intervalMs } = this.schedule;
    const now = Date.now();
    // A timer may fire a little early: never the same time twice. Far ahead of now, though, the clock was set back.
    const after = this.#dueAt - now > intervalMs ? now : Math.max(now, this.#dueAt);
    this.#dueAt = nextDueAt(this.status.target.url, intervalMs, after);
    this.#timer = setTimeout(() => this.#fire(), this.#dueAt - now);
  }

  #fire(): void {
    clearTimeout(this.#firstTimer); // it may be late
    const [tick, now] = [this.#dueAt, Date.now()];
    this.#wait();
    // Every collector of this target gives the scrape the same time, and so one of them leaves a row.
    const at = Math.abs(now - tick) <= this.schedule.intervalMs / 2 ? tick : now;
    if (this.#sentAt !== undefined) this.status.lateCount++;
    else void this.#scrape(at);
  }

  async #scrape(at: number): Promise<void> {
    const { fetcher, limits, onResult } = this.#options;
    this.#sentAt = at;
    const { url, access } = this.status.target;
    const [dueUntil, { schedule }, parser] = [this.#dueAt, this, this.#parser];
    const result = await scrape({ url, access, at, dueUntil, schedule, parser, fetcher, limits });
    if (this.#isStopped) return;
    const { rows, ...last } = result;
    this.status.last = { ...last, gpuCount: rows.length };
    onResult(result);
    this.#sentAt = undefined;
  }
}
