import { COLUMNS } from "../metrics.ts";

/** Types that rows are made of. */
export type PgType = "timestamptz" | "int4" | "float4" | "float8" | "bool" | "text" | "jsonb";

/** One value: milliseconds since 1970 for a timestamptz, text for jsonb. */
export type Cell = number | string | boolean | null;

/** A table that is written in bulk. */
export interface BulkTable {
  name: string;
  columns: readonly { name: string; type: PgType }[];
}

const METRIC_TYPES = { real: "float4", "double precision": "float8", integer: "int4", "": "text" } as const;

/** telemetry.sample: what is derived, then the fields of metrics.csv in their order. */
export const SAMPLE: BulkTable = {
  name: "telemetry.sample",
  columns: [
    { name: "time", type: "timestamptz" },
    { name: "gpu_key", type: "int4" },
    { name: "covers_until", type: "timestamptz" },
    { name: "covered_seconds", type: "float4" },
    { name: "energy_joules", type: "float8" },
    { name: "util_ratio", type: "float4" },
    ...COLUMNS.map(({ column, type }) => ({ name: column, type: METRIC_TYPES[type] })),
  ],
};

/** telemetry.scrape. */
export const SCRAPE: BulkTable = {
  name: "telemetry.scrape",
  columns: [
    { name: "time", type: "timestamptz" },
    { name: "target_key", type: "int4" },
    { name: "collector_key", type: "int4" },
    { name: "due_until", type: "timestamptz" },
    { name: "is_up", type: "bool" },
    { name: "reason", type: "text" },
    { name: "detail", type: "text" },
    { name: "duration_ms", type: "float4" },
    { name: "body_bytes", type: "int4" },
    { name: "sample_count", type: "int4" },
    { name: "gpu_count", type: "int4" },
    { name: "rejects", type: "jsonb" },
    { name: "clock_skew_seconds", type: "float4" },
  ],
};
