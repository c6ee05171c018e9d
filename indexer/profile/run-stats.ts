/** Buckets of a handler's times in each doubling: 5 % wide. */
const PER_DOUBLING = 16;
/** From 2^-4 µs up to 2^26 µs (a minute). */
const LOWEST = -4;
const BUCKETS = 30 * PER_DOUBLING;

/** How often a handler ran, and for how long. */
export class HandlerRuns {
  /** runs to their end */
  runs = 0;
  ms = 0;
  /** runs given up because data was missing; each is followed by another */
  replays = 0;
  replayMs = 0;
  /** runs that ended with a fault */
  failures = 0;
  private readonly buckets = new Uint32Array(BUCKETS);

  /** Notes a run to its end. */
  done(ms: number): void {
    this.runs++;
    this.ms += ms;
    const place = (Math.log2(ms * 1_000) - LOWEST) * PER_DOUBLING;
    const bucket = place > 0 ? Math.min(BUCKETS - 1, Math.floor(place)) : 0;
    this.buckets[bucket] = (this.buckets[bucket] ?? 0) + 1;
  }

  /** Notes a run that was given up. */
  replayed(ms: number): void {
    this.replays++;
    this.replayMs += ms;
  }

  /**
   * The time in µs that this share of runs stayed below, up to 5 % too high; 0 without runs.
   *
   * @param share e.g. 0.99
   */
  quantile(share: number): number {
    let left = Math.ceil(this.runs * share);
    for (let bucket = 0; bucket < BUCKETS && left > 0; bucket++) {
      left -= this.buckets[bucket] ?? 0;
      if (left <= 0) return 2 ** ((bucket + 1) / PER_DOUBLING + LOWEST);
    }
    return 0;
  }
}

/** Runs by handler; as many handlers as the manifest names. */
export class RunStats {
  readonly handlers = new Map<string, HandlerRuns>();

  of(handler: string): HandlerRuns {
    let runs = this.handlers.get(handler);
    if (!runs) {
      runs = new HandlerRuns();
      this.handlers.set(handler, runs);
    }
    return runs;
  }
}
