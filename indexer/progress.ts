import type { Logger } from "#kernel/log.ts";
import { SECOND_MS } from "#kernel/time.ts";

const EVERY_MS = 5 * SECOND_MS;
/** Rates are those of the last so many lines: what is left goes on as it went lately, not as it began. */
const RECENT_LINES = 6;

/** How far a run was at some time. */
export interface Milestone {
  /** milliseconds since 1970 */
  readonly at: number;
  readonly block: number;
  /** handled in this run */
  readonly events: number;
}

/** Tells now and then how far a long run has come. */
export class Progress {
  private readonly logger: Logger;
  private readonly startBlock: number;
  private readonly now: () => number;
  private readonly milestones: Milestone[];
  private events = 0;

  /**
   * @param startBlock of the subgraph: percentages count from there
   * @param firstBlock of this run
   */
  constructor(logger: Logger, startBlock: number, firstBlock: number, now: () => number = Date.now) {
    this.logger = logger;
    this.startBlock = startBlock;
    this.now = now;
    this.milestones = [{ at: now(), block: firstBlock - 1, events: 0 }];
  }

  /**
   * Notes a handled block.
   *
   * @param goal the block to reach
   * @param lagSeconds the chain's time between the block and the head, if it is known
   */
  note(block: number, events: number, goal: number, lagSeconds: number | undefined): void {
    this.events += events;
    const now = { at: this.now(), block, events: this.events };
    const last = this.milestones.at(-1) as Milestone;
    if (now.at - last.at < EVERY_MS || goal <= block) return;
    const since = this.milestones[0] as Milestone;
    this.milestones.push(now);
    if (this.milestones.length > RECENT_LINES) this.milestones.shift();
    this.logger.info({ ...progressOf(since, now, this.startBlock, goal), lagSeconds }, "indexing");
  }
}

/**
 * The figures of a progress line; the rates are those between `since` and `now`.
 *
 * @returns `secondsLeft` null while nothing moves
 */
export function progressOf(
  since: Milestone,
  now: Milestone,
  startBlock: number,
  goal: number,
): { block: number; of: number; percent: number; eventsPerSecond: number; secondsLeft: number | null } {
  const seconds = (now.at - since.at) / SECOND_MS;
  const blocksPerSecond = (now.block - since.block) / seconds;
  const share = (now.block - startBlock + 1) / (goal - startBlock + 1);
  return {
    block: now.block,
    of: goal,
    percent: Math.floor(share * 1_000) / 10,
    eventsPerSecond: Math.round((now.events - since.events) / seconds),
    secondsLeft: blocksPerSecond > 0 ? Math.ceil((goal - now.block) / blocksPerSecond) : null,
  };
}
