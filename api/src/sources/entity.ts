import { createHash } from "node:crypto";
import type { Snapshot } from "./snapshot.ts";

/** One column of a view in `chain`, and how it becomes a field of a row. */
export interface Column<Value> {
  readonly sql: string;
  /** from what `pg` gives; left out: as it is */
  readonly parse?: (value: never) => Value;
}

/** The row that columns make. */
export type RowOf<Columns> = { [Key in keyof Columns]: Columns[Key] extends Column<infer Value> ? Value : never };

/** What an entity's ids are: numbers as text, other text, or bytes. */
export type IdKind = "number" | "text" | "bytes";

/** A column that a list can be ordered by: not null, numeric, and with an index of the subgraph's tables. */
export interface Order {
  readonly column: string;
  /** the column's own: an index takes no value of another */
  readonly type: "numeric" | "int4";
  readonly isDescending: boolean;
}

/** By a numeric column, the lowest first. */
export const ascending = (column: string): Order => ({ column, type: "numeric", isDescending: false });
/** By a numeric column, the highest first. */
export const descending = (column: string): Order => ({ column, type: "numeric", isDescending: true });
/** By the block of an immutable entity, the newest first; within a block by id. */
export const NEWEST: Order = { column: "block", type: "int4", isDescending: true };

/** A kind of entity: where its rows are and how they are read. */
export interface Entity<Row extends { id: string }> {
  /** of schema `chain` */
  readonly table: string;
  readonly idKind: IdKind;
  /** the select list */
  readonly columns: string;
  readonly toRow: (raw: never) => Row;
}

/** A row of a list with what its order is by. */
export type Listed<Row> = Row & { $order: string };

/** A condition on a list's rows. */
export interface Condition {
  readonly sql: (parameter: string) => string;
  readonly value: unknown;
}

/** Where a page begins after: what the order is by, and the id. */
export interface Place {
  readonly order: string;
  readonly id: string;
}

/** A page of a list. */
export interface ListPage {
  readonly where: readonly Condition[];
  readonly order: Order;
  readonly after: Place | null;
  readonly limit: number;
}

/** Text, or an on-chain number as text. */
export const text = (sql: string): Column<string> => ({ sql });
/** Bytes as 0x hex. */
export const hex = (sql: string): Column<string> => ({ sql: `'0x' || encode(${sql}, 'hex')` });
/** A number below 2^53, or an array of them. */
export const int = (sql: string): Column<number> => ({ sql });
/** An array of numbers below 2^53. */
export const ints = (sql: string): Column<number[]> => ({ sql });
/** True or false. */
export const bool = (sql: string): Column<boolean> => ({ sql });
/** An amount or a count of any size. */
export const amount = (sql: string): Column<bigint> => ({ sql: `${sql}::text`, parse: BigInt });
/** Seconds since 1970, or a block's number. */
export const seconds = (sql: string): Column<bigint> => ({ sql: `${sql}::int8` });
/** The same column where it may be null. */
export const maybe = <Value>({ sql, parse }: Column<Value>): Column<Value | null> => ({
  sql,
  ...(parse ? { parse: (value: never) => (value === null ? null : parse(value)) } : {}),
});

/** An entity from its columns; `id` must be among them. */
export function entity<Columns extends Record<string, Column<unknown>> & { id: Column<string> }>(
  table: string,
  idKind: IdKind,
  columns: Columns,
): Entity<RowOf<Columns> & { id: string }> {
  const parsed = Object.entries(columns).flatMap(([key, { parse }]) => (parse ? [[key, parse] as const] : []));
  return {
    table,
    idKind,
    columns: Object.entries(columns)
      .map(([key, { sql }]) => `${sql} as "${key}"`)
      .join(", "),
    toRow: (raw: never) => {
      const row = raw as Record<string, unknown>;
      for (const [key, parse] of parsed) row[key] = parse(row[key] as never);
      return row as RowOf<Columns> & { id: string };
    },
  };
}

/** Rows whose column is this text; all, where it is null or absent. */
export const is = (column: string, value: string | boolean | null | undefined): Condition[] =>
  value === null || value === undefined ? [] : [{ sql: (parameter) => `${column} = ${parameter}`, value }];
/** Rows whose column of bytes is this 0x hex; all, where it is null or absent. */
export const isBytes = (column: string, value: string | null | undefined): Condition[] =>
  value === null || value === undefined
    ? []
    : [{ sql: (parameter) => `${column} = ${parameter}`, value: bytesOf(value) }];
/** Rows whose number is at least this; all, where it is null or absent. */
export const atLeast = (column: string, value: bigint | number | null | undefined): Condition[] =>
  bound(column, ">=", value);
/** Rows whose number is below this; all, where it is null or absent. */
export const below = (column: string, value: bigint | number | null | undefined): Condition[] =>
  bound(column, "<", value);
/** Rows whose number is at most this; all, where it is null or absent. */
export const atMost = (column: string, value: bigint | number | null | undefined): Condition[] =>
  bound(column, "<=", value);

function bound(column: string, operator: string, value: bigint | number | null | undefined): Condition[] {
  if (value === null || value === undefined) return [];
  return [{ sql: (parameter) => `${column} ${operator} ${parameter}::numeric`, value: String(value) }];
}

/** Entities by id, in any order. */
export async function readEntities<Row extends { id: string }>(
  snapshot: Snapshot,
  { table, idKind, columns, toRow }: Entity<Row>,
  ids: readonly string[],
): Promise<Row[]> {
  const isBytesId = idKind === "bytes";
  const sql = `select ${columns} from chain.${table} where id = any($1${isBytesId ? "::bytea[]" : ""})`;
  const rows = await snapshot.rows(`${table}-by-id`, sql, [isBytesId ? ids.map(bytesOf) : ids]);
  return rows.map((row) => toRow(row as never));
}

/** A page of all entities of a kind. */
export async function listEntities<Row extends { id: string }>(
  snapshot: Snapshot,
  kind: Entity<Row>,
  page: ListPage,
): Promise<Listed<Row>[]> {
  const values: unknown[] = [];
  const sql = pageSql(kind, page, values, []);
  const rows = await snapshot.rows(nameOf(`${kind.table}-list`, sql), sql, values);
  return rows.map((row) => toListed(kind, row));
}

/** One page for each value of a column, in one statement: what the objects of a page each list. */
export async function listEntitiesOf<Row extends { id: string }>(
  snapshot: Snapshot,
  kind: Entity<Row>,
  by: { column: string; isBytes: boolean; keys: readonly string[] },
  page: ListPage,
): Promise<Map<string, Listed<Row>[]>> {
  const values: unknown[] = [by.isBytes ? by.keys.map(bytesOf) : by.keys];
  const inner = pageSql(kind, page, values, [`${by.column} = k.key`]);
  const key = by.isBytes ? "'0x' || encode(k.key, 'hex')" : "k.key";
  const sql = `select ${key} as "$key", t.* from unnest($1::${by.isBytes ? "bytea" : "text"}[]) k(key),
    lateral (${inner}) t`;
  const rows = await snapshot.rows<{ $key: string }>(nameOf(`${kind.table}-of`, sql), sql, values);
  const result = new Map<string, Listed<Row>[]>();
  for (const row of rows) {
    const list = result.get(row.$key);
    if (list) list.push(toListed(kind, row));
    else result.set(row.$key, [toListed(kind, row)]);
  }
  return result;
}

/** The row itself: a page has too many values to copy each. */
function toListed<Row extends { id: string }>(kind: Entity<Row>, raw: object): Listed<Row> {
  return kind.toRow(raw as never) as Listed<Row>;
}

/** The statement of a page; `values` gets its parameters. */
function pageSql<Row extends { id: string }>(
  { table, idKind, columns }: Entity<Row>,
  { where, order, after, limit }: ListPage,
  values: unknown[],
  conditions: string[],
): string {
  const add = (value: unknown): string => `$${values.push(value)}`;
  const all = [...conditions, ...where.map(({ sql, value }) => sql(add(value)))];
  const of = `chain.${table}`;
  if (after) {
    const sign = order.isDescending ? "<" : ">";
    const from = `${add(after.order)}::${order.type}`;
    // what an index on the column alone can take
    all.push(`${order.column} ${sign}= ${from}`);
    const id = idKind === "bytes" ? add(bytesOf(after.id)) : `${add(after.id)}::text`;
    all.push(
      idKind === "number"
        ? `(${order.column}, length(id), id) ${sign} (${from}, length(${id}), ${id})`
        : `(${order.column}, id) ${sign} (${from}, ${id})`,
    );
  }
  const direction = order.isDescending ? " desc" : "";
  const ids = idKind === "number" ? ["length(id)", `${table}.id`] : [`${table}.id`];
  const by = [`${table}.${order.column}`, ...ids].map((one) => `${one}${direction}`).join(", ");
  return `select ${columns}, ${order.column}::text as "$order" from ${of} ${table}
    ${all.length > 0 ? `where ${all.join(" and ")}` : ""} order by ${by} limit ${add(limit)}`;
}

/** Another for another text: statements are prepared by name. */
function nameOf(prefix: string, sql: string): string {
  return `${prefix}/${createHash("sha1").update(sql).digest("base64url").slice(0, 12)}`;
}

/** 0x hex as the bytes that bytea takes. */
export function bytesOf(value: string): Buffer {
  return Buffer.from(value.slice(2), "hex");
}
