import { HOUR_MS } from "#kernel/time.ts";
import type { AssessedHour } from "./facts.ts";

/** Which rules make up a score; a change of any formula or bound here is a new version. */
export const METHODOLOGY_VERSION = 1;

/** What is looked at, and how much of a score it can take away alone. */
export const WEIGHTS = {
  /** the energy counter against power integrated */
  ENERGY: 0.8,
  /** power against the model's range and the load */
  LOAD: 0.7,
  /** temperature against power */
  HEAT: 0.6,
  /** readings that stand still */
  FROZEN: 0.6,
  /** readings that were there before, or on another GPU */
  REPEATED: 0.9,
  /** rented, and idle all the time */
  RENTED_IDLE: 0.2,
  /** on offer, not rented, and busy */
  UNSOLD_BUSY: 0.4,
} as const;

/** A kind of evidence. */
export type FindingKind = keyof typeof WEIGHTS;

/** One piece of evidence of a GPU's day. */
export interface Finding {
  kind: FindingKind;
  /** share of the score that it takes away at severity 1 */
  weight: number;
  /** 0: nothing speaks against the telemetry; 1: this can't be; null: the data doesn't tell */
  severity: number | null;
  /** hours that it is about, from the first to the last; null without any */
  window: { from: string; to: string } | null;
  numbers: { name: string; value: number; unit: string }[];
  words: string;
}

/** What a rule says; the rest of a finding follows from it. */
export interface Verdict {
  severity: number | null;
  /** starts of the hours that it is about, milliseconds since 1970 */
  hours: readonly number[];
  numbers?: readonly [name: string, value: number, unit: string][];
  words: string;
}

/** A finding from what a rule says. */
export function toFinding(kind: FindingKind, { severity, hours, numbers = [], words }: Verdict): Finding {
  const window = hours.length === 0 ? null : { from: iso(Math.min(...hours)), to: iso(Math.max(...hours) + HOUR_MS) };
  return {
    kind,
    weight: WEIGHTS[kind],
    severity: severity === null ? null : round(Math.min(1, Math.max(0, severity))),
    window,
    numbers: numbers.map(([name, value, unit]) => ({ name, value: round(value), unit })),
    words,
  };
}

/** An hour in which a rule has found something, or not. */
export interface Vote {
  at: number;
  isOff: boolean;
}

/** The votes of the hours that a rule can judge. */
export function votesOf(
  hours: readonly AssessedHour[],
  canJudge: (hour: AssessedHour) => boolean,
  isOff: (hour: AssessedHour) => boolean,
): Vote[] {
  return hours.filter(canJudge).map((hour) => ({ at: hour.at, isOff: isOff(hour) }));
}

/**
 * Severity by votes: one hour in ten may be off for honest reasons (a fault, a gap); half of them, and at least four,
 * are all it takes. s = (off − 0.1·n) ÷ max(4, 0.5·n).
 */
export function severityOf(votes: readonly Vote[]): number | null {
  if (votes.length === 0) return null;
  const off = votes.filter(({ isOff }) => isOff).length;
  return Math.min(1, Math.max(0, (off - 0.1 * votes.length) / Math.max(4, 0.5 * votes.length)));
}

/** The hours that are off; all of them where none is. */
export function hoursOf(votes: readonly Vote[]): number[] {
  const off = votes.filter(({ isOff }) => isOff);
  return (off.length > 0 ? off : votes).map(({ at }) => at);
}

/** "3 of 24 hours" */
export function countOf(votes: readonly Vote[]): string {
  return `${votes.filter(({ isOff }) => isOff).length} of ${votes.length} hours`;
}

const iso = (at: number): string => new Date(at).toISOString();

/** Four digits are all that a number in evidence needs. */
function round(value: number): number {
  return Number.isFinite(value) ? Number(value.toPrecision(4)) : 0;
}
