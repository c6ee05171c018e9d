import type { BulkTable, Cell, PgType } from "./table.ts";

/** An insert of many rows that leaves those alone that are there already: slower than COPY, for batches sent again. */
export function insertStatement(table: BulkTable): string {
  return `${insertOf(table)} on conflict do nothing`;
}

/**
 * An insert of many rows, each once, that adds to those that are there already what is null in them. What they hold stays.
 *
 * @param key the columns that make a row one
 */
export function additionStatement(table: BulkTable, key: readonly string[]): string {
  const added = table.columns.filter(({ name }) => !key.includes(name));
  const sets = added.map(({ name }) => `${name} = coalesce(x.${name}, excluded.${name})`);
  return `${insertOf(table, "as x ")} on conflict (${key.join(", ")}) do update set ${sets.join(", ")}`;
}

function insertOf({ name, columns }: BulkTable, alias = ""): string {
  const names = columns.map((column) => column.name).join(", ");
  const arrays = columns.map(({ type }, index) => `$${index + 1}::${type}[]`).join(", ");
  return `insert into ${name} ${alias}(${names}) select * from unnest(${arrays})`;
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
