import { rollups } from "../shared.ts";
import { series, type RowSpec } from "../spec.ts";
import { weighted } from "../telemetry.ts";
import { CHOSEN, DAYS_FROM_MS, fleetPanel, fleetSeries, seriesByModel } from "./sql.ts";

const band = (value: string): string =>
  [10, 50, 90]
    .map((part) => `percentile_cont(${part / 100}) within group (order by ${value}) as "p${part}"`)
    .join(", ");
const BAND = [
  { match: { name: "p90" }, fillBelowTo: "p10", lineWidth: 1, fill: 15 },
  { match: { name: "p10" }, lineWidth: 1, fill: 0 },
  { match: { name: "p50" }, lineWidth: 2, fill: 0 },
] as const;

/** Coverage by region and hour, or day: a silent GPU has no row in the roll-up, so hours are laid out first. */
const STEP = `(case when $__interval_ms < ${DAYS_FROM_MS} then interval '1 hour' else interval '1 day' end)`;
const UPTIME_BY_REGION = `with fleet as (
  select c.gpu_key, coalesce(p.region, 'none') as region, t.first_seen_at
  from (${CHOSEN}) c join telemetry.gpu t using (gpu_key) left join chain.gpu g on g.id = c.gpu left join chain.pool p on p.id = g.pool
), laid as (
  select h as bucket from generate_series(time_bucket(${STEP}, $__timeFrom()::timestamptz) + ${STEP},
    least($__timeTo()::timestamptz, (select sampled_through from telemetry.watermark)) - ${STEP}, ${STEP}) h
), covered as (
  select r.bucket, f.region, sum(r.covered_seconds) as seconds
  from ${rollups("gpu_key, bucket, covered_seconds", { hoursFromMs: 0, daysFromMs: DAYS_FROM_MS })} r join fleet f using (gpu_key)
  where f.first_seen_at <= r.bucket group by 1, 2
), present as (
  select l.bucket, f.region, count(*) as gpus from laid l join fleet f on f.first_seen_at <= l.bucket group by 1, 2
)
select p.bucket as "time", p.region as metric, least(1, coalesce(c.seconds, 0) / (extract(epoch from ${STEP}) * p.gpus)) as "uptime"
from present p left join covered c using (bucket, region)
order by 1`;

/** What the fleet does, and how far apart its GPUs are. */
export const LOAD: RowSpec = {
  title: "What does the fleet do?",
  panels: [
    fleetPanel({
      title: "Utilization",
      description: "Busy fraction that DCGM reported: the GPU in the middle, and the tenth from either end.",
      unit: "percentunit",
      width: 8,
      max: 1,
      overrides: BAND,
      queries: fleetSeries("util_ratio", `${weighted("util_ratio")} as value`, band("value")),
    }),
    fleetPanel({
      title: "Temperature",
      description: "Mean temperature of the GPU in the middle, and of the tenth from either end; dashed: 83 and 87 °C.",
      unit: "celsius",
      width: 8,
      min: 20,
      hasThresholdLines: true,
      thresholds: [
        { value: null, color: "transparent" },
        { value: 83, color: "orange" },
        { value: 87, color: "red" },
      ],
      overrides: BAND,
      queries: fleetSeries("gpu_temp_celsius", `${weighted("gpu_temp_celsius")} as value`, band("value")),
    }),
    fleetPanel({
      title: "Power by model",
      description: "Mean power of each GPU, added up by model.",
      unit: "watt",
      width: 8,
      stack: "normal",
      fill: 40,
      queries: seriesByModel("power_watts", `${weighted("power_watts")} as watts`, 'sum(watts) as "power"'),
    }),
    fleetPanel({
      title: "Memory used by model",
      description: "Mean framebuffer in use of each GPU, added up by model.",
      unit: "bytes",
      width: 8,
      stack: "normal",
      fill: 40,
      queries: seriesByModel("fb_used_bytes", `${weighted("fb_used_bytes")} as used`, 'sum(used) as "memory"'),
    }),
    fleetPanel({
      title: "GPUs with samples by model",
      description: "GPUs of which at least one good sample was taken, by model.",
      unit: "none",
      decimals: 0,
      width: 8,
      stack: "normal",
      fill: 40,
      queries: seriesByModel(
        "sample_count",
        "sum(sample_count) as samples",
        'count(*) filter (where samples > 0) as "GPUs"',
      ),
    }),
    fleetPanel({
      title: "Uptime by region",
      description:
        "Share of the time that samples cover, of the GPUs of each pool's region, by hour, or by day beyond three weeks; what is in progress and GPUs that weren't there yet don't count. A dip to 0: a region in the dark.",
      unit: "percentunit",
      decimals: 1,
      width: 8,
      max: 1,
      minInterval: "1h",
      queries: series(UPTIME_BY_REGION),
    }),
  ],
};
