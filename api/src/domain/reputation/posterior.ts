import quantile from "@stdlib/stats-base-dists-beta-quantile";

/** Weight of the prior: as much as twenty outcomes of weight 1. */
export const KAPPA = 20;
/** The network's mean where nothing is known. */
export const ASSUMED_MEAN = 0.9;

/** A Beta posterior in what a reader sees of it. */
export interface Posterior {
  alpha: number;
  beta: number;
  mean: number;
  /** 5 % quantile */
  low: number;
  /** 95 % quantile */
  high: number;
}

/** `α = κ·m + good`, `β = κ·(1 − m) + weight − good`, and their mean, 5 % and 95 % quantiles. */
export function posterior(mean: number, weight: number, good: number): Posterior {
  const { alpha, beta } = shapes(mean, weight, good);
  return {
    alpha,
    beta,
    mean: alpha / (alpha + beta),
    low: quantileOf(0.05, alpha, beta),
    high: quantileOf(0.95, alpha, beta),
  };
}

/** The 5 % quantile of `posterior` alone: at half its cost. */
export function posteriorLow(mean: number, weight: number, good: number): number {
  const { alpha, beta } = shapes(mean, weight, good);
  return quantileOf(0.05, alpha, beta);
}

function shapes(mean: number, weight: number, good: number): { alpha: number; beta: number } {
  return { alpha: KAPPA * mean + good, beta: KAPPA * (1 - mean) + Math.max(0, weight - good) };
}

/** Quantiles that were asked for before, at most this many: subjects of whom nothing is known have one and the same. */
const REMEMBERED = 4_096;
const remembered = new Map<string, number>();

function quantileOf(probability: number, alpha: number, beta: number): number {
  const key = `${probability} ${alpha} ${beta}`;
  const known = remembered.get(key);
  if (known !== undefined) return known;
  const found = quantile(probability, alpha, beta);
  if (remembered.size >= REMEMBERED) remembered.clear();
  remembered.set(key, found);
  return found;
}

/**
 * The network's mean of a dimension: of the operators' own means, each with the weight `W / (W + κ)`. So the largest
 * operator counts for one like any other, and one of whom little is known for little. Kept within 0.01 and 0.99, for
 * there is no Beta beyond; 0.9 when nothing is known.
 *
 * @param operators weight and good part of each
 */
export function networkMean(operators: readonly { weight: number; good: number }[]): number {
  let trust = 0;
  let sum = 0;
  for (const { weight, good } of operators) {
    if (weight <= 0) continue;
    trust += weight / (weight + KAPPA);
    sum += good / (weight + KAPPA);
  }
  return trust > 0 ? Math.min(0.99, Math.max(0.01, sum / trust)) : ASSUMED_MEAN;
}
