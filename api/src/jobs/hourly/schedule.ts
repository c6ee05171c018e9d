import { messageOf } from "#kernel/errors.ts";
import { backoffMs, sleep } from "#kernel/time.ts";
import { toDatabaseFault } from "../../sources/snapshot.ts";
import { toNodeFault, type Finality } from "../node.ts";
import type { JobContext } from "./job.ts";
import { readReady } from "./ready.ts";
import type { JobRunner } from "./runner.ts";

/** After an error, the longest pause. */
const MAX_PAUSE_MS = 15_000;
/** While hours are made up for, as long as they took is left to others, up to so long. */
const MAX_YIELD_MS = 2_000;

/** How the schedule goes. */
export interface Pulse {
  startedAt: number;
  /** ms since 1970, of the last look that went through */
  lookedAt?: number;
  /** of the last look, if it failed */
  error?: unknown;
}

/** What the schedule goes by. */
export interface ScheduleTerms {
  finality: Finality;
  /** between two looks when there is nothing to do */
  pollMs: number;
}

/** One look, and every job's next hour if it is complete: true if there may be more to do. */
export async function lookAndWork(
  context: JobContext,
  runners: readonly JobRunner[],
  { finality }: Pick<ScheduleTerms, "finality">,
  signal: AbortSignal,
): Promise<boolean> {
  const ready = await readReady(context, finality);
  if (ready.through === undefined) {
    for (const { status } of runners) status.waitsFor = ready.waitsFor;
    return false;
  }
  let isMore = false;
  for (const runner of runners) {
    if (signal.aborted) return false;
    isMore = (await runner.step(ready, signal)) || isMore;
  }
  return isMore;
}

/** Looks and works until the signal is aborted; what fails is said in `pulse` and tried again. */
export async function runSchedule(
  context: JobContext,
  runners: readonly JobRunner[],
  terms: ScheduleTerms,
  pulse: Pulse,
  signal: AbortSignal,
): Promise<void> {
  for (let failures = 0; !signal.aborted;) {
    let pauseMs = terms.pollMs;
    const startedAt = performance.now();
    try {
      const isMore = await lookAndWork(context, runners, terms, signal);
      failures = 0;
      pulse.lookedAt = Date.now();
      delete pulse.error;
      if (isMore) pauseMs = Math.min(MAX_YIELD_MS, performance.now() - startedAt);
    } catch (thrown) {
      const error = toDatabaseFault(toNodeFault(thrown));
      if (pulse.error === undefined || messageOf(pulse.error) !== messageOf(error))
        context.logger.error({ err: error }, "a look failed");
      pulse.error = error;
      pauseMs = backoffMs(failures++, terms.pollMs, MAX_PAUSE_MS);
    }
    await sleep(pauseMs, signal).catch(() => undefined);
  }
}
