import { BaseError } from "#kernel/errors.ts";
import type { Logger } from "#kernel/log.ts";
import { MINUTE_MS, SECOND_MS, systemClock, type Clock } from "#kernel/time.ts";
import { TrapError, type Engine } from "../engine.ts";
import { NO_SETTINGS, type Session } from "../gateway/session.ts";
import type { Claimant, Turns } from "../gateway/turns.ts";
import { Checkpoints } from "./checkpoint.ts";
import type { Chore } from "./chore.ts";
import { TimescaleJobs } from "./jobs.ts";
import { Upkeep } from "./upkeep.ts";

const TICK_MS = 250;
/** How long a chore gives way to clients; then it stands in the queue like one. */
const PATIENCE_MS = 10 * SECOND_MS;
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

  const claimant: Claimant = {
    onTurn() {
      isWaiting = false;
      const chore = mostOverdue(dueAt);
      try {
        session.enter(NO_SETTINGS);
        dueAt.set(
          chore,
          chore.run((sql) => engine.query(sql), clock.now()),
        );
      } catch (error) {
        if (error instanceof TrapError || !(error instanceof BaseError)) throw error;
        logger.warn({ chore: chore.name, err: error }, "a chore of the database failed");
        dueAt.set(
          chore,
          Math.max(dueAt.get(chore) ?? 0, clock.now() + (error.code === "JOB_FAILED" ? 0 : AFTER_ERROR_MS)),
        );
      }
      turns.release(claimant);
      tick();
    },
  };

  const tick = (): void => {
    const lateMs = clock.now() - (dueAt.get(mostOverdue(dueAt)) ?? 0);
    if (isWaiting || lateMs < 0 || (!turns.isFree && lateMs < PATIENCE_MS)) return;
    isWaiting = true;
    turns.request(claimant);
  };

  const timer = setInterval(tick, TICK_MS);
  return () => {
    clearInterval(timer);
    turns.release(claimant);
  };
}

function mostOverdue(dueAt: ReadonlyMap<Chore, number>): Chore {
  const [first] = [...dueAt].sort(([, one], [, other]) => one - other);
  if (!first) throw new BaseError("BUG", "BUG: a scheduler without chores");
  return first[0];
}
