import { measured, unknown, type Measure } from "../measure.ts";
import { adviseTick, costFloorUp, type AdviceTick } from "./advice.ts";
import type { Delegation } from "./delegation.ts";
import type { OccupancyHour, RateBounds, Rates } from "./facts.ts";
import { nextOccupancy, occupancyAt, type OccupancyState } from "./occupancy.ts";

/** The highest rate that the chain takes: `PoolRegistry.MAX_RATE`. */
export const MAX_RATE_DC_PER_HOUR = 10n ** 12n;

/** What an operator has said of a pool: its costs, and how much it will ask at most. */
export interface Declaration {
  powerWatts: bigint;
  dcPerKilowattHour: bigint;
  opexDcPerHour: bigint;
  /** null: no limit but the chain's */
  capDcPerHour: bigint | null;
}

/** What a tick is made of: all of it is kept with it. */
export interface TickInputs {
  /** end of the hour, seconds since 1970 */
  asOf: number;
  /** the average before this hour; null: no hour had capacity yet */
  before: OccupancyState | null;
  hour: OccupancyHour;
  /** in force at `asOf` */
  rates: Rates;
  /** null: nothing declared */
  declaration: Declaration | null;
  /** null: nobody may set rates for the operator */
  delegation: Pick<Delegation, "spot" | "onDemand"> | null;
}

/** A tick, and what the next hour goes on from. */
export interface Tick extends AdviceTick {
  /** what an hour costs the operator; unknown where it hasn't said so */
  costFloor: Measure<bigint>;
  after: OccupancyState | null;
}

/**
 * One hour's advice for a pool, from the rates in force: what isn't followed doesn't pile up. Bounds are the declared costs
 * and cap and, where a pricer is named on the chain, its floor and cap, whichever is narrower; where neither is there, those
 * of the chain. So an operator that has said nothing is told one step from what it asks now. Bounds that leave nothing give
 * no advice: `FLOOR_ABOVE_CAP`.
 */
export function makeTick(poolId: string, inputs: TickInputs): Tick {
  const { asOf, rates, declaration, delegation } = inputs;
  const costFloor = declaration === null ? unknown<bigint>("NOT_DECLARED") : measured(costFloorUp(declaration));
  const cap = declaration?.capDcPerHour ?? null;
  const bounds = {
    spot: narrower(costFloor.value, cap, delegation?.spot),
    onDemand: narrower(costFloor.value, cap, delegation?.onDemand),
  };
  const after = nextOccupancy(inputs.before, inputs.hour);
  const isVoid = [bounds.spot, bounds.onDemand].some((bound) => bound.floorDcPerHour > bound.capDcPerHour);
  const occupancy = occupancyAt(after, asOf);
  const tick = isVoid
    ? adviseTick(poolId, asOf, { rates, occupancy: unknown("FLOOR_ABOVE_CAP"), bounds: { spot: ANY, onDemand: ANY } })
    : adviseTick(poolId, asOf, { rates, occupancy, bounds });
  return { ...tick, inputs: { rates, occupancy, bounds }, costFloor, after };
}

const ANY: RateBounds = { floorDcPerHour: 1n, capDcPerHour: MAX_RATE_DC_PER_HOUR };

function narrower(floor: bigint | null, cap: bigint | null, delegated: RateBounds = ANY): RateBounds {
  const { floorDcPerHour, capDcPerHour } = delegated;
  return {
    floorDcPerHour: floor !== null && floor > floorDcPerHour ? floor : floorDcPerHour,
    capDcPerHour: cap !== null && cap < capDcPerHour ? cap : capDcPerHour,
  };
}
