import { BaseError } from "#kernel/errors.ts";
import { bucketStart, HOUR_MS, MINUTE_MS } from "#kernel/time.ts";
import type { Snapshot } from "../sources/snapshot.ts";
import { readMinutes, type MinuteColumns } from "../sources/telemetry.ts";
import { readBurnedByHour, type HourRow } from "../sources/usage.ts";

/** How many points all series of an operation may have: some 300 ms of the database, which others wait for meanwhile. */
const MAX_POINTS = 30_000;

/** The points that an operation may still ask for. */
export class PointBudget {
  #left = MAX_POINTS;

  /** @throws BaseError `TOO_LARGE` when that is more than is left */
  take(gpuCount: number, points: number, unit: string): void {
    if (gpuCount * points > this.#left) {
      throw new BaseError(
        "TOO_LARGE",
        `${points} ${unit} of ${gpuCount} GPUs are too much: all series of an operation may have ${MAX_POINTS} points`,
        { hints: [`ask for at most ${Math.floor(MAX_POINTS / points)} GPUs at once, or for fewer ${unit}`] },
      );
    }
    this.#left -= gpuCount * points;
  }
}

/** A span that ends at `at` and is `width` long, both in milliseconds. */
export interface Span {
  at: number;
  width: number;
}

/** Telemetry of one GPU by minute, as columns of equal length. */
export interface TelemetryMinutesFact extends Omit<MinuteColumns, "uuidHash" | "at"> {
  at: Date[];
}

/**
 * DC burned by hour for each of the GPUs, in their order: the hour that holds `at` and the whole hours before it.
 *
 * @throws BaseError `TOO_LARGE` for more hours than the budget has
 */
export async function burnedHours(
  snapshot: Snapshot,
  gpuIds: readonly string[],
  { at, width }: Span,
  budget: PointBudget,
): Promise<HourRow[][]> {
  budget.take(gpuIds.length, width / HOUR_MS, "hours");
  const until = bucketStart(at, HOUR_MS) + HOUR_MS;
  const rows = await readBurnedByHour(snapshot, gpuIds, new Date(until - width), new Date(until));
  const byGpu = groupBy(rows, (row) => row.gpuId);
  return gpuIds.map((id) => byGpu.get(id) ?? []);
}

/**
 * Telemetry of each of the GPUs, in their order, in the minute that holds `at` and those before it; nothing for one that
 * no exporter has ever shown.
 *
 * @throws BaseError `TOO_LARGE` for more minutes than the budget has
 */
export async function telemetryMinutes(
  snapshot: Snapshot,
  uuidHashes: readonly string[],
  { at, width }: Span,
  budget: PointBudget,
): Promise<(TelemetryMinutesFact | undefined)[]> {
  budget.take(uuidHashes.length, width / MINUTE_MS, "minutes");
  const until = bucketStart(at, MINUTE_MS) + MINUTE_MS;
  const rows = await readMinutes(snapshot, uuidHashes, new Date(until - width), new Date(until));
  const facts = new Map(rows.map((row) => [row.uuidHash, { ...row, at: row.at.map((ms) => new Date(ms)) }]));
  return uuidHashes.map((hash) => facts.get(hash));
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
