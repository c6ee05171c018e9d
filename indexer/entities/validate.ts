import { ValueKind, type EntityType } from "../schema/schema.ts";
import type { Row, Value } from "./row.ts";

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
