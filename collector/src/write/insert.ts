import type { BulkTable, Cell, PgType } from "./table.ts";

/** An insert of many rows that leaves those alone that are there already: slower than COPY, for batches sent again. */
export function insertStatement({ name, columns }: BulkTable): string {
  const names = columns.map((column) => column.name).join(", ");
  const arrays = columns.map(({ type }, index) => `$${index + 1}::${type}[]`).join(", ");
  return `insert into ${name} (${names}) select * from unnest(${arrays}) on conflict do nothing`;
}

/** One array per column, as PostgreSQL writes arrays. */
export function insertParameters({ columns }: BulkTable, rows: readonly (readonly Cell[])[]): string[] {
  return columns.map(({ type }, index) => `{${rows.map((row) => literal(type, row[index] ?? null)).join(",")}}`);
}

function literal(type: PgType, cell: Cell): string {
  if (cell === null) return "NULL";
  if (type === "timestamptz") return `"${new Date(cell as number).toISOString()}"`;
  if (type === "text" || type === "jsonb") return `"${String(cell).replaceAll("\0", "").replaceAll(/["\\]/g, "\\$&")}"`;
  return String(cell);
}
