import type { Pool } from "#kernel/pg.ts";
import { bucketStart, HOUR_MS, sleep } from "#kernel/time.ts";
import type { Lease } from "../duties/lease.ts";
import { assessDay, forgetOld, gpusOf, keepFacts, type KnownGpu } from "./days.ts";

const DAY_MS = 24 * HOUR_MS;
/** How far back the first run goes, and any later one after a long pause. */
const FIRST_MS = 2 * DAY_MS;
const FURTHEST_MS = 14 * DAY_MS;
/** GPUs of one statement: some 18,000 samples at 10 s. */
const BATCH_GPUS = 50;
/** Pause after each statement, as a multiple of what it took: the embedded database serves nobody else meanwhile. */
const REST = 1;

/** What keeps plausibility up to date works with. */
export interface PlausibilityOptions {
  pool: Pool;
  lease: Lease;
  signal: AbortSignal;
}

/**
 * Brings plausibility up to the watermark: reads the facts of every whole hour before it, once, and judges the days that
 * they belong to. Nothing happens while no further hour is over.
 *
 * @returns how many hours were read
 * @throws what the database says, and the signal's reason
 */
export async function keepPlausibility(options: PlausibilityOptions): Promise<number> {
  const { pool, lease } = options;
  const to = await lastWholeHour(pool);
  if (to === undefined) return 0;
  const done = (await lease.doneThrough())?.getTime();
  const from = await firstHour(pool, done, to);
  if (from === undefined || from >= to || !(await lease.take())) return 0;
  for (let hour = from; hour < to; hour += HOUR_MS) {
    const through = hour + HOUR_MS;
    const gpus = await gpusOf(pool, hour, through);
    await inBatches(options, gpus, (batch) => keepFacts(pool, batch, hour));
    const day = bucketStart(hour, DAY_MS);
    const isOver = through === day + DAY_MS;
    // A day that is over is judged twice, so that each of two copies sees the other as it has become.
    for (let pass = isOver ? 2 : Number(through === to); pass > 0; pass--)
      await inBatches(options, await gpusOf(pool, day, through), (batch) => assessDay(pool, batch, day, through));
    if (isOver) await forgetOld(pool, day);
    if (!(await lease.renew(new Date(through)))) return (through - from) / HOUR_MS;
  }
  return (to - from) / HOUR_MS;
}

async function inBatches(
  { signal, lease }: PlausibilityOptions,
  gpus: readonly KnownGpu[],
  work: (batch: readonly KnownGpu[]) => Promise<void>,
): Promise<void> {
  for (let place = 0; place < gpus.length; place += BATCH_GPUS) {
    signal.throwIfAborted();
    const startedAt = Date.now();
    await work(gpus.slice(place, place + BATCH_GPUS));
    await lease.renew();
    await sleep(REST * (Date.now() - startedAt), signal);
  }
}

/** The end of the last hour that the watermark has passed. */
async function lastWholeHour(pool: Pool): Promise<number | undefined> {
  const { rows } = await pool.query<{ sampled_through: Date }>("select sampled_through from telemetry.watermark");
  const through = rows[0]?.sampled_through.getTime();
  return through === undefined ? undefined : bucketStart(through, HOUR_MS);
}

async function firstHour(pool: Pool, done: number | undefined, to: number): Promise<number | undefined> {
  if (done !== undefined) return Math.max(done, to - FURTHEST_MS);
  const { rows } = await pool.query<{ first: Date | null }>(
    "select min(first_seen_at) as first from telemetry.gpu where parent_key is null",
  );
  const first = rows[0]?.first?.getTime();
  return first === undefined ? undefined : Math.max(bucketStart(first, HOUR_MS), to - FIRST_MS);
}
