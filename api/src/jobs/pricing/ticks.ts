import type { OccupancyState } from "../../domain/pricing/occupancy.ts";
import { makeTick, type Tick, type TickInputs } from "../../domain/pricing/tick.ts";
import type { PoolHour } from "../../facts/pricing-hours.ts";
import type { PricedPool } from "../../facts/pricing-span.ts";

const HOUR = 3_600;

/** A tick with all that it was made of. */
export interface MadeTick {
  poolId: string;
  hour: PoolHour;
  inputs: TickInputs;
  tick: Tick;
}

/** A pool's ticks at the ends of the hours in `[from, to)`, in order; none before it was opened. */
export function ticksOf(pool: PricedPool, from: number, to: number): MadeTick[] {
  const made: MadeTick[] = [];
  let before: OccupancyState | null = pool.before;
  for (let asOf = from + HOUR; asOf <= to; asOf += HOUR) {
    const rates = pool.createdAt <= asOf ? pool.ratesAt(asOf) : undefined;
    if (!rates) continue;
    const hour = pool.hours[(asOf - HOUR - from) / HOUR] ?? nothing(asOf - HOUR);
    const { spotDcPerHour, onDemandDcPerHour, reservedDcPerHour } = rates;
    const inputs: TickInputs = {
      ...{ asOf, before, hour },
      rates: { spotDcPerHour, onDemandDcPerHour, reservedDcPerHour },
      declaration: pool.declarationAt(asOf),
      delegation: boundsOf(pool, asOf),
    };
    const tick = makeTick(pool.poolId, inputs);
    made.push({ poolId: pool.poolId, hour, inputs, tick });
    before = tick.after;
  }
  return made;
}

function boundsOf(pool: PricedPool, at: number): TickInputs["delegation"] {
  const row = pool.delegationAt(at);
  if (!row) return null;
  return {
    spot: { floorDcPerHour: row.spotFloor, capDcPerHour: row.spotCap },
    onDemand: { floorDcPerHour: row.onDemandFloor, capDcPerHour: row.onDemandCap },
  };
}

/** An hour of a pool without GPUs. */
function nothing(hourAt: number): PoolHour {
  return { hourAt, rentedSeconds: 0, availableSeconds: 0, exposedSeconds: 0, takenCount: 0 };
}
