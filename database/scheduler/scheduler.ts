import { BaseError } from "#kernel/errors.ts";
import type { Logger } from "#kernel/log.ts";
import { MINUTE_MS, systemClock, type Clock } from "#kernel/time.ts";
import { TrapError, type Engine } from "../engine.ts";
import { NO_SETTINGS, type Session } from "../gateway/session.ts";
import type { Claimant, Turns } from "../gateway/turns.ts";
import { Checkpoints } from "./checkpoint.ts";
import type { Chore } from "./chore.ts";
import { TimescaleJobs } from "./jobs.ts";
import { Upkeep } from "./upkeep.ts";

const TICK_MS = 250;
const AFTER_ERROR_MS = MINUTE_MS;

/** Options of `startScheduler`. */
export interface SchedulerOptions {
  engine: Engine;
  turns: Turns;
  session: Session;
  logger: Logger;
  chores?: readonly Chore[];
  clock?: Clock;
}

/** The chores of a server's background processes. */
export const allChores = (): Chore[] => [new Checkpoints(), new TimescaleJobs(), new Upkeep()];

/**
 * Runs chores when they are due, one part a turn, in the same queue as the clients and so never within a transaction. It
 * lets clients go first for a while. A chore that fails is logged and tried again later.
 *
 * @returns stops it
 */
export function startScheduler(options: SchedulerOptions): () => void {
  const { engine, turns, session, logger, clock = systemClock, chores = allChores() } = options;
  const dueAt = new Map<Chore, number>(chores.map((chore) => [chore, clock.now()]));
  let isWaiting = false;

  const runOne = (): void => {
    const now = clock.now();
    const chore = mostUrgent(dueAt, now);
    if (!chore) return;
    try {
      session.enter(NO_SETTINGS);
      dueAt.set(
        chore,
        chore.run((sql) => engine.query(sql), now),
      );
    } catch (error) {
      if (error instanceof TrapError || !(error instanceof BaseError)) throw error;
      logger.warn({ chore: chore.name, err: error }, "a chore of the database failed");
      // a failed job is put off by itself, and the other jobs go on
      dueAt.set(chore, error.code === "JOB_FAILED" ? now : now + AFTER_ERROR_MS);
    }
  };
  const claimant: Claimant = {
    onTurn() {
      isWaiting = false;
      runOne();
      turns.release(claimant);
      tick();
    },
  };
  const tick = (): void => {
    const now = clock.now();
    const isDue = [...dueAt].some(([chore, at]) => at + (turns.isFree ? 0 : chore.patienceMs) <= now);
    if (isWaiting || !isDue) return;
    isWaiting = true;
    turns.request(claimant);
  };
  const timer = setInterval(tick, TICK_MS);
  return () => {
    clearInterval(timer);
    turns.release(claimant);
  };
}

/** Of the chores that are due, the one whose patience ends first. */
function mostUrgent(dueAt: ReadonlyMap<Chore, number>, now: number): Chore | undefined {
  const due = [...dueAt].filter(([, at]) => at <= now);
  due.sort(([one, oneAt], [other, otherAt]) => oneAt + one.patienceMs - (otherAt + other.patienceMs));
  return due[0]?.[0];
}
