import { rollups } from "../shared.ts";
import { series, type Query, type TimeSeriesPanel } from "../spec.ts";

/** Points of a panel of the whole fleet: minutes serve below half a day, days above three weeks. */
export const FLEET_POINTS = 200;
const HOURS_FROM_MS = 300_000;
/** From which `$__interval` on the fleet is drawn by the day. */
export const DAYS_FROM_MS = 10_800_000;

/** The physical GPUs that the reader chose: on the chain with an operator, or seen by a collector alone ("none"). */
export const CHOSEN = `select t.gpu_key, t.uuid, t.target_key, t.is_present, t.last_seen_at, t.labels, coalesce(t.model, 'unknown') as model,
    g.id as gpu, g.status, coalesce(h.labels->>'host', h.url, 'unknown') as host
  from telemetry.gpu t left join chain.gpu g on g.uuid_hash = t.uuid_hash left join telemetry.target h on h.target_key = t.target_key
  where t.parent_key is null and coalesce(g.operator, 'none') = any(array[\${operator:sqlstring}]::text[])
    and coalesce(t.model, 'unknown') = any(array[\${model:sqlstring}]::text[])`;

/** Rows of the roll-up that fits, of the chosen GPUs. */
export const fleetRollups = (columns: string): string =>
  rollups(columns, {
    where: `gpu_key = any(array(select gpu_key from (${CHOSEN}) c))`,
    hoursFromMs: HOURS_FROM_MS,
    daysFromMs: DAYS_FROM_MS,
  });

/**
 * The chosen GPUs over time: first each by itself, then all together.
 *
 * @param columns of the roll-up
 * @param each aggregates by point and GPU, with names
 * @param all aggregates of those by point, with names
 */
export const fleetSeries = (columns: string, each: string, all: string): readonly Query[] =>
  series(`select "time", ${all}
from (
  select $__timeGroupAlias(bucket, $__interval), gpu_key, ${each}
  from ${fleetRollups(`gpu_key, bucket, covered_seconds, ${columns}`)} r
  group by 1, 2
) x
group by 1 order by 1`);

/**
 * The same, a series for each model. Models are looked up, not joined: the planner expects few GPUs to be chosen and would
 * go through all of them for each row.
 */
export const seriesByModel = (columns: string, each: string, all: string): readonly Query[] =>
  series(`select "time", replace((select jsonb_object_agg(gpu_key, model) from (${CHOSEN}) c) ->> gpu_key::text, 'NVIDIA ', '') as metric, ${all}
from (
  select $__timeGroupAlias(bucket, $__interval), gpu_key, ${each}
  from ${fleetRollups(`gpu_key, bucket, covered_seconds, ${columns}`)} r
  group by 1, 2
) x
group by 1, 2 order by 1`);

/** A panel over time of the fleet. */
export const fleetPanel = (panel: Omit<TimeSeriesPanel, "type" | "maxDataPoints">): TimeSeriesPanel => ({
  type: "timeseries",
  min: 0,
  maxDataPoints: FLEET_POINTS,
  minInterval: "1m",
  ...panel,
});
