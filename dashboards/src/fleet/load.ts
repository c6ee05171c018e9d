import { series, type RowSpec } from "../spec.ts";
import { weighted } from "../telemetry.ts";
import { CHOSEN, fleetPanel, fleetSeries, seriesByModel } from "./sql.ts";

const band = (value: string): string =>
  [10, 50, 90]
    .map((part) => `percentile_cont(${part / 100}) within group (order by ${value}) as "p${part}"`)
    .join(", ");
const BAND = [
  { match: { name: "p90" }, fillBelowTo: "p10", lineWidth: 1, fill: 15 },
  { match: { name: "p10" }, lineWidth: 1, fill: 0 },
  { match: { name: "p50" }, lineWidth: 2, fill: 0 },
] as const;

/** Coverage by region and hour: a silent GPU has no row in the roll-up, so hours are laid out first. */
const UPTIME_BY_REGION = `with fleet as (
  select c.gpu_key, coalesce(p.region, 'none') as region, t.first_seen_at
  from (${CHOSEN}) c join telemetry.gpu t using (gpu_key) left join chain.gpu g on g.id = c.gpu left join chain.pool p on p.id = g.pool
), hours as (
  select h as bucket from generate_series(date_trunc('hour', $__timeFrom()::timestamptz, 'UTC') + interval '1 hour',
    least($__timeTo()::timestamptz, (select sampled_through from telemetry.watermark)) - interval '1 hour', interval '1 hour') h
)
select h.bucket as "time", f.region as metric, least(1, coalesce(sum(r.covered_seconds), 0) / (3600 * count(*))) as "uptime"
from hours h join fleet f on f.first_seen_at <= h.bucket
left join (select gpu_key, bucket, covered_seconds from telemetry.rollup_1h where $__timeFilter(bucket)) r
  on r.gpu_key = f.gpu_key and r.bucket = h.bucket
group by 1, 2 order by 1`;

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
        "Share of the time that samples cover, of the GPUs of each pool's region, by hour; hours in progress and GPUs that weren't there yet don't count. A dip to 0: a region in the dark.",
      unit: "percentunit",
      decimals: 1,
      width: 8,
      max: 1,
      minInterval: "1h",
      queries: series(UPTIME_BY_REGION),
    }),
  ],
};
