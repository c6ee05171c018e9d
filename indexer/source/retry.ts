import { BaseError } from "#kernel/errors.ts";
import { backoffMs, sleep } from "#kernel/time.ts";

/** Runs what a node may answer better later, until it does. */
export type Retry = <T>(ask: () => Promise<T>) => Promise<T>;

/**
 * What the node is asked for until it answers well: where the chain stands, the logs of blocks, what else a block
 * needs. An answer to one says nothing about another.
 */
export type Ask = "chain" | "logs" | "block";

/** Told of each failed try of an ask, and with `undefined` once it succeeds. */
export type OnTrouble = (ask: Ask, error: Error | undefined) => void;

/** Tries for what belongs to one block, which may have left the chain. */
export const BLOCK_TRIES = 4;

/** A block being handled may have left the chain: look at the chain again. */
export class ChainMoved extends Error {
  override readonly name = "ChainMoved";
}

/**
 * Tries `what` again, with growing pauses, after errors that may pass.
 *
 * @param tries after as many, `ChainMoved` is thrown
 */
export function createRetry(what: Ask, signal: AbortSignal, onTrouble?: OnTrouble, tries = Infinity): Retry {
  return async (ask) => {
    for (let attempt = 0; ; attempt++) {
      try {
        const answer = await ask();
        // a block needs several answers: it is out of trouble once it is handled
        if (what !== "block") onTrouble?.(what, undefined);
        return answer;
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof BaseError) || !error.isRetryable) throw error;
        onTrouble?.(what, error);
        if (attempt + 1 >= tries) throw new ChainMoved(error.message, { cause: error });
        await sleep(backoffMs(attempt, 200, 10_000), signal);
      }
    }
  };
}
