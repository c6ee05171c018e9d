import type { TermDiscount } from "./facts.ts";

/** The term curve: discounts approach `depth` as terms grow beyond `tauHours`. */
export interface Curve {
  depth: number;
  tauHours: number;
}

/** Half off at most; 101 days take 63 % of it. */
export const DEFAULT_CURVE: Curve = { depth: 0.5, tauHours: 101 * 24 };

/** Terms at which the discounts step: a day, three, a week, two, a month, two, a quarter, half a year. */
export const DEFAULT_TERMS: readonly number[] = [24, 72, 168, 336, 720, 1_440, 2_160, 4_320];

const RATE_UNITS = 1_000_000_000_000n;

/** `1 − d (1 − e^(−T/τ))`: what a term of `hours` costs per hour, of the on-demand rate. */
export function termFactor(hours: number, { depth, tauHours }: Curve = DEFAULT_CURVE): number {
  return 1 - depth * (1 - Math.exp(-hours / tauHours));
}

/**
 * `p(T)`, DC base units per hour, rounded up. The factor is a number with an exponential in it, taken to twelve places.
 *
 * @example reservedRateUp(2_000_000n, 2_424) === 1_367_880n // 101 days: 31.6 % off
 */
export function reservedRateUp(onDemandDcPerHour: bigint, hours: number, curve: Curve = DEFAULT_CURVE): bigint {
  const factor = BigInt(Math.round(termFactor(hours, curve) * Number(RATE_UNITS)));
  return (onDemandDcPerHour * factor + RATE_UNITS - 1n) / RATE_UNITS;
}

/**
 * The curve as on-chain discounts on a reserved rate that equals the on-demand rate: at each term the curve's own
 * discount, rounded down. Between two terms the lower discount holds, so nobody pays less than the curve. Terms that
 * add nothing are left out.
 */
export function offeredDiscounts(
  curve: Curve = DEFAULT_CURVE,
  terms: readonly number[] = DEFAULT_TERMS,
): TermDiscount[] {
  const steps: TermDiscount[] = [];
  for (const minHours of [...terms].sort((a, b) => a - b)) {
    const bps = Math.floor((1 - termFactor(minHours, curve)) * 10_000 + 1e-9);
    if (bps > (steps.at(-1)?.bps ?? 0)) steps.push({ minHours, bps });
  }
  return steps;
}
