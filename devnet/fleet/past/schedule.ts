import { nextDueAt, type Target } from "#collector/index.ts";
import { HOUR_MS, MINUTE_MS } from "#kernel/time.ts";

/** Between two scrapes in the older part of a past, and in its newer part. */
const COARSE_MS = 5 * MINUTE_MS;
const FINE_MS = MINUTE_MS;
/** Scrapes are put in the order of their times within such windows. */
const WINDOW_MS = HOUR_MS;

/** A scrape to do. Times are milliseconds since 1970. */
export interface PlannedScrape {
  target: Target;
  at: number;
  /** since the one before */
  intervalMs: number;
  /** when the target is due again */
  dueUntil: number;
}

/**
 * When the targets of a past are scraped: at the times at which the collector would, every five minutes at first, then
 * every minute. Where the one goes over into the other no two scrapes are further apart than the longer of the two.
 */
export class PastSchedule {
  readonly #fineFrom: number;
  /** by target, the scrape before and when it is due */
  readonly #due: { target: Target; before: number; at: number }[];

  /**
   * @param fromOf where each target's scrapes begin
   * @param fineFrom where the part with a scrape a minute begins
   */
  constructor(targets: readonly Target[], fromOf: (target: Target) => number, fineFrom: number) {
    this.#fineFrom = fineFrom;
    this.#due = targets.map((target) => {
      const from = fromOf(target);
      const at = nextDueAt(target.url, from < fineFrom ? COARSE_MS : FINE_MS, from - 1);
      return { target, before: at - (from < fineFrom ? COARSE_MS : FINE_MS), at };
    });
  }

  /** The scrapes that come before `to`, in the order of their times; each is given once. */
  *until(to: number): Generator<PlannedScrape> {
    for (let end = Math.min(...this.#due.map(({ at }) => at)); end < to;) {
      end = Math.min(end + WINDOW_MS, to);
      const planned = this.#due.flatMap((due) => [...this.#takeUntil(due, end)]);
      yield* planned.sort((one, other) => one.at - other.at);
    }
  }

  *#takeUntil(due: { target: Target; before: number; at: number }, to: number): Generator<PlannedScrape> {
    while (due.at < to) {
      const { target, before, at } = due;
      due.before = at;
      due.at = nextDueAt(target.url, at < this.#fineFrom ? COARSE_MS : FINE_MS, at);
      yield { target, at, intervalMs: at - before, dueUntil: due.at };
    }
  }
}
