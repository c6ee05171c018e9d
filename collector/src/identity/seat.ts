import { MINUTE_MS } from "#kernel/time.ts";
import type { GpuState } from "./gpu-state.ts";

/** A place that misses so many scrapes in a row is silent. */
const MISSED = 3;
/** But not before, and at the latest then. */
const LEAST_MS = MINUTE_MS;
const MOST_MS = 5 * MINUTE_MS;

/**
 * Whether a GPU that a target shows is another's: alive there, so that one of the two says what isn't so. It is free as
 * soon as that one answers without it, or once it has been silent for three scrapes, at least a minute and at most five:
 * the host went down, or got another address.
 */
export function isHeldElsewhere(
  {
    targetKey: seat,
    isPresent,
    leftAt,
    last,
    coversUntil,
  }: Pick<GpuState, "targetKey" | "isPresent" | "leftAt" | "last" | "coversUntil">,
  targetKey: number,
  at: number,
): boolean {
  // What comes again is of before it left.
  if (seat === null || seat === targetKey || last === null || (!isPresent && at >= leftAt)) return false;
  const silence = Math.min(Math.max(MISSED * (coversUntil - last.at), LEAST_MS), MOST_MS);
  return at < last.at + silence;
}

/** Of so long before a GPU's last sample nobody remembers where it was. */
export const MEMORY_MS = MOST_MS;
