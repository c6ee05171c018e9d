import type { Logger } from "#kernel/log.ts";
import { SECOND_MS } from "#kernel/time.ts";

const EVERY_MS = 5 * SECOND_MS;

/** Tells now and then how far a long run has come. */
export class Progress {
  private readonly logger: Logger;
  private readonly now: () => number;
  private readonly startedAt: number;
  private readonly firstBlock: number;
  private toldAt: number;
  private events = 0;

  constructor(logger: Logger, firstBlock: number, now: () => number = Date.now) {
    this.logger = logger;
    this.now = now;
    this.firstBlock = firstBlock;
    this.startedAt = now();
    this.toldAt = this.startedAt;
  }

  /** Notes a handled block; `goal` is the block to reach. */
  note(block: number, events: number, goal: number): void {
    this.events += events;
    const now = this.now();
    if (now - this.toldAt < EVERY_MS || goal <= block) return;
    this.toldAt = now;
    this.logger.info(
      progressOf({ block, goal, firstBlock: this.firstBlock, events: this.events, ms: now - this.startedAt }),
      "indexing",
    );
  }
}

/** The figures of a progress line. */
export function progressOf(run: { block: number; goal: number; firstBlock: number; events: number; ms: number }): {
  block: number;
  of: number;
  eventsPerSecond: number;
  secondsLeft: number;
} {
  const seconds = run.ms / SECOND_MS;
  const blocksPerSecond = (run.block - run.firstBlock + 1) / seconds;
  return {
    block: run.block,
    of: run.goal,
    eventsPerSecond: Math.round(run.events / seconds),
    secondsLeft: Math.ceil((run.goal - run.block) / blocksPerSecond),
  };
}
