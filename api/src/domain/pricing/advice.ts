import { BaseError } from "#kernel/errors.ts";
import type { Measure } from "../measure.ts";
import type { RateBounds, Rates, Tier } from "./facts.ts";

/** Raised by any change of a formula. */
export const PRICING_VERSION = 1;

/** The occupancy at which a rate stays. */
export const TARGET_OCCUPANCY = 0.8;
/** `k`: an empty pool's rate falls by 3 % an hour, a full one's rises by 0.76 %. */
export const SENSITIVITY = -Math.log(0.97) / TARGET_OCCUPANCY;

const FACTOR_UNITS = 1_000_000_000_000n;

/** What a rate should be next, and what held it. */
export interface RateAdvice {
  tier: Tier;
  /** null: none, for `reason` */
  rateDcPerHour: bigint | null;
  reason: string | null;
  /** what the formula came to before bounds; null: none */
  steppedDcPerHour: bigint | null;
  boundBy: "FLOOR" | "CAP" | "ON_DEMAND" | "STEP" | null;
}

/** One hour's advice for a pool with all that it was made of. */
export interface AdviceTick {
  methodologyVersion: number;
  asOf: number;
  poolId: string;
  inputs: AdviceInputs;
  advice: RateAdvice[];
}

/** What an hour's advice is made of. */
export interface AdviceInputs {
  /** rates in force, or last hour's advice */
  rates: Rates;
  occupancy: Measure;
  bounds: { spot: RateBounds; onDemand: RateBounds };
}

/**
 * Advice for a pool: on-demand by its occupancy, spot likewise and at most 0.9 of it, reserved equal to on-demand, for
 * what a longer term is worth comes by the discounts; where the reserved rate is far from it, 3 % nearer. Without a known
 * occupancy there is none.
 *
 * @throws BaseError `BAD_BOUNDS` for a floor above its cap or a rate that isn't above 0
 */
export function adviseTick(poolId: string, asOf: number, inputs: AdviceInputs): AdviceTick {
  const { rates, occupancy, bounds } = inputs;
  const onDemand = advise("ON_DEMAND", rates.onDemandDcPerHour, occupancy, bounds.onDemand);
  const spot = capSpot(advise("SPOT", rates.spotDcPerHour, occupancy, bounds.spot), onDemand, bounds.spot);
  const advice = [spot, onDemand, stepReserved(rates.reservedDcPerHour, onDemand)];
  return { methodologyVersion: PRICING_VERSION, asOf, poolId, inputs, advice };
}

/**
 * `p · exp(k (ū − 0.8))`, rounded toward `p`, so that no step is above 3 %. The factor is a number with an exponential
 * in it, taken to twelve places; the money stays whole.
 *
 * @example stepTowardRate(1_000_000n, 0) === 970_000n
 */
export function stepTowardRate(rate: bigint, occupancy: number): bigint {
  const factor = BigInt(Math.round(Math.exp(SENSITIVITY * (occupancy - TARGET_OCCUPANCY)) * Number(FACTOR_UNITS)));
  const isFall = factor < FACTOR_UNITS;
  return (rate * factor + (isFall ? FACTOR_UNITS - 1n : 0n)) / FACTOR_UNITS;
}

/** What an hour costs an operator, rounded up: power at its price, and the rest of its costs. */
export function costFloorUp(costs: { powerWatts: bigint; dcPerKilowattHour: bigint; opexDcPerHour: bigint }): bigint {
  return (costs.powerWatts * costs.dcPerKilowattHour + 999n) / 1_000n + costs.opexDcPerHour;
}

function advise(
  tier: Tier,
  rate: bigint,
  occupancy: Measure,
  { floorDcPerHour, capDcPerHour }: RateBounds,
): RateAdvice {
  if (rate <= 0n || floorDcPerHour < 0n || floorDcPerHour > capDcPerHour) {
    throw new BaseError(
      "BAD_BOUNDS",
      `${tier}: a rate of ${rate} can't be held between ${floorDcPerHour} and ${capDcPerHour}`,
      {
        hints: ["declare a floor of 0 or more and a cap no lower"],
      },
    );
  }
  if (occupancy.value === null) {
    return { tier, rateDcPerHour: null, reason: occupancy.reason, steppedDcPerHour: null, boundBy: null };
  }
  const stepped = stepTowardRate(rate, occupancy.value);
  const [rateDcPerHour, boundBy] =
    stepped < floorDcPerHour
      ? ([floorDcPerHour, "FLOOR"] as const)
      : stepped > capDcPerHour
        ? ([capDcPerHour, "CAP"] as const)
        : ([stepped, null] as const);
  return { tier, rateDcPerHour, reason: null, steppedDcPerHour: stepped, boundBy };
}

/** Reserved goes to the on-demand advice by steps that are no larger than the formula's. */
function stepReserved(rate: bigint, onDemand: RateAdvice): RateAdvice {
  const { rateDcPerHour: goal } = onDemand;
  if (goal === null) return { ...onDemand, tier: "RESERVED" };
  const [least, most] = [(rate * 97n + 99n) / 100n, (rate * 103n) / 100n];
  const isNear = goal >= least && goal <= most;
  if (isNear) return { ...onDemand, tier: "RESERVED" };
  const rateDcPerHour = goal < least ? least : most;
  return { tier: "RESERVED", rateDcPerHour, reason: null, steppedDcPerHour: goal, boundBy: "STEP" };
}

function capSpot(spot: RateAdvice, onDemand: RateAdvice, { floorDcPerHour }: RateBounds): RateAdvice {
  if (spot.rateDcPerHour === null || onDemand.rateDcPerHour === null) return spot;
  const highest = (onDemand.rateDcPerHour * 9n) / 10n;
  if (spot.rateDcPerHour <= highest) return spot;
  if (highest < floorDcPerHour)
    return { ...spot, rateDcPerHour: null, reason: "SPOT_BELOW_COST", boundBy: "ON_DEMAND" };
  return { ...spot, rateDcPerHour: highest, boundBy: "ON_DEMAND" };
}
