import { falling, linkTo, rising } from "../fields.ts";
import { DATA_AS_OF } from "../shared.ts";
import { rows, type PanelSpec, type Query, type RowSpec } from "../spec.ts";
import { weighted } from "../telemetry.ts";
import { CHOSEN, fleetRollups, fleetSeries, FLEET_POINTS } from "./sql.ts";

const spark = (
  title: string,
  description: string,
  unit: string,
  queries: readonly Query[],
  more: Partial<Extract<PanelSpec, { type: "stat" }>> = {},
): PanelSpec => ({
  type: "stat",
  title,
  description,
  unit,
  width: 3,
  maxDataPoints: FLEET_POINTS,
  minInterval: "1m",
  queries,
  ...more,
});

/** How many GPUs report, and what the fleet does right now. */
export const NOW: RowSpec = {
  panels: [
    {
      type: "stat",
      title: "GPUs now",
      description:
        "Reporting: a good sample in the last 5 minutes. Silent: none, as its host doesn't answer. Lost: its host answers without it. From telemetry.gpu.",
      unit: "none",
      width: 6,
      text: "value_and_name",
      queries:
        rows(`select count(*) filter (where is_present and last_seen_at > now() - interval '5 minutes') as reporting,
  count(*) filter (where is_present and last_seen_at <= now() - interval '5 minutes') as silent,
  count(*) filter (where not is_present) as lost
from (${CHOSEN}) c`),
      overrides: [
        { match: { name: "reporting" }, color: { fixed: "green" } },
        { match: { name: "silent" }, thresholds: rising(1, 10), color: "thresholds" },
        { match: { name: "lost" }, thresholds: rising(1, 2), color: "thresholds" },
      ],
    },
    spark(
      "Power",
      "Mean power of every chosen GPU, added up.",
      "watt",
      fleetSeries("power_watts", `${weighted("power_watts")} as watts`, 'sum(watts) as "power"'),
    ),
    spark(
      "Energy",
      "Energy used in the range, from the GPUs' counters.",
      "watth",
      fleetSeries("energy_watt_hours", "sum(energy_watt_hours) as wh", 'sum(wh) as "energy"'),
      { calc: "sum" },
    ),
    spark(
      "Utilization",
      "Busy fraction that DCGM reported, mean of the chosen GPUs.",
      "percentunit",
      fleetSeries("util_ratio", `${weighted("util_ratio")} as util`, 'avg(util) as "utilization"'),
    ),
    spark(
      "Hottest",
      "The highest temperature of any chosen GPU, in each point.",
      "celsius",
      fleetSeries("gpu_temp_celsius_max", "max(gpu_temp_celsius_max) as hot", 'max(hot) as "hottest"'),
      { thresholds: rising(83, 87) },
    ),
    DATA_AS_OF,
  ],
};

/** The ten highest, by GPU and host; found before their names are looked up. */
const topTen = (value: string, name: string, columns: string): readonly Query[] =>
  rows(`select coalesce('GPU ' || c.gpu, c.uuid) || ', ' || c.host as "GPU", r.value as "${name}"
from (
  select gpu_key, ${value} as value from ${fleetRollups(`gpu_key, bucket, ${columns}`)} r
  group by 1 order by 2 desc nulls last, 1 limit 10
) r join (${CHOSEN}) c using (gpu_key)
where r.value is not null order by 2 desc, 1`);

const TEN = { type: "bargauge", isByRow: true, width: 8 } as const;

/** The GPUs that want a look first. */
export const WORST: RowSpec = {
  title: "Which GPUs want a look?",
  panels: [
    {
      ...TEN,
      title: "Hottest GPUs",
      description: "The ten highest temperatures in the range, by GPU and host.",
      unit: "celsius",
      min: 20,
      max: 95,
      maxDataPoints: FLEET_POINTS,
      minInterval: "1m",
      thresholds: rising(83, 87),
      queries: topTen("max(gpu_temp_celsius_max)", "hottest", "gpu_temp_celsius_max"),
    },
    {
      ...TEN,
      title: "Most throttled GPUs",
      description:
        "Share of the time in which the clocks were held down by heat or the power brake (clock event reasons 8, 32, 64, 128), the ten highest.",
      unit: "percentunit",
      min: 0,
      max: 0.2,
      decimals: 2,
      maxDataPoints: FLEET_POINTS,
      minInterval: "1m",
      thresholds: rising(0.02, 0.1),
      queries: topTen(
        "sum(throttled_seconds) / nullif(sum(throttle_known_seconds), 0)",
        "throttled",
        "throttled_seconds, throttle_known_seconds",
      ),
    },
    {
      type: "table",
      title: "Least plausible telemetry",
      description:
        "The ten lowest plausibility scores of the last day assessed (telemetry.plausibility): 1, nothing speaks against what the GPU reports; 0, it is as good as impossible.",
      unit: "none",
      width: 8,
      queries: rows(`select c.gpu, c.host, p.score, p.known_share as "known",
  coalesce((select string_agg(f->>'kind', ', ') from jsonb_array_elements(p.findings) f where (f->>'severity')::float8 > 0), 'none') as findings
from telemetry.plausibility p join (${CHOSEN}) c using (gpu_key)
where p.day = (select max(day) from telemetry.plausibility)
order by p.score nulls last, c.gpu limit 10`),
      overrides: [
        { match: { name: "gpu" }, width: 60, links: [linkTo("This GPU", "bc-gpu", { gpu: "${__value.text}" })] },
        { match: { name: "score" }, decimals: 2, width: 70, cell: "color-text", thresholds: falling(0.5, 0.8) },
        { match: { name: "known" }, unit: "percentunit", decimals: 0, width: 70 },
      ],
    },
  ],
};
