import { setTimeout as delay } from "node:timers/promises";

/** Milliseconds since 1970. Injected wherever a decision depends on the time, so that tests own it. */
export interface Clock {
  now(): number;
}

export const systemClock: Clock = { now: () => Date.now() };

export const SECOND_MS = 1_000;
export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;

/** Waits. Rejects with the signal's reason when it is aborted first. */
export async function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  await delay(ms, undefined, signal ? { signal } : {});
}

/** The start of the bucket of `widthMs` that holds `atMs`, buckets counted from 1970 in UTC. */
export function bucketStart(atMs: number, widthMs: number): number {
  return Math.floor(atMs / widthMs) * widthMs;
}

/** Delay before try number `attempt` (0, 1, 2, …): doubles from `baseMs` up to `maxMs`, half of it random. */
export function backoffMs(attempt: number, baseMs = 250, maxMs = 30_000, random: () => number = Math.random): number {
  const full = Math.min(maxMs, baseMs * 2 ** Math.min(attempt, 20));
  return Math.round(full / 2 + (full / 2) * random());
}

/**
 * Asks `probe` until it gives something other than `undefined`. A probe that never answers counts as one that didn't.
 *
 * @throws whatever `onTimeout` makes once `timeoutMs` have passed
 */
export async function waitFor<T>(
  probe: () => Promise<T | undefined>,
  options: { timeoutMs: number; everyMs?: number; signal?: AbortSignal; onTimeout: () => Error },
): Promise<T> {
  const until = Date.now() + options.timeoutMs;
  for (;;) {
    const value = await within(probe(), until - Date.now(), options.onTimeout);
    if (value !== undefined) return value;
    if (Date.now() >= until) throw options.onTimeout();
    await sleep(options.everyMs ?? 50, options.signal);
  }
}

/** What `answer` gives, or the error of `onTimeout` if it doesn't within `ms`. */
async function within<T>(answer: Promise<T>, ms: number, onTimeout: () => Error): Promise<T> {
  const timer = new AbortController();
  const timeout = delay(Math.max(ms, 0), undefined, { signal: timer.signal }).then(() => {
    throw onTimeout();
  });
  timeout.catch(() => undefined); // aborted once there is an answer
  try {
    return await Promise.race([answer, timeout]);
  } finally {
    timer.abort();
  }
}
