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
  return snapshot.rows<MinuteRow>(
    "gpu-minutes",
    `with asked as materialized (select gpu_key, uuid_hash from telemetry.gpu where uuid_hash = any($1::bytea[])),
     -- Materialized, as the planner expects one row of it and would aggregate the samples again for every minute.
     mean as materialized (
       select gpu_key, bucket, util_ratio, power_watts, gpu_temp_celsius, energy_watt_hours from telemetry.rollup_1m
       where gpu_key = any(array(select gpu_key from asked)) and bucket >= $2 and bucket < $3)
     select '0x' || encode(a.uuid_hash, 'hex') as "uuidHash", m.minute as at, m.state,
            r.util_ratio as utilization, r.power_watts as "powerWatts", r.gpu_temp_celsius as "temperatureCelsius",
            r.energy_watt_hours as "energyWattHours"
     from asked a
     join telemetry.gpu_minutes($2::timestamptz, $3::timestamptz) m on m.gpu_key = a.gpu_key
     left join mean r on r.gpu_key = a.gpu_key and r.bucket = m.minute
     order by m.minute`,
    [uuidHashes.map((hash) => Buffer.from(hash.slice(2), "hex")), from, to],
  );
}
