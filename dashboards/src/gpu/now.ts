import { falling, linkTo, rising } from "../fields.ts";
import { DATA_AS_OF } from "../shared.ts";
import { BCT, rows, type Query, type RowSpec, type StatPanel } from "../spec.ts";
import { weighted } from "../telemetry.ts";
import { gpuSeries, KEY } from "./sql.ts";

const stat = (
  title: string,
  description: string,
  unit: string,
  queries: readonly Query[],
  more: Partial<StatPanel> = {},
): StatPanel => ({ type: "stat", title, description, unit, width: 3, minInterval: "1m", queries, ...more });

/** Who has it, and how it stands. */
export const NOW: RowSpec = {
  panels: [
    stat(
      "Utilization",
      "Busy fraction that DCGM reported.",
      "percentunit",
      gpuSeries("util_ratio", `${weighted("util_ratio")} as "utilization"`),
    ),
    stat(
      "Power",
      "Mean power of the board.",
      "watt",
      gpuSeries("power_watts", `${weighted("power_watts")} as "power"`),
    ),
    stat(
      "Temperature",
      "Mean temperature of the chip.",
      "celsius",
      gpuSeries("gpu_temp_celsius", `${weighted("gpu_temp_celsius")} as "temperature"`),
      { thresholds: rising(83, 87) },
    ),
    stat(
      "Burned in 30 days",
      "Data Credits burned for use of this GPU in the 30 days before the range's end; 1 DC = 1 USD (chain.usage_point).",
      "currencyUSD",
      rows(`select coalesce(sum(amount_dc), 0) / 1e6 as "burned" from chain.usage_point
where gpu = \${gpu:sqlstring} and timestamp > $__timeTo()::timestamptz - interval '30 days' and timestamp <= $__timeTo()`),
    ),
    stat(
      "Rewards in 30 epochs",
      "BCT for its holders in the last 30 settled epochs, share and bonus (ledger.gpu_amount).",
      BCT,
      rows(`select coalesce(sum(share_amount + bonus_amount), 0) / 1e18 as "rewards" from (
  select share_amount, bonus_amount from ledger.gpu_amount where gpu = (\${gpu:sqlstring})::bigint order by epoch desc limit 30) t`),
      { decimals: 2 },
    ),
    stat(
      "Plausibility",
      "How plausible its telemetry is, of the last day assessed: 1, nothing speaks against it (telemetry.plausibility).",
      "none",
      rows(
        `select p.score as "plausibility" from telemetry.plausibility p where p.gpu_key = ${KEY} order by p.day desc limit 1`,
      ),
      { decimals: 2, thresholds: falling(0.5, 0.8), noValue: "not assessed yet" },
    ),
    DATA_AS_OF,
    {
      type: "table",
      title: "GPU",
      description: "What the chain says of it as of the last indexed block, and what its exporter says.",
      unit: "none",
      width: 24,
      height: 4,
      queries:
        rows(`select g.id as gpu, coalesce(t.model, g.model) as model, o.name as operator, g.pool, p.region, '0x' || encode(g.owner, 'hex') as owner,
  lower(g.status::text) as status, g.rental_count as rentals, g.burned_dc / 1e6 as burned, h.labels->>'host' as host,
  t.labels->>'driver_version' as driver, extract(epoch from t.last_seen_at) * 1000 as "last seen"
from chain.gpu g left join chain.pool p on p.id = g.pool left join chain.operator o on o.id = g.operator
left join telemetry.gpu t on t.uuid_hash = g.uuid_hash left join telemetry.target h on h.target_key = t.target_key
where g.id = \${gpu:sqlstring}`),
      overrides: [
        { match: { name: "gpu" }, width: 60 },
        {
          match: { name: "model" },
          links: [linkTo("All of this model", "bc-fleet", { model: "${__value.text:percentencode}" })],
        },
        { match: { name: "burned" }, unit: "currencyUSD", decimals: 2 },
        { match: { name: "last seen" }, unit: "dateTimeAsIso" },
        {
          match: { name: "status" },
          cell: "color-text",
          mappings: [
            { value: "active", text: "active", color: "green" },
            { value: "offline", text: "offline", color: "red" },
          ],
        },
      ],
    },
  ],
};
