import type { FastMoments, Moments } from "./facts.ts";

/** Standard deviation of x; 0 without points. */
export function deviationOfX({ n, x, xx }: Moments): number {
  return n === 0 ? 0 : Math.sqrt(Math.max(0, xx / n - (x / n) ** 2));
}

/** Pearson's correlation of x and y; 0 where either doesn't vary. */
export function correlation({ n, x, y, xx, yy, xy }: Moments): number {
  if (n === 0) return 0;
  const spread = Math.sqrt(Math.max(0, xx - (x * x) / n) * Math.max(0, yy - (y * y) / n));
  return spread < 1e-9 ? 0 : (xy - (x * y) / n) / spread;
}

/**
 * α of the least-squares fit U = α·T + β·P + γ: the part of a temperature that is left after one step.
 *
 * @returns undefined where the points don't tell α from β
 */
export function persistence(moments: FastMoments): number | undefined {
  const { n, t, u, p, tt, pp, tu, tp, up } = moments;
  if (n < 3) return undefined;
  const [ctt, cpp, ctp] = [tt - (t * t) / n, pp - (p * p) / n, tp - (t * p) / n];
  const [ctu, cpu] = [tu - (t * u) / n, up - (p * u) / n];
  const determinant = ctt * cpp - ctp * ctp;
  if (determinant < 1e-4 * ctt * cpp || determinant <= 0) return undefined;
  return (ctu * cpp - cpu * ctp) / determinant;
}

/** Standard deviation of the temperature after, in °C. */
export function deviationOfHeat({ n, u, uu }: FastMoments): number {
  return n === 0 ? 0 : 100 * Math.sqrt(Math.max(0, uu / n - (u / n) ** 2));
}

/** The smallest `size` of all hashes, each once, rising. */
export function mergeSketches(sketches: readonly (readonly bigint[])[], size: number): bigint[] {
  const all = [...new Set(sketches.flat())];
  return all.sort((one, other) => (one < other ? -1 : one > other ? 1 : 0)).slice(0, size);
}

/**
 * How many different hashes there were, from the smallest of them (k minimum values: (k − 1) ÷ the k-th's place between
 * 0 and 1); right to 1 ÷ √k.
 */
export function distinctCount(sketch: readonly bigint[], size: number): number {
  const last = sketch[size - 1];
  if (last === undefined) return sketch.length;
  return (size - 1) / ((Number(last) + 2 ** 63) / 2 ** 64);
}

/** Share that two sets have in common (Jaccard), from their smallest hashes. */
export function likeness(one: readonly bigint[], other: readonly bigint[], size: number): number {
  const union = mergeSketches([one, other], size);
  const [inOne, inOther] = [new Set(one), new Set(other)];
  return union.length === 0 ? 0 : union.filter((hash) => inOne.has(hash) && inOther.has(hash)).length / union.length;
}
