import { BaseError } from "#kernel/errors.ts";
import { dayOf } from "../window.ts";
import { subjectId, type Evidence } from "./evidence.ts";
import { DIMENSIONS, type Dimension, type Subject } from "./facts.ts";
import { costliest, partOf, weigh, type Part, type PartCost, type Weighed } from "./part.ts";
import { networkMean } from "./posterior.ts";

/** Raised by any change of a formula. */
export const REPUTATION_VERSION = 1;

/** A score from 0 to 100 with its interval and its parts. */
export interface Score extends Subject {
  methodologyVersion: number;
  asOf: number;
  /** 1 is best: among all operators, or among the members of one; equal scores share a rank */
  rank: number;
  /** 100 × Σ share × 5 % quantile */
  score: number;
  /** the score again, as the interval's lower end */
  low: number;
  /** 100 × Σ share × 95 % quantile */
  high: number;
  /** 100 × Σ share × mean */
  mean: number;
  /** nothing is known: the score is the prior's alone */
  isPriorOnly: boolean;
  parts: Part[];
  /** the ten outcomes that cost most, over all parts */
  costs: PartCost[];
}

/** All scores at one time, best first, operators before members. */
export interface Scores {
  methodologyVersion: number;
  asOf: number;
  /** the network's mean of each dimension, to which little evidence is drawn */
  priorMeans: Record<Dimension, number>;
  scores: Score[];
}

/**
 * Scores of all subjects. An operator without a fact has one as well: the prior's.
 *
 * @param subjects every operator and member there is, each once
 * @param asOf seconds since 1970; a fact's age is counted in whole UTC days up to its day
 * @throws BaseError `EVIDENCE_AHEAD` if facts of a later day were folded in
 */
export function scoreAll(evidence: Evidence, subjects: readonly Subject[], asOf: number): Scores {
  const day = dayOf(asOf);
  if (evidence.day !== null && evidence.day > day) {
    throw new BaseError("EVIDENCE_AHEAD", `the evidence has facts of day ${evidence.day}, after day ${day}`, {
      hints: ["fold only the days up to the time asked for"],
    });
  }
  const weighed = subjects.map((subject) => ({
    subject,
    parts: DIMENSIONS.map((dimension) => weigh(evidence, subjectId(subject), dimension, day)),
  }));
  const operators = weighed.filter(({ subject }) => subject.memberId === null).sort(bySubject);
  const means = DIMENSIONS.map((_, at) => networkMean(operators.flatMap(({ parts }) => parts[at] ?? [])));
  const scores = weighed.map(({ subject, parts }) => scoreOf(subject, parts, means, asOf));
  return {
    methodologyVersion: REPUTATION_VERSION,
    asOf,
    priorMeans: Object.fromEntries(DIMENSIONS.map((name, at) => [name, means[at]])) as Record<Dimension, number>,
    scores: ranked(scores),
  };
}

/**
 * One of the scores.
 *
 * @throws BaseError `UNKNOWN_SUBJECT`
 */
export function findScore({ scores }: Scores, subject: Subject): Score {
  const id = subjectId(subject);
  const found = scores.find((score) => subjectId(score) === id);
  if (found) return found;
  const who = subject.memberId === null ? `operator ${id}` : `member ${id}`;
  throw new BaseError("UNKNOWN_SUBJECT", `there is no ${who}`, { hints: ["see the ids in `chain.operator`"] });
}

function scoreOf(subject: Subject, weighed: readonly Weighed[], means: readonly number[], asOf: number): Score {
  const parts = weighed.map((part, at) => partOf(part, means[at] ?? 0));
  const score = points(parts, "low");
  return {
    operatorId: subject.operatorId,
    memberId: subject.memberId,
    methodologyVersion: REPUTATION_VERSION,
    asOf,
    rank: 0,
    score,
    low: score,
    high: points(parts, "high"),
    mean: points(parts, "mean"),
    isPriorOnly: parts.every(({ weight }) => weight === 0),
    parts,
    costs: costliest(parts.flatMap(({ costs }) => costs)),
  };
}

/** `100 × Σ share × what`, to six places: what is stored and what is shown are one number. */
function points(parts: readonly Part[], what: "low" | "mean" | "high"): number {
  return Math.round(parts.reduce((sum, part) => sum + part.share * part[what], 0) * 1e8) / 1e6;
}

function ranked(scores: Score[]): Score[] {
  const groups = new Map<string, Score[]>();
  for (const score of scores) {
    const group = score.memberId === null ? "" : score.operatorId;
    const same = groups.get(group);
    if (same) same.push(score);
    else groups.set(group, [score]);
  }
  for (const group of groups.values()) {
    group.sort((a, b) => b.score - a.score || bySubject({ subject: a }, { subject: b }));
    group.forEach((score, at) => {
      const before = group[at - 1];
      score.rank = before?.score === score.score ? before.rank : at + 1;
    });
  }
  const members = [...groups.keys()].filter((group) => group !== "").sort(byNumber);
  return [...(groups.get("") ?? []), ...members.flatMap((group) => groups.get(group) ?? [])];
}

function bySubject(a: { subject: Subject }, b: { subject: Subject }): number {
  return (
    byNumber(a.subject.operatorId, b.subject.operatorId) ||
    ((a.subject.memberId ?? "") < (b.subject.memberId ?? "") ? -1 : 1)
  );
}

/** Decimal ids of any length, the lower number first. */
function byNumber(a: string, b: string): number {
  return a.length - b.length || (a < b ? -1 : Number(a > b));
}
