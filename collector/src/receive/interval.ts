import { MAX_COVER_MS } from "../write/derive.ts";

/** Prometheus' own default, until we know better. */
const DEFAULT_MS = 60_000;
const MIN_MS = 1_000;
const REMEMBERED = 8;

/**
 * How long a target's pushed scrapes are apart: nobody tells us, so it is learned from their times. It is the mean of the
 * last few steps but for the longest and the shortest, so that neither an outage nor two Prometheus that scrape the same
 * target out of step lead it astray.
 */
export class Interval {
  /** what the operator's token says, milliseconds; undefined: learn it */
  given: number | undefined;
  readonly #steps: number[] = [];

  /** A scrape came `stepMs` after the one before it. */
  add(stepMs: number): void {
    if (stepMs <= 0 || stepMs > MAX_COVER_MS) return;
    this.#steps.push(stepMs);
    if (this.#steps.length > REMEMBERED) this.#steps.shift();
  }

  /** Milliseconds, 1 s to 5 minutes. */
  get ms(): number {
    if (this.given !== undefined) return this.given;
    const sorted = [...this.#steps].sort((a, b) => a - b);
    const kept = sorted.length > 2 ? sorted.slice(1, -1) : sorted;
    if (kept.length === 0) return DEFAULT_MS;
    const mean = kept.reduce((sum, step) => sum + step, 0) / kept.length;
    return Math.round(Math.min(Math.max(mean, MIN_MS), MAX_COVER_MS));
  }
}
