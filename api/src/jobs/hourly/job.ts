import type { Logger } from "#kernel/log.ts";
import type { Pool } from "#kernel/pg.ts";
import type { BlockRef, Node } from "../node.ts";

/** A UTC hour of which all facts are there. */
export interface Hour {
  /** seconds since 1970; the hour is [start, end) */
  start: number;
  end: number;
  /** a final block at or after the hour's end, on the chain and indexed */
  block: BlockRef;
  /** samples are complete through here, at or after the hour's end */
  sampledThrough: Date;
}

/** Work that is done for every UTC hour, once its facts are complete. */
export interface HourlyJob {
  /** in `jobs.hourly`, `--only` and the metrics */
  readonly name: string;
  /** Works one hour. Hours come in ascending order; after a fall the last one may come again. */
  run(hour: Hour, signal: AbortSignal): Promise<void>;
  /**
   * Works what was missed of a UTC day at once, where that is cheaper than hour by hour: `end` is midnight then. Called for
   * days that have been over for hours; nothing is published of the hours between.
   */
  runDay?(day: Hour, signal: AbortSignal): Promise<void>;
  /**
   * Asked before each pass: through which time what was done still stands, seconds since 1970; undefined: all of it. What
   * lies behind is done again.
   *
   * @param isOnChain whether the chain still has a block
   */
  standsThrough?(
    isOnChain: (block: Pick<BlockRef, "number" | "hash">) => Promise<boolean>,
  ): Promise<number | undefined>;
}

/** What jobs are made with. */
export interface JobContext {
  pool: Pool;
  node: Node;
  logger: Logger;
}

/** Seconds of an hour. */
export const HOUR = 3_600;
/** Seconds of a day. */
export const DAY = 86_400;

/** A time for people. */
export function timeText(seconds: number): string {
  return new Date(seconds * 1_000).toISOString().replace(".000Z", "Z");
}
