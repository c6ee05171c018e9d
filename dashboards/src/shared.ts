/** Panels and pieces of SQL that several dashboards have. */
import { rows, type StatPanel } from "./spec.ts";

/** How far what the dashboard shows reaches: every dashboard has it at the right of its first row. */
export const DATA_AS_OF: StatPanel = {
  type: "stat",
  title: "Data as of",
  description:
    "The last indexed block and its time (chain.head), and the time through which telemetry is complete (telemetry.watermark). " +
    "Nothing later is on this page.",
  unit: "none",
  width: 6,
  text: "value_and_name",
  queries: rows(`select h.block_number as "block", h.block_timestamp * 1000 as "chain through",
  (select extract(epoch from sampled_through) * 1000 from telemetry.watermark) as "sampled through"
from chain.head h`),
  overrides: [{ match: { regexp: "through$" }, unit: "dateTimeAsIsoNoDateIfToday" }],
};

/** Which roll-up serves which distance of points. */
export interface RollupChoice {
  /** a condition on the view's columns, inside each branch: the planner can't carry a join into all three */
  where?: string;
  /** hours serve from this `$__interval` on, milliseconds; half an hour when not said, less for panels of many GPUs */
  hoursFromMs?: number;
  /** days serve from this `$__interval` on, milliseconds; half a day when not said */
  daysFromMs?: number;
}

/**
 * Rows of the roll-up that fits the panel's `$__interval`: by minute while points are close, else by hour, else by day. Each
 * branch stands under a comparison of constants, which the planner decides before it plans the scan: only one view is
 * read. Stands in a `from` list: `from ${rollups("gpu_key, bucket, power_watts")} r`.
 *
 * @param columns of `telemetry.rollup_1m`, which the others share
 */
export function rollups(
  columns: string,
  { where = "true", hoursFromMs = 1_800_000, daysFromMs = 43_200_000 }: RollupChoice = {},
): string {
  const branch = (view: string, serves: string): string =>
    `  select ${columns} from telemetry.${view}\n  where ${serves} and $__timeFilter(bucket) and ${where}`;
  const branches = [
    branch("rollup_1m", `$__interval_ms < ${hoursFromMs}`),
    branch("rollup_1h", `$__interval_ms >= ${hoursFromMs} and $__interval_ms < ${daysFromMs}`),
    branch("rollup_1d", `$__interval_ms >= ${daysFromMs}`),
  ];
  return `(\n${branches.join("\n  union all\n")}\n)`;
}
