import type { DashboardSpec, PanelSpec } from "./grafana.ts";

/**
 * A mean of the 1-minute roll-up of the chosen GPU, over time. The GPU's key comes first, by itself: joined to the
 * roll-up, it would be looked for in every GPU's rows of the span.
 */
const minuteMean = (column: string): string => `select r.bucket as "time", r.${column} as "${column}"
from telemetry.rollup_1m r
where r.gpu_key = (select t.gpu_key from chain.gpu g join telemetry.gpu t on t.uuid_hash = g.uuid_hash where g.id = '$gpu')
  and $__timeFilter(r.bucket)
order by 1`;

const line = (title: string, description: string, unit: string, column: string, max?: number): PanelSpec => ({
  type: "timeseries",
  title,
  description,
  unit,
  width: 8,
  height: 8,
  sql: minuteMean(column),
  format: "time_series",
  min: 0,
  ...(max === undefined ? {} : { max }),
});

/** One GPU on one page: the chain's side and the telemetry's. */
export const GPU_DASHBOARD: DashboardSpec = {
  uid: "bc-gpu",
  title: "Berkeley Compute / One GPU",
  description: "One GPU: who owns it, what it earns, how it runs.",
  variables: [
    {
      name: "gpu",
      label: "GPU",
      sql: `select g.id || coalesce(' ' || p.model, '') as "__text", g.id as "__value"
from chain.gpu g left join chain.pool p on p.id = g.pool order by length(g.id), g.id`,
    },
  ],
  panels: [
    {
      type: "table",
      title: "GPU",
      description: "Owner, operator, pool and status as of the last indexed block.",
      unit: "none",
      width: 18,
      height: 4,
      format: "table",
      sql: `select g.id as gpu, p.model, o.name as operator, g.pool, '0x' || encode(g.owner, 'hex') as owner, g.status::text as status,
  g.rental_count as rentals, g.burned_dc / 1e6 as "DC burned"
from chain.gpu g left join chain.pool p on p.id = g.pool left join chain.operator o on o.id = g.operator
where g.id = '$gpu'`,
    },
    {
      type: "stat",
      title: "Data as of",
      description: "Telemetry is complete through here.",
      unit: "dateTimeAsIso",
      width: 6,
      height: 4,
      format: "table",
      sql: `select extract(epoch from sampled_through) * 1000 as "sampled through" from telemetry.watermark`,
    },
    line(
      "Utilization",
      "Mean busy fraction that DCGM reported, by minute. A gap: no sample.",
      "percentunit",
      "util_ratio",
      1,
    ),
    line("Power", "Mean board power, by minute.", "watt", "power_watts"),
    line("Temperature", "Mean temperature of the GPU, by minute.", "celsius", "gpu_temp_celsius"),
    {
      type: "timeseries",
      title: "Data Credits burned by hour",
      description: "Burned for use of this GPU, by hour of the burn in UTC, the first hour whole; 1 DC = 1 USD.",
      unit: "currencyUSD",
      width: 24,
      height: 8,
      format: "time_series",
      draw: "bars",
      min: 0,
      sql: `select $__timeGroupAlias(timestamp, '1h'), sum(amount_dc) / 1e6 as "DC burned"
from chain.usage_point
where gpu = '$gpu' and timestamp >= date_trunc('hour', $__timeFrom()::timestamptz, 'UTC') and timestamp <= $__timeTo()
group by 1
order by 1`,
    },
  ],
};
