import type { RateAdvice } from "./advice.ts";
import type { RateBounds, Rates, Tier } from "./facts.ts";

/** A pricer's bounds: `chain.pricer_delegation`. */
export interface Delegation {
  spot: RateBounds;
  onDemand: RateBounds;
  reserved: RateBounds;
  /** how far one change may move a rate from the one in force, basis points */
  maxStepBps: bigint;
  /** least time between two changes, seconds */
  minInterval: number;
}

/** Rates that a pricer may post now, or why it posts none. */
export type Posting = { rates: Rates; reason: null } | { rates: null; reason: string };

/**
 * Advice as a delegated pricer may post it: each rate as near to its advice as step, floor and cap let it come, as
 * `PoolRegistry.setRates` checks them. Advice that is missing leaves its rate.
 *
 * @param changedAt when the pricer last changed rates; null: never
 */
export function postable(
  rates: Rates,
  advice: readonly RateAdvice[],
  delegation: Delegation,
  now: number,
  changedAt: number | null,
): Posting {
  if (changedAt !== null && now < changedAt + delegation.minInterval) return { rates: null, reason: "TOO_SOON" };
  const wanted = (tier: Tier, rate: bigint): bigint => advice.find((one) => one.tier === tier)?.rateDcPerHour ?? rate;
  const moved = (tier: Tier, rate: bigint, bounds: RateBounds): bigint | null =>
    nearest(rate, wanted(tier, rate), bounds, delegation.maxStepBps);
  const spot = moved("SPOT", rates.spotDcPerHour, delegation.spot);
  const onDemand = moved("ON_DEMAND", rates.onDemandDcPerHour, delegation.onDemand);
  const reserved = moved("RESERVED", rates.reservedDcPerHour, delegation.reserved);
  if (spot === null || onDemand === null || reserved === null) return { rates: null, reason: "OUT_OF_BOUNDS" };
  if (spot > onDemand) return { rates: null, reason: "SPOT_ABOVE_ON_DEMAND" };
  if (spot === rates.spotDcPerHour && onDemand === rates.onDemandDcPerHour && reserved === rates.reservedDcPerHour) {
    return { rates: null, reason: "NO_CHANGE" };
  }
  return { rates: { spotDcPerHour: spot, onDemandDcPerHour: onDemand, reservedDcPerHour: reserved }, reason: null };
}

/** The allowed rate nearest to `wanted`; null where the rate in force is so far out that no step comes in. */
function nearest(
  rate: bigint,
  wanted: bigint,
  { floorDcPerHour, capDcPerHour }: RateBounds,
  bps: bigint,
): bigint | null {
  const step = (rate * bps) / 10_000n;
  const low = max(floorDcPerHour, rate - step, 1n);
  const high = min(capDcPerHour, rate + step);
  return low > high ? null : max(low, min(high, wanted));
}

const max = (...values: readonly bigint[]): bigint => values.reduce((a, b) => (a > b ? a : b));
const min = (...values: readonly bigint[]): bigint => values.reduce((a, b) => (a < b ? a : b));
