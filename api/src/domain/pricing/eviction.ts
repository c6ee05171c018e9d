import { measured, unknown, type Measure } from "../measure.ts";
import type { ReservationHazard } from "./facts.ts";

/** How likely a spot rental is to end for a reservation. */
export interface Eviction {
  /** a booking that is already known ends it by then, seconds since 1970; null: none is */
  endsBy: number | null;
  /** chance that a reservation takes the GPU within so many hours, 0 to 1 */
  within: { hours: number; chance: Measure }[];
  /** events and hours that the chances stand on */
  takenCount: number;
  exposedGpuHours: number;
}

const HORIZONS_HOURS = [1, 6, 24];

/**
 * Eviction of a spot offer: certain within a horizon that holds a known booking, else `1 − e^(−λ h)` with the pool's
 * hazard `λ = (n + ½) / exposed GPU-hours` of the last 14 days (Jeffreys' estimate of a rate: a pool that saw no
 * reservation yet isn't one that never will). Unknown where no hour was exposed.
 */
export function evictionOf(hazard: ReservationHazard, endsBy: number | null, now: number): Eviction {
  const { takenCount, exposedGpuHours } = hazard;
  const within = HORIZONS_HOURS.map((hours) => ({ hours, chance: chanceWithin(hours, hazard, endsBy, now) }));
  return { endsBy, within, takenCount, exposedGpuHours };
}

function chanceWithin(
  hours: number,
  { takenCount, exposedGpuHours }: ReservationHazard,
  endsBy: number | null,
  now: number,
): Measure {
  if (endsBy !== null && endsBy <= now + hours * 3_600) return measured(1);
  if (exposedGpuHours <= 0) return unknown("NO_EXPOSURE");
  return measured(-Math.expm1((-(takenCount + 0.5) / exposedGpuHours) * hours));
}
