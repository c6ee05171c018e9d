import type { Snapshot } from "./snapshot.ts";

/** One GPU in one minute. Means weighted by time; null: no reading. */
export interface MinuteRow {
  /** 0x hex */
  uuidHash: string;
  /** start of the minute */
  at: Date;
  state: "UP" | "DOWN" | "UNKNOWN";
  /** busy fraction, 0 to 1 */
  utilization: number | null;
  powerWatts: number | null;
  temperatureCelsius: number | null;
  energyWattHours: number | null;
}

/**
 * The minutes that start in `[from, to)` of the GPUs with these UUID hashes, ascending, one row per GPU and minute; no
 * rows for a GPU that no exporter has ever shown.
 *
 * @param uuidHashes 0x hex
 */
export async function readMinutes(
  snapshot: Snapshot,
  uuidHashes: readonly string[],
  from: Date,
  to: Date,
): Promise<MinuteRow[]> {
  // Keys first: with them as a parameter, and not as a subquery, the plan reads these GPUs only.
  const gpus = await snapshot.rows<{ key: number; uuidHash: string }>(
    "telemetry-gpus",
    `select gpu_key as key, '0x' || encode(uuid_hash, 'hex') as "uuidHash" from telemetry.gpu where uuid_hash = any($1::bytea[])`,
    [uuidHashes.map((hash) => Buffer.from(hash.slice(2), "hex"))],
  );
  if (gpus.length === 0) return [];
  const hashOf = new Map(gpus.map(({ key, uuidHash }) => [key, uuidHash]));
  const rows = await snapshot.rows<Omit<MinuteRow, "uuidHash"> & { key: number }>(
    "gpu-minutes",
    // Materialized, as the planner expects one row of it and would aggregate the samples again for every minute.
    `with mean as materialized (
       select gpu_key, bucket, util_ratio, power_watts, gpu_temp_celsius, energy_watt_hours from telemetry.rollup_1m
       where gpu_key = any($1) and bucket >= $2 and bucket < $3)
     select m.gpu_key as key, m.minute as at, m.state,
            r.util_ratio as utilization, r.power_watts as "powerWatts", r.gpu_temp_celsius as "temperatureCelsius",
            r.energy_watt_hours as "energyWattHours"
     from telemetry.gpu_minutes($2::timestamptz, $3::timestamptz, $1::integer[]) m
     left join mean r on r.gpu_key = m.gpu_key and r.bucket = m.minute
     order by m.minute`,
    [[...hashOf.keys()], from, to],
  );
  return rows.map(({ key, ...row }) => ({ ...row, uuidHash: hashOf.get(key) ?? "" }));
}
