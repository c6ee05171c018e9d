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

/** DC burned by hour for each of the GPUs, in their order: the hour that holds `at` and the whole hours before it. */
export async function burnedHours(
  snapshot: Snapshot,
  gpuIds: readonly string[],
  { at, width }: Span,
): Promise<HourRow[][]> {
  const until = bucketStart(at, HOUR_MS) + HOUR_MS;
  const rows = await readBurnedByHour(snapshot, gpuIds, new Date(until - width), new Date(until));
  const byGpu = groupBy(rows, (row) => row.gpuId);
  return gpuIds.map((id) => byGpu.get(id) ?? []);
}

/**
 * Telemetry of each of the GPUs, in their order, in the minute that holds `at` and those before it; nothing for one that
 * no exporter has ever shown.
 */
export async function telemetryMinutes(
  snapshot: Snapshot,
  uuidHashes: readonly string[],
  { at, width }: Span,
): Promise<(TelemetryMinutesFact | undefined)[]> {
  const until = bucketStart(at, MINUTE_MS) + MINUTE_MS;
  const rows = await readMinutes(snapshot, uuidHashes, new Date(until - width), new Date(until));
  const byGpu = groupBy(rows, (row) => row.uuidHash);
  return uuidHashes.map((hash) => toColumns(byGpu.get(hash)));
}

function toColumns(rows: readonly MinuteRow[] | undefined): TelemetryMinutesFact | undefined {
  if (!rows) return undefined;
  return {
    at: rows.map((row) => row.at),
    state: rows.map((row) => row.state),
    utilization: rows.map((row) => row.utilization),
    powerWatts: rows.map((row) => row.powerWatts),
    temperatureCelsius: rows.map((row) => row.temperatureCelsius),
    energyWattHours: rows.map((row) => row.energyWattHours),
  };
}

function groupBy<Row>(rows: readonly Row[], keyOf: (row: Row) => string): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const group = groups.get(keyOf(row));
    if (group) group.push(row);
    else groups.set(keyOf(row), [row]);
  }
  return groups;
}
