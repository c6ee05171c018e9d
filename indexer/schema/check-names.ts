import { Kind, type DefinitionNode, type ObjectTypeDefinitionNode } from "graphql";
import { lineOf, schemaError } from "./documents.ts";
import { snakeCase } from "./names.ts";
import type { Column, Table } from "./schema.ts";

/** Columns that tables have beside the fields'. */
const OWN_COLUMNS = new Set(["vid", "block_range"]);

/** Types that GraphQL or graph-node defines itself. */
const RESERVED_TYPES = new Set([
  "BigDecimal",
  "BigInt",
  "Boolean",
  "Bytes",
  "ID",
  "Int",
  "Int8",
  "Query",
  "String",
  "Subscription",
  "Timestamp",
]);

/**
 * Refuses fields of a type that can't be columns beside each other.
 *
 * @throws BaseError `BAD_SCHEMA`
 */
export function checkColumnNames(node: ObjectTypeDefinitionNode, columns: readonly Column[]): void {
  const owner = node.name.value;
  const seen = new Map<string, string>();
  for (const { name, sqlName } of columns) {
    const line = lineOf(node.fields?.find((field) => field.name.value === name) ?? node);
    const other = seen.get(sqlName);
    if (other !== undefined) {
      throw schemaError(`fields ${other} and ${name} of ${owner} both become column "${sqlName}"`, "rename one", line);
    }
    if (OWN_COLUMNS.has(sqlName) || sqlName === "") {
      throw schemaError(`field ${name} of ${owner} becomes column "${sqlName}", which is reserved`, "rename it", line);
    }
    seen.set(sqlName, name);
  }
}

/**
 * Refuses types that are reserved, or that become one table or enum with another.
 *
 * @throws BaseError `BAD_SCHEMA`
 */
export function checkTypeNames(definitions: readonly DefinitionNode[], tables: readonly Table[]): void {
  const named = definitions.filter(
    (node) =>
      node.kind === Kind.OBJECT_TYPE_DEFINITION ||
      node.kind === Kind.INTERFACE_TYPE_DEFINITION ||
      node.kind === Kind.ENUM_TYPE_DEFINITION,
  );
  const names = new Set<string>();
  for (const node of named) {
    const name = node.name.value;
    const base = /^(.+)_(?:filter|orderBy)$/.exec(name)?.[1];
    const isDerived = base !== undefined && named.some((other) => other.name.value === base);
    if (RESERVED_TYPES.has(name) || isDerived) {
      throw schemaError(`the name of type ${name} is reserved`, "rename it", lineOf(node));
    }
    if (names.has(name)) throw schemaError(`type ${name} is defined twice`, "remove one", lineOf(node));
    names.add(name);
  }
  const enums = named.filter((node) => node.kind === Kind.ENUM_TYPE_DEFINITION).map((node) => node.name.value);
  const seen = new Map<string, string>();
  for (const { name, sqlName } of [...enums.map((name) => ({ name, sqlName: snakeCase(name) })), ...tables]) {
    const other = seen.get(sqlName);
    if (other !== undefined) {
      const line = lineOf(named.find((node) => node.name.value === name) ?? {});
      throw schemaError(`types ${other} and ${name} both become "${sqlName}" in the database`, "rename one", line);
    }
    seen.set(sqlName, name);
  }
}
