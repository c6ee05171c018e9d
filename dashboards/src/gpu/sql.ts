import { rollups } from "../shared.ts";
import { series, type Query, type TimeSeriesPanel } from "../spec.ts";

/** The chosen GPU's key comes first, by itself: joined to a roll-up, it would be looked for in every GPU's rows of the span. */
export const KEY = `(select t.gpu_key from chain.gpu g join telemetry.gpu t on t.uuid_hash = g.uuid_hash where g.id = \${gpu:sqlstring})`;

/** From which `$__interval` on panels of one GPU are drawn by the hour. */
export const HOURS_FROM_MS = 1_800_000;

/**
 * The chosen GPU over time, from the roll-up that fits.
 *
 * @param columns of the roll-up
 * @param values aggregates by point, with names
 */
export const gpuSeries = (columns: string, values: string): readonly Query[] =>
  series(`select $__timeGroupAlias(bucket, $__interval), ${values}
from ${rollups(`bucket, covered_seconds, ${columns}`, { where: `gpu_key = ${KEY}`, hoursFromMs: HOURS_FROM_MS })} r
group by 1 order by 1`);

/** A panel of the chosen GPU over time. */
export const gpuPanel = (panel: Omit<TimeSeriesPanel, "type" | "width">): TimeSeriesPanel => ({
  type: "timeseries",
  width: 8,
  min: 0,
  minInterval: "1m",
  ...panel,
});
