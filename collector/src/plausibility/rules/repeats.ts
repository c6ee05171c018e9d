import { SKETCH_SIZE, type AssessedHour, type RepeatFacts } from "../facts.ts";
import { countOf, hoursOf, severityOf, votesOf, type Verdict } from "../finding.ts";
import { distinctCount, likeness, mergeSketches } from "../statistics.ts";

const ENOUGH_RUNS = 60;
const ENOUGH_RUNS_OF_A_DAY = 100;
/** Honest runs of six readings don't come twice: below it a recording is played again and again. */
const DISTINCT = 0.6;
/** Days with so much in common share readings; with as much as the second they are the same. */
const ALIKE = { some: 0.15, same: 0.5 };

/** A day, of this GPU or of another, that has hashes in common. */
export interface OtherDay {
  uuid: string;
  /** start, milliseconds since 1970 */
  day: number;
  sketch: readonly bigint[];
}

/** Power read too coarsely comes back by chance: that hour says nothing. */
export function isFineGrained({ readings, powers }: RepeatFacts): boolean {
  return powers >= 20 || (readings >= 4 && powers >= 0.8 * readings);
}

/** The hashes of a day, of the hours that may count. */
export function sketchOfDay(hours: readonly AssessedHour[]): bigint[] {
  const fine = hours.filter(({ facts }) => isFineGrained(facts.repeats));
  return mergeSketches(
    fine.map(({ sketch }) => sketch),
    SKETCH_SIZE,
  );
}

/**
 * Readings that were there before. Six powers in a row, to the milliwatt, are one run. Off is an hour with fewer than 60 %
 * different runs; a day whose runs all in all are fewer than 60 % different; a day that shares 15 % of its runs (all of
 * what counts at 50 %) with an earlier day, or with another GPU's.
 */
export function judgeRepeats(hours: readonly AssessedHour[], own: string, others: readonly OtherDay[]): Verdict {
  const fine = hours.filter(({ facts }) => isFineGrained(facts.repeats));
  const runs = fine.reduce((sum, { facts }) => sum + facts.repeats.runs, 0);
  if (runs < ENOUGH_RUNS_OF_A_DAY) {
    return {
      severity: null,
      hours: [],
      words: "Power isn't shown often or finely enough to recognize it again: can't be told.",
    };
  }
  const sketch = sketchOfDay(hours);
  const votes = votesOf(
    fine,
    ({ facts }) => facts.repeats.runs >= ENOUGH_RUNS,
    ({ facts }) => isLoop(facts.repeats),
  );
  const distinct = Math.min(1, distinctCount(sketch, SKETCH_SIZE) / runs);
  const closest = others
    .map((other) => ({ ...other, share: likeness(sketch, other.sketch, SKETCH_SIZE) }))
    .sort((one, other) => other.share - one.share)[0];
  const share = closest?.share ?? 0;
  const severity = Math.max(
    severityOf(votes) ?? 0,
    distinct < DISTINCT ? (DISTINCT - distinct) / (DISTINCT / 2) : 0,
    share < ALIKE.some ? 0 : share / ALIKE.same,
  );
  return {
    severity,
    hours: votes.some(({ isOff }) => isOff) ? hoursOf(votes) : hours.map(({ at }) => at),
    numbers: [
      ["runs", runs, "1"],
      ["distinct_share", distinct, "1"],
      ["hours_looping", votes.filter(({ isOff }) => isOff).length, "h"],
      ["shared_with_closest_day", share, "1"],
    ],
    words: severity > 0 ? wordsOf(own, { votes, distinct, share, closest }) : "No run of readings comes back.",
  };
}

const isLoop = ({ runs, distinctRuns }: RepeatFacts): boolean => distinctRuns < DISTINCT * runs;

interface Found {
  votes: Parameters<typeof countOf>[0];
  distinct: number;
  share: number;
  closest: OtherDay | undefined;
}

function wordsOf(own: string, { votes, distinct, share, closest }: Found): string {
  const percent = (part: number): string => `${Math.round(100 * part)} %`;
  const said = [
    ...(votes.some(({ isOff }) => isOff) ? [`In ${countOf(votes)} the same readings go round and round`] : []),
    ...(distinct < DISTINCT ? [`Only ${percent(distinct)} of the day's runs of readings are different`] : []),
    ...(closest && share >= ALIKE.some
      ? [`${percent(share)} of its runs of readings are those of ${nameOf(own, closest)}`]
      : []),
  ];
  return `${said.join("; ")}.`;
}

function nameOf(own: string, { uuid, day }: OtherDay): string {
  const date = new Date(day).toISOString().slice(0, 10);
  return uuid === own ? `this GPU's ${date}` : `${uuid} on ${date}`;
}
