import { readSamples, type SampleRow, type SampleSpan } from "../sources/samples.ts";
import type { Snapshot } from "../sources/snapshot.ts";

/** Samples of one GPU as columns of equal length, oldest first. */
export type LiveFact = { [K in keyof SampleRow]: SampleRow[K][] };

/** The samples of each span, in the spans' order. */
export async function liveTelemetry(snapshot: Snapshot, spans: readonly SampleSpan[]): Promise<LiveFact[]> {
  return (await readSamples(snapshot, spans)).map((rows) => ({
    at: rows.map((row) => row.at),
    utilization: rows.map((row) => row.utilization),
    tensorActivity: rows.map((row) => row.tensorActivity),
    powerWatts: rows.map((row) => row.powerWatts),
    temperatureCelsius: rows.map((row) => row.temperatureCelsius),
    clockHertz: rows.map((row) => row.clockHertz),
    memoryUsedBytes: rows.map((row) => row.memoryUsedBytes),
  }));
}
