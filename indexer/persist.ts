import { messageOf } from "#kernel/errors.ts";
import type { Logger } from "#kernel/log.ts";
import { backoffMs, sleep } from "#kernel/time.ts";
import { hopeless, isDuplicate, mayPass } from "./faults.ts";
import type { HealthBoard } from "./health.ts";

/** Changes the database, again if that failed; then an earlier try may have gone through with its answer lost. */
export async function persist(
  { health, logger, signal }: { health: HealthBoard; logger: Logger; signal: AbortSignal },
  what: string,
  change: (isAgain: boolean) => Promise<void>,
): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      await change(attempt > 0);
      health.noteTrouble("database", undefined);
      return;
    } catch (error) {
      signal.throwIfAborted();
      if (!mayPass(error)) throw isDuplicate(error) ? error : hopeless(what, error);
      health.noteTrouble("database", error);
      logger.error({ reason: messageOf(error) }, `${what} failed; it is tried again`);
      await sleep(backoffMs(attempt), signal);
    }
  }
}
