import type { ObjectTypeDefinitionNode } from "graphql";
import { checkColumnNames } from "./check-names.ts";
import { columnOf, idKindOf, type TypeNames } from "./columns.ts";
import { argumentOf, directiveOf, lineOf, schemaError, unwrapType } from "./documents.ts";
import { rewriteExpression } from "./expression.ts";
import { snakeCase } from "./names.ts";
import type { Aggregate, AggregateFunction, Aggregation, Column, EntityType, Interval, Table } from "./schema.ts";

const FUNCTIONS: readonly string[] = ["sum", "max", "min", "count", "first", "last"];
const INTERVALS: readonly Interval[] = ["hour", "day"];

/** Seconds of a bucket. */
export const INTERVAL_SECONDS: Readonly<Record<Interval, number>> = { hour: 3_600, day: 86_400 };

/**
 * Parses an `@aggregation` type; `position` is that of its first table.
 *
 * @throws BaseError `BAD_SCHEMA`
 */
export function parseAggregation(
  node: ObjectTypeDefinitionNode,
  entities: ReadonlyMap<string, EntityType>,
  names: TypeNames,
  position: number,
): Aggregation {
  const name = node.name.value;
  const directive = directiveOf(node, "aggregation");
  const source = entities.get(String(argumentOf(directive, "source")));
  if (!source?.isTimeseries) {
    throw schemaError(
      `the source of aggregation ${name} is no timeseries`,
      "name an @entity(timeseries: true)",
      lineOf(node),
    );
  }
  const named = argumentOf(directive, "intervals");
  const intervals = INTERVALS.filter((interval) => Array.isArray(named) && named.includes(interval));
  if (!Array.isArray(named) || intervals.length === 0 || intervals.length !== named.length) {
    throw schemaError(
      `aggregation ${name} has no usable intervals`,
      'give it intervals: ["hour", "day"]',
      lineOf(node),
    );
  }
  const { columns, aggregates, dimensions } = parseFields(node, source, names);
  const typeNameOf = (field: string): string | undefined => columns.find((column) => column.name === field)?.typeName;
  if (typeNameOf("id") !== "Int8" || typeNameOf("timestamp") !== "Timestamp") {
    throw schemaError(
      `aggregation ${name} lacks its fields`,
      "give it `id: Int8!` and `timestamp: Timestamp!`",
      lineOf(node),
    );
  }
  const idField = node.fields?.find((field) => field.name.value === "id");
  const tables = intervals.map((interval, index) => ({
    interval,
    table: {
      name: `${name}_${interval}`,
      sqlName: `${snakeCase(name)}_${interval}`,
      isImmutable: true,
      columns,
      position: position + index,
      hasSerialVid: true,
    } satisfies Table,
  }));
  const idKind = idField && idKindOf(unwrapType(idField.type).typeName);
  return { name, source, idKind: idKind ?? "Int8", dimensions, aggregates, tables };
}

function parseFields(
  node: ObjectTypeDefinitionNode,
  source: EntityType,
  names: TypeNames,
): { columns: Column[]; aggregates: Aggregate[]; dimensions: Column[] } {
  const owner = node.name.value;
  const columns: Column[] = [];
  const aggregates: Aggregate[] = [];
  const dimensions: Column[] = [];
  for (const field of node.fields ?? []) {
    const column = columnOf(field, owner, names);
    columns.push(column);
    const directive = directiveOf(field, "aggregate");
    if (!directive) {
      if (column.name === "id" || column.name === "timestamp") continue;
      if (!source.columnIndex.has(column.name)) {
        throw schemaError(
          `dimension ${owner}.${column.name} is no field of ${source.name}`,
          "give it the name of a field of the source, or an @aggregate",
          lineOf(field),
        );
      }
      dimensions.push(column);
      continue;
    }
    const fn = String(argumentOf(directive, "fn"));
    const arg = argumentOf(directive, "arg");
    const expression =
      fn === "count" && arg === undefined ? { sql: "", columns: [] } : rewriteExpression(String(arg ?? ""), source);
    if (!FUNCTIONS.includes(fn) || typeof expression === "string") {
      const why = typeof expression === "string" ? expression : `function ${fn} is unknown`;
      throw schemaError(
        `aggregate ${owner}.${column.name}: ${why}`,
        `use one of ${FUNCTIONS.join(", ")}`,
        lineOf(field),
      );
    }
    aggregates.push({
      column,
      fn: fn as AggregateFunction,
      sql: expression.sql,
      sourceColumns: expression.columns,
      isCumulative: argumentOf(directive, "cumulative") === true,
    });
  }
  checkColumnNames(node, columns);
  return { columns, aggregates, dimensions };
}
