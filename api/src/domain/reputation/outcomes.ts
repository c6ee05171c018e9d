import type { ConductFact, Dimension, Fact, GpuDayFact, RentalEndFact } from "./facts.ts";

/** One outcome in [0, 1] with its weight, and whose money stands behind it. */
export interface Outcome {
  dimension: Dimension;
  value: number;
  weight: number;
  /** null: telemetry or the chain saw it, nobody paid for it */
  payer: string | null;
  /** outcomes in it; 0 for the payer's entry of a GPU-day that is counted already */
  count: number;
}

/** XIDs after which NVIDIA asks for a reset or a repair; errors of a customer's own program aren't among them. */
export const FATAL_XIDS: ReadonlySet<number> = new Set([48, 62, 64, 74, 79, 95, 119, 120, 140]);

/** Payer of what an operator does by itself, so that it, too, gives at most a payer's part of the weight. */
export const SELF = "self";

const MINUTES_PER_DAY = 1440;
/** How much heavier a rented minute is. */
const RENTED_FACTOR = 3;
/** A rental with more minutes DOWN than these has failed. */
const DOWN_MINUTES_ALLOWED = 5;

/**
 * `min(1, delivered / class median) × (1 − throttled share)` of one busy GPU-hour; null where no clock is known. A
 * share that the exporter doesn't tell is no fault.
 *
 * @example hourPerformance(1_500, 2_000, 0.1) === 0.675
 */
export function hourPerformance(
  smClock: number | null,
  medianSmClock: number | null,
  throttledShare: number | null,
): number | null {
  if (smClock === null || medianSmClock === null || medianSmClock <= 0) return null;
  return Math.min(1, smClock / medianSmClock) * (1 - (throttledShare ?? 0));
}

/** The outcomes of one fact; none where it says nothing, as of a day on which every minute is UNKNOWN. */
export function outcomesOf(fact: Fact): Outcome[] {
  switch (fact.kind) {
    case "GPU_DAY":
      return [...availability(fact), ...health(fact)];
    case "BUSY_HOURS": {
      const value = fact.busyHours > 0 ? Math.min(1, fact.deliveredHours / fact.busyHours) : 0;
      return one("PERFORMANCE", value, fact.busyHours, fact.payer, fact.count);
    }
    case "RENTAL_END":
      return completion(fact);
    case "CONDUCT":
      return one("CONDUCT", fact.event === "SHARES_CHANGED" ? 1 : 0, 1, conductPayer(fact), 1);
  }
}

/** The day's uptime. A rented minute weighs 3: 1 for having been seen, 2 more from its payer. */
function availability({ count, upMinutes, downMinutes, rented }: GpuDayFact): Outcome[] {
  const known = upMinutes + downMinutes;
  if (known === 0) return [];
  const value = upMinutes / known;
  const outcomes = one("AVAILABILITY", value, known / MINUTES_PER_DAY, null, count);
  for (const { payer, minutes } of rented) {
    const weight = ((RENTED_FACTOR - 1) * minutes) / MINUTES_PER_DAY;
    if (minutes > 0) outcomes.push({ dimension: "AVAILABILITY", value, weight, payer, count: 0 });
  }
  return outcomes;
}

function health(fact: GpuDayFact): Outcome[] {
  const isFatal = fact.xids.some((code) => FATAL_XIDS.has(code));
  if (fact.sampledMinutes === 0 && !isFatal) return [];
  const hot = fact.sampledMinutes > 0 ? fact.overThermalLimitMinutes / fact.sampledMinutes : 0;
  const memory = fact.hasNewUncorrectableEcc || fact.hasRowRemapFault ? 0.25 : 0;
  return one("HEALTH", Math.max(0, 1 - (isFatal ? 0.5 : 0) - hot - memory), fact.count, null, fact.count);
}

function completion(fact: RentalEndFact): Outcome[] {
  const value = completionValue(fact);
  return value === null ? [] : one("COMPLETION", value, fact.paidSeconds / 3_600, fact.payer, fact.count);
}

/** A slot that changed hands ended the rental as its holder wished: that says nothing of the operator. */
function completionValue({ endReason, downMinutes, wasNoticed }: RentalEndFact): 0 | 1 | null {
  if (endReason === "GPU_OFFLINE" || downMinutes > DOWN_MINUTES_ALLOWED) return 0;
  if (endReason === "PREEMPTED") return wasNoticed ? 1 : 0;
  return endReason === "SLOT" ? null : 1;
}

function conductPayer(fact: ConductFact): string | null {
  return fact.event === "SHARES_CHANGED" ? SELF : fact.payer;
}

function one(dimension: Dimension, value: number, weight: number, payer: string | null, count: number): Outcome[] {
  return weight > 0 ? [{ dimension, value, weight, payer, count }] : [];
}
