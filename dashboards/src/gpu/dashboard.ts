import { DATA_AS_OF, rollups } from "../shared.ts";
import { rows, series, type DashboardSpec, type TimeSeriesPanel } from "../spec.ts";

/**
 * The chosen GPU's key comes first, by itself: joined to the roll-up, it would be looked for in every GPU's rows of the span.
 */
const KEY = `(select t.gpu_key from chain.gpu g join telemetry.gpu t on t.uuid_hash = g.uuid_hash where g.id = \${gpu:sqlstring})`;

/** A mean of the chosen GPU over time, weighted by the seconds that samples cover. */
const mean = (column: string): string => `select $__timeGroupAlias(r.bucket, $__interval),
  sum(r.${column} * r.covered_seconds) / nullif(sum(r.covered_seconds) filter (where r.${column} is not null), 0) as "${column}"
from ${rollups(`bucket, covered_seconds, ${column}`, { where: `gpu_key = ${KEY}` })} r
group by 1 order by 1`;

const line = (
  title: string,
  description: string,
  unit: string,
  column: string,
  more: Partial<TimeSeriesPanel> = {},
): TimeSeriesPanel => ({
  type: "timeseries",
  title,
  description,
  unit,
  width: 8,
  min: 0,
  minInterval: "1m",
  queries: series(mean(column)),
  ...more,
});

/** One GPU on one page: the chain's side and the telemetry's. */
export const GPU_DASHBOARD: DashboardSpec = {
  uid: "bc-gpu",
  title: "One GPU",
  description: "One GPU: who owns it, what it earns, how it runs.",
  from: "now-6h",
  refresh: "30s",
  variables: [
    {
      type: "query",
      name: "gpu",
      label: "GPU",
      sql: `select g.id || coalesce(' ' || p.model, '') as "__text", g.id as "__value"
from chain.gpu g left join chain.pool p on p.id = g.pool order by length(g.id), g.id`,
    },
  ],
  rows: [
    {
      panels: [
        {
          type: "table",
          title: "GPU",
          description: "Owner, operator, pool and status as of the last indexed block.",
          unit: "none",
          width: 18,
          height: 4,
          queries:
            rows(`select g.id as gpu, p.model, o.name as operator, g.pool, '0x' || encode(g.owner, 'hex') as owner, g.status::text as status,
  g.rental_count as rentals, g.burned_dc / 1e6 as "DC burned"
from chain.gpu g left join chain.pool p on p.id = g.pool left join chain.operator o on o.id = g.operator
where g.id = \${gpu:sqlstring}`),
        },
        DATA_AS_OF,
      ],
    },
    {
      panels: [
        line("Utilization", "Mean busy fraction that DCGM reported. A gap: no sample.", "percentunit", "util_ratio", {
          max: 1,
        }),
        line("Power", "Mean power of the board. A gap: no sample.", "watt", "power_watts"),
        line("Temperature", "Mean temperature of the GPU. A gap: no sample.", "celsius", "gpu_temp_celsius"),
        {
          type: "timeseries",
          title: "Data Credits burned by hour",
          description: "Burned for use of this GPU, by hour of the burn in UTC, the first hour whole; 1 DC = 1 USD.",
          unit: "currencyUSD",
          width: 24,
          draw: "bars",
          min: 0,
          queries: series(`select $__timeGroupAlias(timestamp, '1h'), sum(amount_dc) / 1e6 as "DC burned"
from chain.usage_point
where gpu = \${gpu:sqlstring} and timestamp >= date_trunc('hour', $__timeFrom()::timestamptz, 'UTC') and timestamp <= $__timeTo()
group by 1
order by 1`),
        },
      ],
    },
  ],
};
