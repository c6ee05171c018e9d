import type { AssessedHour, HourFacts } from "../facts.ts";
import type { Verdict } from "../finding.ts";

/** Hours of a GPU by what the chain says; an hour that is neither is in no list. Starts, milliseconds since 1970. */
export interface SoldHours {
  /** within one rental from end to end */
  rented: ReadonlySet<number>;
  /** on offer from end to end, and touched by no rental and no slot */
  unsold: ReadonlySet<number>;
}

/** What the chain says of a GPU's day, or why it isn't known. */
export type Sales = { hours: SoldHours } | { reason: string };

const ENOUGH_SECONDS = 1_800;
const ENOUGH_RENTED = 4;
const IDLE_PART = 0.01;
const BUSY_PART = 0.5;
/** Of rented hours so many idle say little, and so many all that they can. */
const IDLE_SHARE = { some: 0.5, all: 0.95 };
const BUSY_HOURS = { some: 2, all: 6 };

const isMeasured = ({ load }: HourFacts): boolean => load.utilSeconds >= ENOUGH_SECONDS;

/** Rented from end to end of four hours and more, and at work for less than 1 % of that. Renters may pay for nothing. */
export function judgeRentedIdle(hours: readonly AssessedHour[], sales: Sales): Verdict {
  if ("reason" in sales) return { severity: null, hours: [], words: sales.reason };
  const rented = hours.filter(({ at, facts }) => sales.hours.rented.has(at) && isMeasured(facts));
  const idle = rented.filter(({ facts }) => facts.load.workSeconds < IDLE_PART * facts.coveredSeconds);
  const share = rented.length < ENOUGH_RENTED ? 0 : idle.length / rented.length;
  const isFound = share > IDLE_SHARE.some;
  return {
    severity: isFound ? (share - IDLE_SHARE.some) / (IDLE_SHARE.all - IDLE_SHARE.some) : 0,
    hours: (isFound ? idle : rented).map(({ at }) => at),
    numbers: [
      ["rented", rented.length, "h"],
      ["rented_idle", idle.length, "h"],
    ],
    words: isFound
      ? `Of ${rented.length} hours that were rented from end to end, ${idle.length} show no work.`
      : "What was rented was used, or too little was rented to tell.",
  };
}

/** On offer and sold to nobody from end to end of an hour, and at work for more than half of it. */
export function judgeUnsoldBusy(hours: readonly AssessedHour[], sales: Sales): Verdict {
  if ("reason" in sales) return { severity: null, hours: [], words: sales.reason };
  const unsold = hours.filter(({ at, facts }) => sales.hours.unsold.has(at) && isMeasured(facts));
  const busy = unsold.filter(({ facts }) => facts.load.workSeconds > BUSY_PART * facts.coveredSeconds);
  const isFound = busy.length >= BUSY_HOURS.some;
  return {
    severity: isFound ? busy.length / BUSY_HOURS.all : 0,
    hours: (isFound ? busy : unsold).map(({ at }) => at),
    numbers: [
      ["unsold", unsold.length, "h"],
      ["unsold_busy", busy.length, "h"],
    ],
    words: isFound
      ? `In ${busy.length} of ${unsold.length} hours in which it was on offer and not rented it worked.`
      : "It worked for nobody while it was on offer.",
  };
}
