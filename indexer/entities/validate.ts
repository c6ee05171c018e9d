import { toText, type BigDecimal } from "../numbers/bigdecimal.ts";
import { ValueKind, type Column, type EntityType } from "../schema/schema.ts";
import { keyOf, type Row, type Value } from "./row.ts";

/** Whether a value may stand in a column of `kind`; null may stand anywhere. */
function isAssignable(value: Value | null, kind: ValueKind): boolean {
  if (value === null) return true;
  switch (kind) {
    case ValueKind.String:
    case ValueKind.Bytes:
      return typeof value === "string";
    case ValueKind.Int:
      return typeof value === "number";
    case ValueKind.Boolean:
      return typeof value === "boolean";
    case ValueKind.BigInt:
    case ValueKind.Int8:
    case ValueKind.Timestamp:
      return typeof value === "bigint";
    default:
      return typeof value === "object" && !Array.isArray(value);
  }
}

/**
 * What keeps a row from being saved, as text, or `undefined`. Kinds are checked where the row is read from the mapping;
 * here only what the merged entity must have.
 */
export function faultOf(type: EntityType, row: Row, id: string): string | undefined {
  for (let index = 0; index < type.columns.length; index++) {
    const column = type.columns[index];
    const value = row.values[index];
    if (!column) continue;
    if (value === undefined) {
      if (column.isNonNull)
        return `Entity ${type.name}[${id}]: missing value for non-nullable field \`${column.name}\``;
      continue;
    }
    const isFine =
      Array.isArray(value) && column.isList
        ? value.every((item: Value | null) => isAssignable(item, column.kind))
        : isAssignable(value, column.kind) && !(column.isList && value !== null);
    if (!isFine) {
      return `Entity ${type.name}[${id}]: the value for field \`${column.name}\` must have type ${column.isList ? `[${column.typeName}!]` : column.typeName}`;
    }
  }
  return undefined;
}

/**
 * What keeps a row from being stored, as text, or `undefined`. Handlers may save what the database refuses, as long as
 * the block sets it right: graph-node finds it when it writes.
 */
export function refusalOf(type: EntityType, { values }: Row, id: string): string | undefined {
  for (let index = 0; index < type.columns.length; index++) {
    const column = type.columns[index] as Column;
    const value = values[index];
    const isFine =
      value === undefined || value === null
        ? !column.isNonNull
        : column.isList
          ? (value as readonly (Value | null)[]).every((item) => item !== null && isLabel(column, item))
          : isLabel(column, value);
    if (!isFine) {
      return `Entity ${type.name}[${id}]: field \`${column.name}\` of type ${typeOf(column)} can't be stored as ${shown(value)}`;
    }
  }
  return undefined;
}

function isLabel({ labels }: Column, value: Value): boolean {
  return labels === undefined || labels.has(value as string);
}

function typeOf({ typeName, isList, isNonNull }: Column): string {
  return `${isList ? `[${typeName}!]` : typeName}${isNonNull ? "!" : ""}`;
}

function shown(value: Value | null | undefined): string {
  if (Array.isArray(value)) return `[${value.map((item: Value | null) => shown(item)).join(", ")}]`;
  if (value === undefined || value === null) return "null";
  if (typeof value === "object") return toText(value as BigDecimal);
  return typeof value === "boolean" ? String(value) : keyOf(value);
}
