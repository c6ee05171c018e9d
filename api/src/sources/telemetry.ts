import type { Snapshot } from "./snapshot.ts";

/** One GPU's minutes, as columns of equal length. Means weighted by time; null: no reading. */
export interface MinuteColumns {
  /** 0x hex */
  uuidHash: string;
  /** starts of the minutes, milliseconds since 1970 */
  at: number[];
  state: ("UP" | "DOWN" | "UNKNOWN")[];
  /** busy fraction, 0 to 1 */
  utilization: (number | null)[];
  powerWatts: (number | null)[];
  temperatureCelsius: (number | null)[];
  energyWattHours: (number | null)[];
}

/**
 * The minutes that start in `[from, to)` of the GPUs with these UUID hashes, ascending, one row per GPU; none
 * for a GPU that no exporter has ever shown.
 *
 * @param uuidHashes 0x hex
 */
export async function readMinutes(
  snapshot: Snapshot,
  uuidHashes: readonly string[],
  from: Date,
  to: Date,
): Promise<MinuteColumns[]> {
  // Keys first: with them as a parameter, and not as a subquery, the plan reads these GPUs only.
  const gpus = await snapshot.rows<{ key: number; uuidHash: string }>(
    "telemetry-gpus",
    `select gpu_key as key, '0x' || encode(uuid_hash, 'hex') as "uuidHash" from telemetry.gpu where uuid_hash = any($1::bytea[])`,
    [uuidHashes.map((hash) => Buffer.from(hash.slice(2), "hex"))],
  );
  if (gpus.length === 0) return [];
  const hashOf = new Map(gpus.map(({ key, uuidHash }) => [key, uuidHash]));
  const rows = await snapshot.rows<Omit<MinuteColumns, "uuidHash"> & { key: number }>(
    "gpu-minutes",
    // Columns as JSON, which reaches us as one value each: a row a minute costs three times as much to read.
    // Materialized, as the planner expects one row of it and would aggregate the samples again for every minute.
    `with mean as materialized (
       select gpu_key, bucket, util_ratio, power_watts, gpu_temp_celsius, energy_watt_hours from telemetry.rollup_1m
       where gpu_key = any($1) and bucket >= $2 and bucket < $3)
     select m.gpu_key as key, json_agg((extract(epoch from m.minute) * 1000)::int8 order by m.minute) as at,
            json_agg(m.state order by m.minute) as state, json_agg(r.util_ratio order by m.minute) as utilization,
            json_agg(r.power_watts order by m.minute) as "powerWatts",
            json_agg(r.gpu_temp_celsius order by m.minute) as "temperatureCelsius",
            json_agg(r.energy_watt_hours order by m.minute) as "energyWattHours"
     from telemetry.gpu_minutes($2::timestamptz, $3::timestamptz, $1::integer[]) m
     left join mean r on r.gpu_key = m.gpu_key and r.bucket = m.minute
     group by m.gpu_key`,
    [[...hashOf.keys()], from, to],
  );
  return rows.map(({ key, ...row }) => ({ ...row, uuidHash: hashOf.get(key) ?? "" }));
}
