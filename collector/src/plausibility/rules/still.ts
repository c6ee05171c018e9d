import type { AssessedHour, StillFacts } from "../facts.ts";
import { countOf, hoursOf, severityOf, votesOf, type Verdict } from "../finding.ts";

/** With an energy counter, which always moves; without one an idle board may show the same for long. */
const STUCK_SECONDS = 600;
const STUCK_SECONDS_BARE = 3_000;
const FLAT_SECONDS = 900;

/**
 * Readings that stand still longer than any exporter's interval explains (a minute at most): all of them, the energy
 * counter too, for 5 minutes and more, or power to the milliwatt for 10 minutes of work.
 */
export function judgeStill(hours: readonly AssessedHour[]): Verdict {
  const votes = votesOf(
    hours,
    ({ facts }) => facts.repeats.readings > 0 && facts.coveredSeconds >= 1_800,
    ({ facts }) => isStill(facts.still),
  );
  const severity = severityOf(votes);
  if (severity === null) {
    return { severity, hours: [], words: "Power isn't shown for half an hour: can't be told." };
  }
  const sum = (of: (still: StillFacts) => number): number =>
    hours.reduce((total, { facts }) => total + of(facts.still), 0);
  const isFound = votes.some(({ isOff }) => isOff);
  return {
    severity,
    hours: hoursOf(votes),
    numbers: [
      ["stood_still", sum(({ stuckSeconds }) => stuckSeconds), "s"],
      ["longest_within_an_hour", Math.max(...hours.map(({ facts }) => facts.still.stuckSecondsMax)), "s"],
      ["power_flat_at_work", sum(({ flatSeconds }) => flatSeconds), "s"],
      ["hours_judged", votes.length, "h"],
    ],
    words: isFound
      ? `In ${countOf(votes)} readings repeat unchanged for longer than an exporter keeps them.`
      : "Readings move as fast as the exporter reads them.",
  };
}

function isStill({ hasCounter, stuckSeconds, stuckSecondsMax, flatSeconds }: StillFacts): boolean {
  if (flatSeconds >= FLAT_SECONDS) return true;
  return hasCounter ? stuckSeconds >= STUCK_SECONDS : stuckSecondsMax >= STUCK_SECONDS_BARE;
}
