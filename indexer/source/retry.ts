import { BaseError } from "#kernel/errors.ts";
import { backoffMs, sleep } from "#kernel/time.ts";

/** Runs what a node may answer better later, until it does. */
export type Retry = <T>(ask: () => Promise<T>) => Promise<T>;

/** Tries for what belongs to one block, which may have left the chain. */
export const BLOCK_TRIES = 4;

/** A block being handled may have left the chain: look at the chain again. */
export class ChainMoved extends Error {
  override readonly name = "ChainMoved";
}

/**
 * Tries again, with growing pauses, after errors that may pass.
 *
 * @param onTrouble is told of each
 * @param tries after as many, `ChainMoved` is thrown
 */
export function createRetry(signal: AbortSignal, onTrouble?: (error: Error) => void, tries = Infinity): Retry {
  return async (ask) => {
    for (let attempt = 0; ; attempt++) {
      try {
        return await ask();
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof BaseError) || !error.isRetryable) throw error;
        onTrouble?.(error);
        if (attempt + 1 >= tries) throw new ChainMoved(error.message, { cause: error });
        await sleep(backoffMs(attempt, 200, 10_000), signal);
      }
    }
  };
}
