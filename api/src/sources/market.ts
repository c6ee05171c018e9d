import type { Snapshot } from "./snapshot.ts";

/** What schema `market` holds. Ids are decimal text, times seconds since 1970, rates DC base units per GPU and hour. */

/** What an operator declared of a pool from a time on; null costs: it took that back. */
export interface DeclarationRow {
  poolId: string;
  at: number;
  declared: {
    powerWatts: bigint;
    dcPerKilowattHour: bigint;
    opexDcPerHour: bigint;
    capDcPerHour: bigint | null;
  } | null;
}

/** The average of a pool's occupancy after a tick. */
export interface SmoothedRow {
  poolId: string;
  smoothed: number;
  hourAt: number;
}

/** How often reservations took a pool's free GPUs in the 14 days to its newest tick. */
export interface HazardRow {
  poolId: string;
  takenCount: number;
  exposedGpuHours: number;
}

const unix = (column: string, as: string): string => `extract(epoch from ${column})::float8 as "${as}"`;

/** The time of the newest tick of any pool; null: none was made. */
export async function readNewestTick(snapshot: Snapshot): Promise<number | null> {
  const [row] = await snapshot.rows<{ at: number | null }>(
    "newest-tick",
    `select ${unix("max(at)", "at")} from market.tick`,
  );
  return row?.at ?? null;
}

/** A block that ticks stand on, and the newest of these ticks. */
export interface TickBlockRow {
  number: bigint;
  /** 0x hex */
  hash: `0x${string}`;
  at: number;
}

/** The blocks that the ticks of the last week stand on, at most 64, the newest tick's first. */
export async function listTickBlocks(snapshot: Snapshot): Promise<TickBlockRow[]> {
  return snapshot.rows<TickBlockRow>(
    "tick-blocks",
    `select as_of_block as number, '0x' || encode(as_of_hash, 'hex') as hash, ${unix("max(at)", "at")}
     from market.tick where at > (select max(at) from market.tick) - interval '7 days'
     group by as_of_block, as_of_hash order by max(at) desc limit 64`,
  );
}

/** The averages that the hour after `at` goes on from, of pools that had an hour with capacity by then. */
export async function readSmoothed(snapshot: Snapshot, at: number): Promise<SmoothedRow[]> {
  return snapshot.rows<SmoothedRow>(
    "smoothed",
    `select pool::text as "poolId", smoothed, ${unix("smoothed_at", "hourAt")}
     from market.tick where at = to_timestamp($1) and smoothed is not null`,
    [at],
  );
}

/** For each pool the last declaration by `from`, and all up to `to`, by time. */
export async function readDeclarations(snapshot: Snapshot, from: number, to: number): Promise<DeclarationRow[]> {
  const rows = await snapshot.rows<Declared & { poolId: string; at: number; isWithdrawn: boolean }>(
    "declarations",
    `select pool::text as "poolId", ${unix("declared_at", "at")}, power_watts as "powerWatts",
            dc_per_kilowatt_hour as "dcPerKilowattHour", opex_dc_per_hour as "opexDcPerHour",
            cap_dc_per_hour as "capDcPerHour", is_withdrawn as "isWithdrawn"
     from (select *, lead(declared_at) over (partition by pool order by declared_at) as next
           from market.declaration where declared_at <= to_timestamp($2)) declared
     where next is null or next > to_timestamp($1)
     order by declared_at`,
    [from, to],
  );
  return rows.map(({ poolId, at, isWithdrawn, ...declared }) => ({
    ...{ poolId, at },
    declared: isWithdrawn ? null : declared,
  }));
}

type Declared = NonNullable<DeclarationRow["declared"]>;

/** Hazards of pools, in any order; those without a tick are left out. */
export async function readHazards(snapshot: Snapshot, poolIds: readonly string[]): Promise<HazardRow[]> {
  return snapshot.rows<HazardRow>(
    "hazards",
    `select pool::text as "poolId", taken_count::float8 as "takenCount", exposed_gpu_hours as "exposedGpuHours"
     from market.hazard where pool = any($1::int8[])`,
    [poolIds],
  );
}

/** A tick with all its inputs, as `market.tick` has it; the newest of its pool, or one of a span. */
export interface TickRow {
  poolId: string;
  at: number;
  methodologyVersion: number;
  rentedSeconds: number;
  availableSeconds: number;
  exposedSeconds: number;
  takenCount: number;
  smoothedBefore: number | null;
  smoothedBeforeAt: number | null;
  occupancy: number | null;
  occupancyReason: string | null;
  sensitivity: number;
  target: number;
  spotRate: bigint;
  onDemandRate: bigint;
  reservedRate: bigint;
  powerWatts: bigint | null;
  dcPerKilowattHour: bigint | null;
  opexDcPerHour: bigint | null;
  declaredCap: bigint | null;
  costFloor: bigint | null;
  costFloorReason: string | null;
  delegatedSpotFloor: bigint | null;
  delegatedSpotCap: bigint | null;
  delegatedOnDemandFloor: bigint | null;
  delegatedOnDemandCap: bigint | null;
  spotFloor: bigint;
  spotCap: bigint;
  onDemandFloor: bigint;
  onDemandCap: bigint;
  asOfBlock: bigint;
  /** 0x hex */
  asOfHash: string;
  advice: AdviceRow[];
}

/** What a tick advises for a tier. */
export interface AdviceRow {
  tier: "SPOT" | "ON_DEMAND" | "RESERVED";
  rate: bigint | null;
  reason: string | null;
  stepped: bigint | null;
  boundBy: "FLOOR" | "CAP" | "ON_DEMAND" | "STEP" | null;
}

const TICK = `t.pool::text as "poolId", ${unix("t.at", "at")}, t.methodology_version as "methodologyVersion",
  t.rented_seconds::float8 as "rentedSeconds", t.available_seconds::float8 as "availableSeconds",
  t.exposed_seconds::float8 as "exposedSeconds", t.taken_count as "takenCount", t.smoothed_before as "smoothedBefore",
  ${unix("t.smoothed_before_at", "smoothedBeforeAt")}, t.occupancy, t.occupancy_reason as "occupancyReason",
  t.sensitivity, t.target, t.spot_rate as "spotRate", t.on_demand_rate as "onDemandRate",
  t.reserved_rate as "reservedRate", t.power_watts as "powerWatts", t.dc_per_kilowatt_hour as "dcPerKilowattHour",
  t.opex_dc_per_hour as "opexDcPerHour", t.declared_cap as "declaredCap", t.cost_floor as "costFloor",
  t.cost_floor_reason as "costFloorReason", t.delegated_spot_floor as "delegatedSpotFloor",
  t.delegated_spot_cap as "delegatedSpotCap", t.delegated_on_demand_floor as "delegatedOnDemandFloor",
  t.delegated_on_demand_cap as "delegatedOnDemandCap", t.spot_floor as "spotFloor", t.spot_cap as "spotCap",
  t.on_demand_floor as "onDemandFloor", t.on_demand_cap as "onDemandCap", t.as_of_block as "asOfBlock",
  '0x' || encode(t.as_of_hash, 'hex') as "asOfHash",
  (select json_agg(json_build_object('tier', a.tier, 'rate', a.rate::text, 'reason', a.reason, 'stepped', a.stepped::text,
     'boundBy', a.bound_by) order by array_position(array['SPOT', 'ON_DEMAND', 'RESERVED'], a.tier))
   from market.advice a where a.pool = t.pool and a.at = t.at) as advice`;

type RawTick = Omit<TickRow, "advice"> & {
  advice: (Omit<AdviceRow, "rate" | "stepped"> & { rate: string | null; stepped: string | null })[] | null;
};

function toTick({ advice, ...row }: RawTick): TickRow {
  const whole = (text: string | null): bigint | null => (text === null ? null : BigInt(text));
  const shown = (advice ?? []).map((one) => ({ ...one, rate: whole(one.rate), stepped: whole(one.stepped) }));
  return { ...row, advice: shown };
}

/** The newest tick of each of the pools, in any order; pools without one are left out. */
export async function readNewestTicks(snapshot: Snapshot, poolIds: readonly string[]): Promise<TickRow[]> {
  const rows = await snapshot.rows<RawTick>(
    "newest-ticks",
    `select ${TICK} from unnest($1::int8[]) wanted(pool)
     cross join lateral (select * from market.tick where tick.pool = wanted.pool order by at desc limit 1) t`,
    [poolIds],
  );
  return rows.map(toTick);
}

/** A pool's ticks in `[from, to]`, by time. */
export async function readTicks(snapshot: Snapshot, poolId: string, from: number, to: number): Promise<TickRow[]> {
  const rows = await snapshot.rows<RawTick>(
    "ticks",
    `select ${TICK} from market.tick t
     where pool = $1::int8 and at >= to_timestamp($2) and at <= to_timestamp($3) order by at`,
    [poolId, from, to],
  );
  return rows.map(toTick);
}

/** One hour's index; the columns of `market.price_index`. */
export interface PriceIndexRow {
  at: number;
  methodologyVersion: number;
  dcPerHour: bigint | null;
  reason: string | null;
  count: number;
  volume: bigint;
  trimmedSeconds: bigint | null;
  keptLow: bigint | null;
  keptHigh: bigint | null;
}

/** An index in `[from, to]`, by time. */
export async function readPriceIndex(
  snapshot: Snapshot,
  { model, region, kind }: { model: string; region: string; kind: string },
  from: number,
  to: number,
): Promise<PriceIndexRow[]> {
  return snapshot.rows<PriceIndexRow>(
    "price-index",
    `select ${unix("at", "at")}, methodology_version as "methodologyVersion", dc_per_hour as "dcPerHour", reason, count,
            volume, trimmed_seconds as "trimmedSeconds", kept_low as "keptLow", kept_high as "keptHigh"
     from market.price_index
     where model = $1 and region = $2 and kind = $3 and at >= to_timestamp($4) and at <= to_timestamp($5) order by at`,
    [model, region, kind, from, to],
  );
}
