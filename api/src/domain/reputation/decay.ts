/** Days in which an outcome's weight halves. */
export const HALF_LIFE_DAYS = 30;

/** `2^(−1/30)`. A literal, and powers by multiplication alone: every machine then has the same bits. */
const LAMBDA = 0.977_159_968_434_245_9;

const powers: number[] = [1];

/**
 * `λ^days` for whole days, 0 or more.
 *
 * @example decay(30) // 0.5, but for rounding
 */
export function decay(days: number): number {
  for (let next = powers.length; next <= days; next++) powers.push((powers[next - 1] ?? 0) * LAMBDA);
  return powers[days] ?? 0;
}
