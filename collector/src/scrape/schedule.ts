import { createHash } from "node:crypto";

/** When targets are due: at a phase of their own, fixed by their URL, so that load is spread and restarts change nothing. */
export interface Schedule {
  intervalMs: number;
  /** at most the interval */
  timeoutMs: number;
}

/** Bounds of an interval: a sample speaks for its GPU for 5 minutes at most. */
export const [MIN_INTERVAL_MS, MAX_INTERVAL_MS] = [1_000, 300_000];
export const MIN_TIMEOUT_MS = 100;

/** The schedule for scraping every `seconds`: a scrape may take four fifths of it, at most 10 s. */
export function scheduleEvery(seconds: number): Schedule {
  const intervalMs = seconds * 1_000;
  return { intervalMs, timeoutMs: Math.min(10_000, intervalMs * 0.8) };
}

/** The schedule of one that says something of its own of it; its timeout is never longer than its interval. */
export function scheduleWith(
  base: Schedule,
  own: { intervalMs?: number | undefined; timeoutMs?: number | undefined },
): Schedule {
  if (own.intervalMs === undefined && own.timeoutMs === undefined) return base;
  const intervalMs = own.intervalMs ?? base.intervalMs;
  const usual = own.intervalMs === undefined ? base : scheduleEvery(intervalMs / 1_000);
  return { intervalMs, timeoutMs: Math.min(own.timeoutMs ?? usual.timeoutMs, intervalMs) };
}

/** The target's offset into the interval, 0 ≤ offset < `intervalMs`. */
export function offsetMs(url: string, intervalMs: number): number {
  return createHash("sha256").update(url).digest().readUInt32BE(0) % intervalMs;
}

/** The first time after `nowMs` at which the target is due. */
export function nextDueAt(url: string, intervalMs: number, nowMs: number): number {
  const offset = offsetMs(url, intervalMs);
  return (Math.floor((nowMs - offset) / intervalMs) + 1) * intervalMs + offset;
}
