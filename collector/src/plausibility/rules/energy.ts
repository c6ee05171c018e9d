import type { AssessedHour, EnergyFacts } from "../facts.ts";
import { countOf, hoursOf, severityOf, votesOf, type Verdict } from "../finding.ts";

const ENOUGH_SECONDS = 1_800;
/** Boards average power over a second or so, and meters aren't exact. */
const TOLERANCE = 0.15;
/** Readings may be so much older than their scrape, at either end of the hour. */
const READING_AGE_SECONDS = 60;

/**
 * The energy counter against power integrated. Off is an hour in which
 * |counter − ∫P dt| > 15 % of the greater + Σ ½·Δt·|ΔP| (what trapezoids may miss) + 60 s · greatest P.
 */
export function judgeEnergy(hours: readonly AssessedHour[]): Verdict {
  const votes = votesOf(
    hours,
    ({ facts }) => facts.energy.seconds >= ENOUGH_SECONDS,
    ({ facts }) => isOff(facts.energy),
  );
  const severity = severityOf(votes);
  if (severity === null) {
    return { severity, hours: [], words: "No hour shows both an energy counter and power: can't be told." };
  }
  const judged = new Set(votes.map(({ at }) => at));
  const sum = (of: (facts: EnergyFacts) => number): number =>
    hours.reduce((total, { at, facts }) => total + (judged.has(at) ? of(facts.energy) : 0), 0);
  const [counted, integrated] = [sum(({ counterJoules }) => counterJoules), sum(({ powerJoules }) => powerJoules)];
  const off = votes.filter((vote) => vote.isOff).length;
  return {
    severity,
    hours: hoursOf(votes),
    numbers: [
      ["counter_energy", counted / 3_600, "Wh"],
      ["integrated_power", integrated / 3_600, "Wh"],
      ["ratio", integrated > 0 ? counted / integrated : 0, "1"],
      ["hours_off", off, "h"],
      ["hours_judged", votes.length, "h"],
    ],
    words:
      off === 0
        ? "The energy counter and power, integrated, agree."
        : `In ${countOf(votes)} the energy counter and power contradict each other` +
          `${counted === 0 ? ": the counter stands still while power is drawn." : "."}`,
  };
}

function isOff({ counterJoules, powerJoules, slackJoules, powerWattsMax }: EnergyFacts): boolean {
  const allowed = TOLERANCE * Math.max(counterJoules, powerJoules) + slackJoules + READING_AGE_SECONDS * powerWattsMax;
  return Math.abs(counterJoules - powerJoules) > allowed;
}
