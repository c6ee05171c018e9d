import { Kind, type DefinitionNode, type ObjectTypeDefinitionNode } from "graphql";
import { parseAggregation } from "./aggregations.ts";
import { checkColumnNames, checkTypeNames } from "./check-names.ts";
import { columnOf, idKindOf, type TypeNames } from "./columns.ts";
import { argumentOf, directiveOf, lineOf, parseDocument, schemaError, unwrapType } from "./documents.ts";
import { snakeCase } from "./names.ts";
import type { DerivedField, EntityType, IdKind, Schema, Table } from "./schema.ts";

/**
 * Parses and checks a subgraph's schema.
 *
 * @param hasVidByBlock whether vids are assigned by block (specVersion 1.3.0 and above)
 * @throws BaseError `BAD_SCHEMA` or `UNSUPPORTED_FEATURE` naming type, field and line
 */
export function parseSchema(text: string, hasVidByBlock: boolean): Schema {
  const definitions = parseDocument(text);
  const objects = definitions.filter((node) => node.kind === Kind.OBJECT_TYPE_DEFINITION);
  const names = collectNames(definitions, objects);
  const entities = new Map<string, EntityType>();
  for (const node of objects) {
    if (node.name.value.startsWith("_")) refuseSchemaType(node);
    else if (directiveOf(node, "entity")) {
      entities.set(node.name.value, parseEntity(node, names, entities.size, !hasVidByBlock));
    }
  }
  checkDerived(entities, names);
  let position = entities.size;
  const aggregations = objects
    .filter((node) => directiveOf(node, "aggregation"))
    .map((node) => {
      const aggregation = parseAggregation(node, entities, names, position);
      position += aggregation.tables.length;
      return aggregation;
    });
  const tables: Table[] = [...entities.values(), ...aggregations.flatMap((a) => a.tables.map(({ table }) => table))];
  if (tables.length === 0) throw schemaError("the schema has no @entity type", "declare at least one");
  checkTypeNames(definitions, tables);
  return {
    entities,
    interfaces: new Set(
      definitions.filter((node) => node.kind === Kind.INTERFACE_TYPE_DEFINITION).map((node) => node.name.value),
    ),
    aggregations,
    enums: new Map([...names.enums].map(([name, labels]) => [snakeCase(name), labels])),
    tables,
    source: text,
  };
}

/** `type _Schema_ @fulltext(…)` is the only special type there is. */
function refuseSchemaType(node: ObjectTypeDefinitionNode): void {
  if (directiveOf(node, "fulltext")) {
    throw schemaError("full text search (@fulltext) is not supported", "remove @fulltext", lineOf(node));
  }
}

function collectNames(definitions: readonly DefinitionNode[], objects: readonly ObjectTypeDefinitionNode[]): TypeNames {
  const enums = new Map<string, readonly string[]>();
  for (const node of definitions) {
    if (node.kind === Kind.ENUM_TYPE_DEFINITION) {
      enums.set(node.name.value, (node.values ?? []).map((value) => value.name.value).sort());
    }
  }
  const idKinds = new Map<string, IdKind>();
  for (const node of objects) {
    if (node.name.value.startsWith("_")) continue;
    if (!directiveOf(node, "entity") && !directiveOf(node, "aggregation")) {
      throw schemaError(`type ${node.name.value} has no @entity`, "add @entity(immutable: …)", lineOf(node));
    }
    if (directiveOf(node, "entity")) idKinds.set(node.name.value, idKindOfType(node));
  }
  for (const node of definitions) {
    if (node.kind !== Kind.INTERFACE_TYPE_DEFINITION) continue;
    const name = node.name.value;
    const kinds = objects
      .filter((object) => object.interfaces?.some((item) => item.name.value === name))
      .map((object) => idKinds.get(object.name.value));
    if (new Set(kinds).size > 1) {
      throw schemaError(`the implementers of ${name} have ids of different types`, "give all one type", lineOf(node));
    }
    idKinds.set(name, kinds[0] ?? "String");
  }
  return { enums, idKinds };
}

function idKindOfType(node: ObjectTypeDefinitionNode): IdKind {
  const field = node.fields?.find((item) => item.name.value === "id");
  const type = field && unwrapType(field.type);
  const kind = type && !type.isList && type.isNonNull ? idKindOf(type.typeName) : undefined;
  if (!kind) {
    throw schemaError(
      `type ${node.name.value} has no usable id`,
      "give it `id: Bytes!`, `id: String!`, `id: ID!` or `id: Int8!`",
      lineOf(field ?? node),
    );
  }
  return kind;
}

function parseEntity(
  node: ObjectTypeDefinitionNode,
  names: TypeNames,
  position: number,
  hasSerialVid: boolean,
): EntityType {
  const name = node.name.value;
  const directive = directiveOf(node, "entity");
  const isTimeseries = argumentOf(directive, "timeseries") === true;
  const fields = node.fields ?? [];
  const columns = fields
    .filter((field) => !directiveOf(field, "derivedFrom"))
    .map((field) => columnOf(field, name, names));
  checkColumnNames(node, columns);
  const columnIndex = new Map(columns.map((column, index) => [column.name, index]));
  const derivedFields = new Map<string, DerivedField>();
  for (const field of fields) {
    const derived = directiveOf(field, "derivedFrom");
    if (!derived) continue;
    const source = String(argumentOf(derived, "field"));
    derivedFields.set(field.name.value, { typeName: unwrapType(field.type).typeName, field: source });
  }
  const idKind = idKindOfType(node);
  const timestamp = columns[columnIndex.get("timestamp") ?? -1];
  if (isTimeseries && (idKind !== "Int8" || timestamp?.typeName !== "Timestamp")) {
    throw schemaError(
      `timeseries ${name} lacks its fields`,
      "give it `id: Int8!` and `timestamp: Timestamp!`",
      lineOf(node),
    );
  }
  return {
    name,
    sqlName: snakeCase(name),
    isImmutable: isTimeseries || argumentOf(directive, "immutable") === true,
    isTimeseries,
    skipDuplicates: argumentOf(directive, "skipDuplicates") === true,
    columns,
    position,
    hasSerialVid,
    idKind,
    idColumn: columnIndex.get("id") ?? -1,
    timestampColumn: isTimeseries ? (columnIndex.get("timestamp") ?? -1) : -1,
    columnIndex,
    sortedColumns: columns
      .map((_, index) => index)
      .sort((a, b) => ((columns[a]?.name ?? "") < (columns[b]?.name ?? "") ? -1 : 1)),
    derivedFields,
  };
}

function checkDerived(entities: ReadonlyMap<string, EntityType>, names: TypeNames): void {
  for (const entity of entities.values()) {
    for (const [field, { typeName, field: source }] of entity.derivedFields) {
      const target = entities.get(typeName);
      const isKnown = target ? target.columnIndex.has(source) : names.idKinds.has(typeName);
      if (!isKnown) {
        throw schemaError(
          `${entity.name}.${field} is derived from ${typeName}.${source}, which is no stored field`,
          "name a stored field of an @entity type in @derivedFrom",
        );
      }
    }
  }
}
