import { bucketStart, HOUR_MS, MINUTE_MS } from "#kernel/time.ts";
import type { Snapshot } from "../sources/snapshot.ts";
import { readMinutes, type MinuteRow } from "../sources/telemetry.ts";
import { readBurnedByHour, type HourRow } from "../sources/usage.ts";

/** A span that ends at `at` and is `width` long, both in milliseconds. */
export interface Span {
  at: number;
  width: number;
}

/** Telemetry of one GPU by minute, as columns of equal length. */
export interface TelemetryMinutesFact {
  at: Date[];
  state: MinuteRow["state"][];
  utilization: (number | null)[];
  powerWatts: (number | null)[];
  temperatureCelsius: (number | null)[];
  energyWattHours: (number | null)[];
}

/** DC burned for a GPU by hour: the hour that holds `at` and the whole hours before it. */
export async function burnedHours(snapshot: Snapshot, gpuId: string, { at, width }: Span): Promise<HourRow[]> {
  const until = bucketStart(at, HOUR_MS) + HOUR_MS;
  return readBurnedByHour(snapshot, [gpuId], new Date(until - width), new Date(until));
}

/** Telemetry of a GPU in the minute that holds `at` and those before it; nothing if no exporter has ever shown it. */
export async function telemetryMinutes(
  snapshot: Snapshot,
  uuidHash: string,
  { at, width }: Span,
): Promise<TelemetryMinutesFact | undefined> {
  const until = bucketStart(at, MINUTE_MS) + MINUTE_MS;
  const rows = await readMinutes(snapshot, uuidHash, new Date(until - width), new Date(until));
  if (rows.length === 0) return undefined;
  return {
    at: rows.map((row) => row.at),
    state: rows.map((row) => row.state),
    utilization: rows.map((row) => row.utilization),
    powerWatts: rows.map((row) => row.powerWatts),
    temperatureCelsius: rows.map((row) => row.temperatureCelsius),
    energyWattHours: rows.map((row) => row.energyWattHours),
  };
}
