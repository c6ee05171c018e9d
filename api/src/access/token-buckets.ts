import type { Bucket } from "./who.ts";

const MINUTE_MS = 60_000;
/** How many buckets are remembered: some 10 MB. */
const CAPACITY = 50_000;

/** Where budgets stand after a charge was taken, or refused. */
export interface Charge {
  isTaken: boolean;
  /** points left in the bucket that has least; nothing without any bucket */
  remaining: number | undefined;
  /** what that bucket holds when full */
  limit: number | undefined;
  /** until it is full again */
  resetMs: number;
  /** until what was refused would be taken; 0 when it was */
  retryMs: number;
}

interface Level {
  points: number;
  at: number;
}

/**
 * Budgets that refill steadily. Memory is bounded: beyond the capacity the bucket untouched for longest is forgotten, and
 * begins full again when it is next seen; most such are full anyway.
 */
export class TokenBuckets {
  /** least recently touched first */
  readonly #levels = new Map<string, Level>();
  readonly #capacity: number;
  readonly #now: () => number;

  constructor({ capacity = CAPACITY, now = () => performance.now() }: { capacity?: number; now?: () => number } = {}) {
    this.#capacity = capacity;
    this.#now = now;
  }

  /** How many buckets are remembered. */
  get size(): number {
    return this.#levels.size;
  }

  /** Takes `cost` from all of the buckets, or from none of them. */
  take(buckets: readonly Bucket[], cost: number): Charge {
    const now = this.#now();
    const levels = buckets.map((bucket) => this.#level(bucket, now));
    const isTaken = levels.every(({ points }) => points >= cost);
    if (isTaken) for (const level of levels) level.points -= cost;
    return describe(buckets, levels, isTaken ? 0 : cost, isTaken);
  }

  /** Gives back what turned out not to be used. */
  give(buckets: readonly Bucket[], cost: number): Charge {
    const now = this.#now();
    const levels = buckets.map((bucket) => this.#level(bucket, now));
    for (const [place, level] of levels.entries())
      level.points = Math.min(level.points + cost, buckets[place]?.perMinute ?? 0);
    return describe(buckets, levels, 0, true);
  }

  /** Takes up to `cost` from each of the buckets, as much as there is. */
  drain(buckets: readonly Bucket[], cost: number): Charge {
    const now = this.#now();
    const levels = buckets.map((bucket) => this.#level(bucket, now));
    for (const level of levels) level.points = Math.max(level.points - cost, 0);
    return describe(buckets, levels, 0, true);
  }

  #level({ id, perMinute }: Bucket, now: number): Level {
    const known = this.#levels.get(id);
    const refilled = known ? known.points + ((now - known.at) * perMinute) / MINUTE_MS : perMinute;
    const level = { points: Math.min(refilled, perMinute), at: now };
    this.#levels.delete(id);
    this.#levels.set(id, level);
    if (this.#levels.size > this.#capacity) this.#levels.delete(this.#levels.keys().next().value ?? "");
    return level;
  }
}

function describe(buckets: readonly Bucket[], levels: readonly Level[], wanted: number, isTaken: boolean): Charge {
  let least: { remaining: number; limit: number } | undefined;
  let resetMs = 0;
  let retryMs = 0;
  for (const [place, { perMinute }] of buckets.entries()) {
    const points = levels[place]?.points ?? 0;
    if (!least || points < least.remaining) least = { remaining: Math.floor(points), limit: perMinute };
    resetMs = Math.max(resetMs, ((perMinute - points) * MINUTE_MS) / perMinute);
    retryMs = Math.max(retryMs, ((wanted - points) * MINUTE_MS) / perMinute);
  }
  return { isTaken, remaining: least?.remaining, limit: least?.limit, resetMs, retryMs: isTaken ? 0 : retryMs };
}
