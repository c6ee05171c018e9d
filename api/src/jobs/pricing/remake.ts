import type { RateAdvice } from "../../domain/pricing/advice.ts";
import type { RateBounds } from "../../domain/pricing/facts.ts";
import { makeTick, type Tick, type TickInputs } from "../../domain/pricing/tick.ts";
import type { TickRow } from "../../sources/market.ts";

const HOUR = 3_600;

/** A tick made again from its row, by nothing but what was kept with it. */
export function remakeTick(row: TickRow): Tick {
  return makeTick(row.poolId, inputsOf(row));
}

/** What of a tick made again isn't what was kept, in words; empty: all is the same. */
export function differencesOf(row: TickRow): string[] {
  const again = remakeTick(row);
  const told = (values: readonly unknown[]): string => values.map((value) => String(value)).join(" ");
  const pairs = [
    [
      "occupancy",
      told([row.occupancy, row.occupancyReason]),
      told([again.inputs.occupancy.value, again.inputs.occupancy.reason]),
    ],
    ["cost floor", told([row.costFloor, row.costFloorReason]), told([again.costFloor.value, again.costFloor.reason])],
    ...again.advice.map((one) => [one.tier, told(keptAdvice(row, one.tier)), told(madeAdvice(one))] as const),
  ] as const;
  return pairs.flatMap(([what, kept, made]) => (kept === made ? [] : [`${what}: kept ${kept}, made again ${made}`]));
}

function keptAdvice({ advice }: TickRow, tier: string): unknown[] {
  const kept = advice.find((one) => one.tier === tier);
  return kept ? [kept.rate, kept.reason, kept.stepped, kept.boundBy] : ["nothing"];
}

function madeAdvice({ rateDcPerHour, reason, steppedDcPerHour, boundBy }: RateAdvice): unknown[] {
  return [rateDcPerHour, reason, steppedDcPerHour, boundBy];
}

function inputsOf(row: TickRow): TickInputs {
  const { smoothedBefore, smoothedBeforeAt, powerWatts, dcPerKilowattHour, opexDcPerHour } = row;
  const isDeclared = powerWatts !== null && dcPerKilowattHour !== null && opexDcPerHour !== null;
  const spot = bounds(row.delegatedSpotFloor, row.delegatedSpotCap);
  const onDemand = bounds(row.delegatedOnDemandFloor, row.delegatedOnDemandCap);
  return {
    asOf: row.at,
    before:
      smoothedBefore === null || smoothedBeforeAt === null
        ? null
        : { smoothed: smoothedBefore, hourAt: smoothedBeforeAt },
    hour: { hourAt: row.at - HOUR, rentedSeconds: row.rentedSeconds, availableSeconds: row.availableSeconds },
    rates: {
      spotDcPerHour: row.spotRate,
      onDemandDcPerHour: row.onDemandRate,
      reservedDcPerHour: row.reservedRate,
    },
    declaration: isDeclared ? { powerWatts, dcPerKilowattHour, opexDcPerHour, capDcPerHour: row.declaredCap } : null,
    delegation: spot && onDemand ? { spot, onDemand } : null,
  };
}

function bounds(floor: bigint | null, cap: bigint | null): RateBounds | null {
  return floor === null || cap === null ? null : { floorDcPerHour: floor, capDcPerHour: cap };
}
