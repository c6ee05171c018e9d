import type { FieldDefinitionNode } from "graphql";
import { lineOf, schemaError, unwrapType } from "./documents.ts";
import { snakeCase } from "./names.ts";
import { ValueKind, type Column, type IdKind } from "./schema.ts";

const SCALARS: Readonly<Record<string, ValueKind>> = {
  ID: ValueKind.String,
  String: ValueKind.String,
  Bytes: ValueKind.Bytes,
  BigInt: ValueKind.BigInt,
  BigDecimal: ValueKind.BigDecimal,
  Int: ValueKind.Int,
  Int8: ValueKind.Int8,
  Boolean: ValueKind.Boolean,
  Timestamp: ValueKind.Timestamp,
};

const SQL_TYPES: Readonly<Record<number, string>> = {
  [ValueKind.String]: "text",
  [ValueKind.Bytes]: "bytea",
  [ValueKind.Int]: "int4",
  [ValueKind.Int8]: "int8",
  [ValueKind.BigInt]: "numeric",
  [ValueKind.BigDecimal]: "numeric",
  [ValueKind.Boolean]: "boolean",
  [ValueKind.Timestamp]: "timestamptz",
};

/** What a column's type may refer to. */
export interface TypeNames {
  enums: ReadonlyMap<string, readonly string[]>;
  /** id kinds of entities and interfaces by name */
  idKinds: ReadonlyMap<string, IdKind>;
}

/** The id kind that an `id` field of this type gives; `undefined` for a type that no id may have. */
export function idKindOf(typeName: string): IdKind | undefined {
  if (typeName === "ID" || typeName === "String") return "String";
  return typeName === "Bytes" || typeName === "Int8" ? typeName : undefined;
}

/** The SQL type of a column's value or element, without the schema of enums. */
export function sqlTypeOf(column: Column): string {
  return SQL_TYPES[column.kind] ?? "text";
}

/** Makes a column of a stored field. */
export function columnOf(field: FieldDefinitionNode, owner: string, names: TypeNames): Column {
  const { typeName, isList, isNonNull } = unwrapType(field.type);
  const idKind = names.idKinds.get(typeName);
  const labels = names.enums.get(typeName);
  const kind = labels ? ValueKind.String : idKind === undefined ? SCALARS[typeName] : ValueKind[idKind];
  if (kind === undefined) {
    throw schemaError(
      `field ${owner}.${field.name.value} has the unknown type ${typeName}`,
      "use a scalar, an enum, an @entity type or an interface of this schema",
      lineOf(field),
    );
  }
  return {
    name: field.name.value,
    sqlName: snakeCase(field.name.value),
    kind,
    typeName,
    isList,
    isNonNull,
    isReference: idKind !== undefined,
    enumName: labels && snakeCase(typeName),
    labels: labels && new Set(labels),
  };
}
