import { sqlTypeOf } from "../schema/columns.ts";
import { quoted } from "../schema/names.ts";
import { ValueKind, type Aggregation, type Column, type Schema, type Table } from "../schema/schema.ts";

/** Lengths of the prefixes that text and bytes are indexed by. */
const STRING_PREFIX = 256;
const BYTES_PREFIX = 64;
/** The block that ended a version, or one beyond all blocks. */
export const UPPER = "coalesce(upper(block_range), 2147483647)";

/** An index of a deployment's table. */
export interface Index {
  readonly table: Table;
  /** the attribute it is for, if it is for one */
  readonly column: Column | undefined;
  /** idempotent */
  readonly sql: string;
  /** nothing reads it while history is indexed: it is cheaper to make it once the rows are there */
  readonly canWait: boolean;
}

/** The statements that make a deployment's tables in schema `namespace`, with the indexes that can't wait. */
export function deploymentSql(schema: Schema, namespace: string, isPruned: boolean): string {
  const statements = [`create schema ${namespace}`];
  for (const [name, labels] of schema.enums) {
    statements.push(
      `create type ${namespace}.${quoted(name)} as enum (${labels.map((label) => `'${label}'`).join(", ")})`,
    );
  }
  for (const table of schema.tables) {
    statements.push(tableSql(table, namespace));
  }
  for (const { sql, canWait } of indexesOf(schema, namespace, isPruned)) if (!canWait) statements.push(sql);
  for (const aggregation of schema.aggregations) statements.push(...dimensionIndexes(aggregation, namespace));
  statements.push(...dataSourcesSql(namespace));
  return `${statements.join(";\n")};`;
}

/** Every index that graph-node makes for a deployment, but those that constraints bring. */
export function indexesOf(schema: Schema, namespace: string, isPruned: boolean): Index[] {
  const sources = new Set<Table>(schema.aggregations.map(({ source }) => source));
  return schema.tables.flatMap((table) => {
    // serial vids aren't known here, so that versions are found by their ids from the start
    const canWait = !table.hasSerialVid;
    return [
      ...timeTravelIndexes(table, namespace).map(({ isForPruning, sql }) => {
        return { table, column: undefined, sql, canWait: canWait && !(isForPruning && isPruned) };
      }),
      ...attributeIndexes(table, namespace).map(({ column, sql }) => {
        const isForRollups = sources.has(table) && column.name === "timestamp";
        return { table, column, sql, canWait: canWait && !isForRollups };
      }),
    ];
  });
}

/** A table with its schema. */
export function qualified(namespace: string, table: Table): string {
  return `${namespace}.${quoted(table.sqlName)}`;
}

/** A column's SQL type; enums live in the deployment's schema. */
export function columnType(column: Column, namespace: string): string {
  const type = column.enumName === undefined ? sqlTypeOf(column) : `${namespace}.${quoted(column.enumName)}`;
  return column.isList ? `${type}[]` : type;
}

function tableSql(table: Table, namespace: string): string {
  const columns = table.columns.map((column) => {
    const isRequired = column.isNonNull || column.name === "id";
    return `${quoted(column.sqlName)} ${columnType(column, namespace)}${isRequired ? " not null" : ""}`;
  });
  const vid = `vid ${table.hasSerialVid ? "bigserial" : "bigint"} primary key`;
  const block = table.isImmutable ? "block$ int not null" : "block_range int4range not null";
  const unique = table.isImmutable ? ["unique(id)"] : [];
  return `create table ${qualified(namespace, table)} (\n  ${[vid, block, ...columns, ...unique].join(",\n  ")}\n)`;
}

function createIndex(namespace: string, table: Table, name: string, what: string): string {
  return `create index if not exists ${quoted(name)} on ${qualified(namespace, table)} using ${what}`;
}

function timeTravelIndexes(table: Table, namespace: string): { sql: string; isForPruning: boolean }[] {
  const index = (name: string, what: string, isForPruning = false): { sql: string; isForPruning: boolean } => ({
    sql: createIndex(namespace, table, name, what),
    isForPruning,
  });
  if (table.isImmutable) return [index(`${table.sqlName}_block`, "btree (block$)")];
  const multi = `lower(block_range) int4_minmax_multi_ops, ${UPPER} int4_minmax_multi_ops, vid int8_minmax_multi_ops`;
  return [
    index(`${table.sqlName}_id_block_range_excl`, "gist (id, block_range)"),
    index(`brin_${table.sqlName}`, `brin (${multi})`),
    index(`${table.sqlName}_block_range_closed`, `btree (${UPPER}) where ${UPPER} < 2147483647`, true),
  ];
}

/** One index per attribute; its number counts the columns that could have one. Lists go without, as by default there. */
function attributeIndexes(table: Table, namespace: string): { column: Column; sql: string }[] {
  const numeric: readonly ValueKind[] = [ValueKind.BigDecimal, ValueKind.BigInt, ValueKind.Int];
  const candidates = table.columns.filter(
    (column) =>
      !(column.isList && (column.enumName !== undefined || numeric.includes(column.kind))) &&
      !(table.isImmutable && column.name === "id"),
  );
  return candidates.flatMap((column, index) => {
    if (column.isList) return [];
    const name = `attr_${table.position}_${index}_${table.sqlName}_${column.sqlName}`;
    return [{ column, sql: createIndex(namespace, table, name, attributeExpression(table, column)) }];
  });
}

function attributeExpression(table: Table, column: Column): string {
  const name = quoted(column.sqlName);
  if (column.isReference) return table.isImmutable ? `btree (${name}, block$)` : `gist (${name}, block_range)`;
  const isPlain = column.name === "id" || column.enumName !== undefined;
  if (!isPlain && column.kind === ValueKind.String) return `btree (left(${name}, ${STRING_PREFIX}))`;
  if (!isPlain && column.kind === ValueKind.Bytes) return `btree (substring(${name}, 1, ${BYTES_PREFIX}))`;
  return `btree (${name})`;
}

/** Rollups of cumulative aggregates look for the previous bucket by dimensions and time. */
function dimensionIndexes({ aggregates, dimensions, tables }: Aggregation, namespace: string): string[] {
  if (dimensions.length === 0 || !aggregates.some(({ isCumulative }) => isCumulative)) return [];
  const columns = [...dimensions.map(({ sqlName }) => quoted(sqlName)), "timestamp"].join(", ");
  return tables.map(
    ({ table }) =>
      `create index ${quoted(`${table.sqlName}_dims`)} on ${qualified(namespace, table)} using btree (${columns})`,
  );
}

function dataSourcesSql(namespace: string): string[] {
  return [
    `create table ${namespace}."data_sources$" (
  vid integer generated by default as identity primary key,
  block_range int4range not null,
  causality_region integer not null,
  manifest_idx integer not null,
  parent integer references ${namespace}."data_sources$",
  id bytea,
  param bytea,
  context jsonb,
  done_at int
)`,
    `create index "gist_block_range_data_sources$" on ${namespace}."data_sources$" using gist (block_range)`,
    `create index "btree_causality_region_data_sources$" on ${namespace}."data_sources$" (causality_region)`,
  ];
}
