import { createPool } from "#kernel/pg.ts";
import { HOUR_MS, sleep } from "#kernel/time.ts";
import { HOLD_MS, holdPolicies } from "../write/policies.ts";
import type { Span } from "../write/watermark.ts";
import { HOURS_AND_DAYS, MINUTES, RisingRefresh } from "./refresh.ts";

/** How long one refresh should take: in the embedded database nobody else is served meanwhile. */
const WANTED_MS = { least: 80, most: 300 };
/** What one refresh covers, to begin with and at the least and most: hours by powers of two, so that it ends at one. */
const SLICE = { first: 4 * HOUR_MS, least: HOUR_MS, most: 16 * HOUR_MS };

/** Options of `refreshPast`. */
export interface PastRefreshOptions {
  databaseUrl: string;
  /** of a history; milliseconds since 1970 */
  span: Span;
  /** stops it between two refreshes; it may be begun again */
  signal: AbortSignal;
}

/**
 * Refreshes the roll-ups of a history in small pieces, so that others are served: hours and days first, for which long
 * ranges wait; then the minutes, as long at rest as at work. What isn't refreshed yet is read from the samples: right, but
 * slow. Each level goes from the oldest on, and TimescaleDB's jobs are held until all is done: a refresh of the newest
 * would hide what isn't refreshed before it.
 *
 * @throws what the database says, and the signal's reason
 */
export async function refreshPast({ databaseUrl, span, signal }: PastRefreshOptions): Promise<void> {
  const pool = createPool(databaseUrl, { name: "collector-history", max: 1 });
  const parts = [
    { rising: new RisingRefresh(pool, span.from, HOURS_AND_DAYS), rest: 0.1 },
    { rising: new RisingRefresh(pool, span.from, MINUTES), rest: 1 },
  ];
  try {
    await holdPolicies(pool, Date.now() + HOLD_MS);
    for (const { rising, rest } of parts) await refreshInPieces(rising, rest, span, signal);
    await holdPolicies(pool, Date.now());
  } finally {
    await pool.end();
  }
}

/** @param rest pause after each refresh, as a multiple of what it took */
async function refreshInPieces(rising: RisingRefresh, rest: number, span: Span, signal: AbortSignal): Promise<void> {
  let sliceMs = SLICE.first;
  for (let to = span.from; to < span.to;) {
    to = Math.min(to + sliceMs, span.to);
    const startedAt = Date.now();
    await rising.refreshTo(to, { sliceMs });
    const tookMs = Date.now() - startedAt;
    if (tookMs > WANTED_MS.most) sliceMs = Math.max(sliceMs / 2, SLICE.least);
    if (tookMs < WANTED_MS.least) sliceMs = Math.min(sliceMs * 2, SLICE.most);
    await sleep(tookMs * rest, signal);
  }
}
