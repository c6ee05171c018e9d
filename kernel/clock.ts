import { isSupervised } from "./child.ts";
import { BaseError } from "./errors.ts";

/** Environment of children: how far ahead of the machine's clock they begin, milliseconds. */
const AHEAD = "BC_CLOCK_AHEAD_MS";
/** How a parent says it to a child that runs already: a line on its stdin. */
const WORD = /^clock (\d+)$/;

const machineNow = Date.now;
let aheadMs = 0;

/** How far this process's `Date.now` is ahead of the machine's clock, milliseconds. */
export function clockAheadMs(): number {
  return aheadMs;
}

/**
 * Sets this process's clock, and that of the children that it starts from now on, ahead of the machine's: a simulated
 * network may be brought to a later day, and everything in it has to live on the same one. Everybody's `Date.now` is set,
 * that of libraries too; timers go by elapsed time and don't notice.
 *
 * @throws BaseError `CLOCK_BACK` for less than it is ahead already
 */
export function setClockAhead(ms: number): void {
  if (ms < aheadMs)
    throw new BaseError("CLOCK_BACK", `the clock is ${aheadMs} ms ahead and can't go back to ${ms} ms ahead`);
  aheadMs = ms;
  process.env[AHEAD] = String(ms);
  Date.now = () => machineNow() + aheadMs;
}

/** What to tell a child for its clock to be so far ahead. */
export const clockWord = (ms: number): string => `clock ${ms}`;

/** In a child started by `startChild`: lives by its parent's clock, as it is set at the start and by what the parent says later. */
export function followClock(onLine: (listen: (line: string) => void) => void): void {
  // Not what is left in somebody's shell: a real network lives by the machine's clock.
  if (!isSupervised()) return;
  const atStart = Number(process.env[AHEAD] ?? 0);
  if (Number.isSafeInteger(atStart) && atStart > aheadMs) setClockAhead(atStart);
  onLine((line) => {
    const ms = Number(WORD.exec(line)?.[1] ?? 0);
    if (ms > aheadMs) setClockAhead(ms);
  });
}
