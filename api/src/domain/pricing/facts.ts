export type Tier = "SPOT" | "ON_DEMAND" | "RESERVED";

/** Rates of a pool, DC base units per GPU and hour: columns of `chain.pool`. */
export interface Rates {
  spotDcPerHour: bigint;
  onDemandDcPerHour: bigint;
  reservedDcPerHour: bigint;
}

/** One hour of a pool: its rentals over the time in which its GPUs were ACTIVE. */
export interface OccupancyHour {
  /** start of the hour, seconds since 1970 */
  hourAt: number;
  rentedSeconds: number;
  /** 0: there was nothing to rent, and the hour says nothing */
  availableSeconds: number;
}

/** Between what an operator lets a rate move, DC base units per GPU and hour. */
export interface RateBounds {
  /** what an hour costs the operator: see `costFloorUp` */
  floorDcPerHour: bigint;
  capDcPerHour: bigint;
}

/** One step of the on-chain discounts: `chain.pool.discount_min_hours` and `discount_bps`. */
export interface TermDiscount {
  minHours: number;
  bps: number;
}

/** One burn for use: `chain.usage_settlement` with its pool's model and region. */
export interface SettledUse {
  amountDc: bigint;
  /** how long was paid for: `to_time − from_time`, seconds */
  seconds: bigint;
  /** time of the burn, seconds since 1970 */
  at: number;
}

/** A pool's present rate and how many of its GPUs are ACTIVE. */
export interface Ask {
  rateDcPerHour: bigint;
  gpuCount: number;
}

/** How often reservations took free GPUs of a pool in the last 14 days. */
export interface ReservationHazard {
  /** slots that began on a GPU that was free before */
  takenCount: number;
  /** hours in which an ACTIVE GPU had no booking, over all GPUs */
  exposedGpuHours: number;
}
