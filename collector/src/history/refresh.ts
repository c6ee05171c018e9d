import type { Pool } from "#kernel/pg.ts";
import { bucketStart, HOUR_MS, MINUTE_MS } from "#kernel/time.ts";
import { refresh, type Span } from "../write/watermark.ts";

/** An aggregate and the width of its buckets. */
interface Level {
  view: string;
  widthMs: number;
}

/** Made of the samples. */
export const MINUTES: readonly Level[] = [
  { view: "telemetry.gpu_1m", widthMs: MINUTE_MS },
  { view: "telemetry.target_1m", widthMs: MINUTE_MS },
];
/** Made of the minutes; where samples lie behind those, each refresh reads all of these too. */
export const HOURS_AND_DAYS: readonly Level[] = [
  { view: "telemetry.gpu_1h", widthMs: HOUR_MS },
  { view: "telemetry.gpu_1d", widthMs: 24 * HOUR_MS },
];

/** What one refresh reads: more of them take longer than a sort in memory, fewer pay more for each call. */
const SLICE_MS = 24 * HOUR_MS;

/** Refreshes every aggregate over the buckets that a span touches, as far as those are over now: all minutes first. */
export async function refreshAll(pool: Pool, span: Span): Promise<void> {
  await new RisingRefresh(pool, span.from).refreshTo(span.to, { isEnd: true });
}

/** Refreshes aggregates behind what is written in the order of time. */
export class RisingRefresh {
  readonly #pool: Pool;
  readonly #levels: readonly Level[];
  /** by level, the first bucket not refreshed yet */
  readonly #next: number[];

  /** @param from where what is written begins, milliseconds since 1970 */
  constructor(pool: Pool, from: number, levels: readonly Level[] = [...MINUTES, ...HOURS_AND_DAYS]) {
    this.#pool = pool;
    this.#levels = levels;
    this.#next = levels.map(({ widthMs }) => bucketStart(from, widthMs));
  }

  /**
   * Refreshes the buckets that end at or before a time; of those that aren't over now, more may come.
   *
   * @param writtenTo everything before it is written
   * @param isEnd nothing comes behind it: the buckets in which it lies count too
   */
  async refreshTo(writtenTo: number, { isEnd = false, sliceMs = SLICE_MS } = {}): Promise<void> {
    for (const [level, { view, widthMs }] of this.#levels.entries()) {
      const end = isEnd ? bucketStart(writtenTo, widthMs) + widthMs : writtenTo;
      const to = bucketStart(Math.min(end, Date.now()), widthMs);
      for (let from = this.#next[level] ?? to; from < to; from = this.#next[level] ?? to) {
        // Slices end at whole days and parts of them, as chunks do.
        const step = Math.max(sliceMs, widthMs);
        const until = Math.min(to, bucketStart(from, step) + step);
        await refresh(this.#pool, view, { from, to: until });
        this.#next[level] = until;
      }
    }
  }
}
