import { BaseError } from "#kernel/errors.ts";
import { backoffMs, sleep } from "#kernel/time.ts";

/** Runs what a node may answer better later, until it does. */
export type Retry = <T>(ask: () => Promise<T>) => Promise<T>;

/**
 * Tries again, with growing pauses, after errors that may pass.
 *
 * @param onTrouble is told of each
 */
export function createRetry(signal: AbortSignal, onTrouble?: (error: Error) => void): Retry {
  return async (ask) => {
    for (let attempt = 0; ; attempt++) {
      try {
        return await ask();
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof BaseError) || !error.isRetryable) throw error;
        onTrouble?.(error);
        await sleep(backoffMs(attempt, 200, 10_000), signal);
      }
    }
  };
}
