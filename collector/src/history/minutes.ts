import { createPool } from "#kernel/pg.ts";
import { HOUR_MS, sleep } from "#kernel/time.ts";
import { HOLD_MS, holdPolicies } from "../write/policies.ts";
import type { Span } from "../write/watermark.ts";
import { MINUTES, RisingRefresh } from "./refresh.ts";

/** How long one refresh should take: in the embedded database nobody else is served meanwhile. */
const WANTED_MS = { least: 80, most: 300 };
/** What one refresh covers, to begin with and at the least and most. */
const SLICE = { first: 4 * HOUR_MS, least: HOUR_MS, most: 24 * HOUR_MS };

/** Options of `refreshPastMinutes`. */
export interface PastMinutesOptions {
  databaseUrl: string;
  /** of a history; milliseconds since 1970 */
  span: Span;
  /** stops it between two refreshes; it may be begun again */
  signal: AbortSignal;
}

/**
 * Refreshes the roll-ups by minute of a history, from its beginning on, as long at rest as at work, so that others are
 * served. What isn't refreshed yet is read from the samples. TimescaleDB's jobs are held until it is done: one that
 * refreshed the newest minutes first would hide the others meanwhile.
 *
 * @throws what the database says, and the signal's reason
 */
export async function refreshPastMinutes({ databaseUrl, span, signal }: PastMinutesOptions): Promise<void> {
  const pool = createPool(databaseUrl, { name: "collector-minutes", max: 1 });
  try {
    await holdPolicies(pool, Date.now() + HOLD_MS);
    const rising = new RisingRefresh(pool, span.from, MINUTES);
    let sliceMs = SLICE.first;
    for (let to = span.from; to < span.to;) {
      to = Math.min(to + sliceMs, span.to);
      const startedAt = Date.now();
      await rising.refreshTo(to, { sliceMs });
      const tookMs = Date.now() - startedAt;
      if (tookMs > WANTED_MS.most) sliceMs = Math.max(sliceMs / 2, SLICE.least);
      if (tookMs < WANTED_MS.least) sliceMs = Math.min(sliceMs * 2, SLICE.most);
      await sleep(tookMs, signal);
    }
    await holdPolicies(pool, Date.now());
  } finally {
    await pool.end();
  }
}
