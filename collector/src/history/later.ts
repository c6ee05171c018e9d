import { createPool } from "#kernel/pg.ts";
import { bucketStart, HOUR_MS, sleep } from "#kernel/time.ts";
import { HOLD_MS, holdPolicies } from "../write/policies.ts";
import type { Span } from "../write/watermark.ts";
import { HOURS_AND_DAYS, MINUTES, RisingRefresh } from "./refresh.ts";

/** How long one piece may take: in the embedded database nobody else is served meanwhile. */
const WANTED_MS = 1_000;
/** What one piece covers, at the most and the least. A refresh costs much by itself, whatever it covers. */
const SLICE = { most: 24 * HOUR_MS, least: 3 * HOUR_MS };
/** Pause after each piece, as a multiple of what it took. */
const REST = 0.3;

/** Options of `refreshPast`. */
export interface PastRefreshOptions {
  databaseUrl: string;
  /** of a history; milliseconds since 1970 */
  span: Span;
  /** stops it between two refreshes; it may be begun again */
  signal: AbortSignal;
}

/**
 * Refreshes the roll-ups of a history, all minutes and then what is made of them, piece by piece, so that others are
 * served in between. What isn't refreshed yet is read from the samples: right, but slow. It goes from the oldest on, and
 * TimescaleDB's jobs are held until all is done: a refresh of the newest would hide what isn't refreshed before it.
 *
 * @throws what the database says, and the signal's reason
 */
export async function refreshPast({ databaseUrl, span, signal }: PastRefreshOptions): Promise<void> {
  const pool = createPool(databaseUrl, { name: "collector-history", max: 1 });
  try {
    await holdPolicies(pool, Date.now() + HOLD_MS);
    for (const levels of [MINUTES, HOURS_AND_DAYS])
      await refreshLevels(new RisingRefresh(pool, span.from, levels), span, signal);
    await holdPolicies(pool, Date.now());
  } finally {
    await pool.end();
  }
}

async function refreshLevels(rising: RisingRefresh, span: Span, signal: AbortSignal): Promise<void> {
  let sliceMs = SLICE.most;
  for (let to = span.from; to < span.to;) {
    to = Math.min(bucketStart(to, sliceMs) + sliceMs, span.to);
    const startedAt = Date.now();
    await rising.refreshTo(to, { sliceMs });
    const tookMs = Date.now() - startedAt;
    if (tookMs > WANTED_MS) sliceMs = Math.max(sliceMs / 2, SLICE.least);
    await sleep(tookMs * REST, signal);
  }
}
