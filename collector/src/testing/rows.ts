import { COLUMNS } from "../metrics.ts";
import type { GpuRow } from "../parse/result.ts";

/** The readings of a row by column, without those that it hasn't. */
export function readings(row: GpuRow | undefined): Record<string, number> {
  const found: Record<string, number> = {};
  row?.values.forEach((value, index) => {
    const column = COLUMNS[index]?.column;
    if (!Number.isNaN(value) && column !== undefined) found[column] = value;
  });
  return found;
}

/** Values by place in `COLUMNS`, NaN where `given` says nothing. */
export function valuesOf(given: Record<string, number>): number[] {
  return COLUMNS.map(({ column }) => given[column] ?? NaN);
}

/** A row with the given readings. */
export function rowOf(given: Partial<Omit<GpuRow, "values">> & { readings?: Record<string, number> }): GpuRow {
  const { readings: values = { power_watts: 100 }, ...rest } = given;
  return {
    at: 0,
    uuid: "GPU-1",
    migId: null,
    migProfile: null,
    model: "NVIDIA L40S",
    labels: {},
    values: valuesOf(values),
    ...rest,
  };
}
