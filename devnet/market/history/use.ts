import type { Fault } from "../../fleet/types.ts";

/** A GPU is in use, as the chain says. Seconds since 1970, half-open. */
export interface Use {
  /** as DCGM prints it */
  uuid: string;
  from: number;
  to: number;
  /** 0 (rented, but idle) to 1 */
  load: number;
}

/** Something was wrong with the machines. Seconds since 1970, half-open. */
export interface Trouble {
  fault: Fault;
  from: number;
  to: number;
}

/** A day of the past, 24 hours from its beginning on (the last one may be shorter); all in it is cut to its ends. */
export interface PlayedDay {
  from: number;
  to: number;
  uses: readonly Use[];
  troubles: readonly Trouble[];
}

/** Is given the days in their order. */
export type OnDay = (day: PlayedDay) => void;
