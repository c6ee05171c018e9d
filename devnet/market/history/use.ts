import type { Fault } from "../../fleet/types.ts";

/** A GPU at work. Times are seconds since 1970. */
export interface Use {
  /** as DCGM prints it */
  uuid: string;
  /** in use [from, to) */
  from: number;
  to: number;
  /** 0 to 1 */
  load: number;
}

/** Something wrong in the fleet, [from, to). */
export interface Trouble {
  fault: Fault;
  from: number;
  to: number;
}

/**
 * A day, or a part of one, as it was played: all uses and troubles that touch [from, to), whole or cut to it. Each day
 * stands alone: what goes on is named again. What the last one names may go on beyond its end, into the present.
 */
export interface PlayedDay {
  from: number;
  to: number;
  uses: readonly Use[];
  troubles: readonly Trouble[];
}
