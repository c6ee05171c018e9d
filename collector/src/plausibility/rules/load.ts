import type { AssessedHour, LoadFacts } from "../facts.ts";
import { countOf, hoursOf, severityOf, votesOf, type Verdict, type Vote } from "../finding.ts";
import { correlation, deviationOfX } from "../statistics.ts";

const ENOUGH_SECONDS = 1_800;
const OUT_OF_RANGE = 0.1;
/** Of the time of rest or of hard work, so much may have the power of the other: jobs end between two readings. */
const MISMATCH = 0.3;
const MISMATCH_SECONDS = 600;
/** Utilization varies so much that power must follow, and how little it may. */
const VARIED = 0.15;
const FOLLOWS = 0.3;
const ENOUGH_POINTS = 12;

const TESTS: readonly { name: string; words: string; isOff: (load: LoadFacts) => boolean }[] = [
  {
    name: "hours_out_of_range",
    words: "power is above 110 % of the limit, or below 40 % of what the model draws at rest",
    isOff: ({ overSeconds, underSeconds, powerSeconds }) => overSeconds + underSeconds > OUT_OF_RANGE * powerSeconds,
  },
  {
    name: "hours_hot_at_rest",
    words: "power is that of hard work while utilization is 0",
    isOff: ({ idleSeconds, idleHotSeconds }) =>
      idleSeconds >= MISMATCH_SECONDS && idleHotSeconds > MISMATCH * idleSeconds,
  },
  {
    name: "hours_cold_at_work",
    words: "power is that of rest while utilization is above 90 %",
    isOff: ({ busySeconds, busyColdSeconds }) =>
      busySeconds >= MISMATCH_SECONDS && busyColdSeconds > MISMATCH * busySeconds,
  },
  {
    name: "hours_not_following",
    words: "power doesn't follow a utilization that varies",
    isOff: ({ moments }) =>
      moments.n >= ENOUGH_POINTS && deviationOfX(moments) >= VARIED && correlation(moments) < FOLLOWS,
  },
];

/**
 * Power against load: within the range of the model, not that of hard work at rest nor of rest at hard work, and following
 * utilization where that varies. Time in which heat or a power brake lowers the clocks doesn't count.
 */
export function judgeLoad(hours: readonly AssessedHour[]): Verdict {
  const canJudge = ({ facts }: AssessedHour): boolean => facts.load.powerSeconds >= ENOUGH_SECONDS;
  const votes = votesOf(hours, canJudge, ({ facts }) => TESTS.some(({ isOff }) => isOff(facts.load)));
  const severity = severityOf(votes);
  if (severity === null) {
    const words = "Power isn't shown, or neither the model's range nor a limit is known: can't be told.";
    return { severity, hours: [], words };
  }
  const byTest = TESTS.map((test) => ({
    ...test,
    votes: votesOf(hours, canJudge, ({ facts }) => test.isOff(facts.load)),
  }));
  return {
    severity,
    hours: hoursOf(votes),
    numbers: [
      ["idle_power", last(hours, ({ idleWatts }) => idleWatts), "W"],
      ["limit_power", last(hours, ({ limitWatts }) => limitWatts), "W"],
      ...byTest.map(({ name, votes: own }): [string, number, string] => [name, offCount(own), "h"]),
      ["hours_judged", votes.length, "h"],
    ],
    words: wordsOf(byTest),
  };
}

function wordsOf(byTest: readonly { words: string; votes: readonly Vote[] }[]): string {
  const found = byTest.filter(({ votes }) => offCount(votes) > 0);
  if (found.length === 0) return "Power is within the model's range and fits the load.";
  return `${found.map(({ words, votes }) => `In ${countOf(votes)} ${words}`).join("; ")}.`;
}

const offCount = (votes: readonly Vote[]): number => votes.filter(({ isOff }) => isOff).length;

function last(hours: readonly AssessedHour[], of: (facts: AssessedHour["facts"]) => number | null): number {
  return hours.reduce((found, { facts }) => of(facts) ?? found, 0);
}
