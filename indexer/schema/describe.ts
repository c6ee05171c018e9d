import {
  Kind,
  type DefinitionNode,
  type EnumTypeDefinitionNode,
  type FieldDefinitionNode,
  type InterfaceTypeDefinitionNode,
  type ObjectTypeDefinitionNode,
} from "graphql";
import { argumentOf, directiveOf, unwrapType } from "./documents.ts";
import { snakeCase } from "./names.ts";
import { joined, listed, proseOf, type SchemaNames } from "./sentences.ts";

/** What a schema tells of one view. */
export interface ViewDescription {
  readonly text: string;
  /** by the columns' SQL names, in the schema's order; empty where nothing is known */
  readonly columns: ReadonlyMap<string, string>;
}

interface Definitions {
  readonly objects: ReadonlyMap<string, ObjectTypeDefinitionNode>;
  readonly interfaces: ReadonlyMap<string, InterfaceTypeDefinitionNode>;
  readonly enums: ReadonlyMap<string, EnumTypeDefinitionNode>;
  readonly names: SchemaNames;
}

/**
 * What a schema's descriptions tell of its views, by the views' names: also of a schema with parts that this engine
 * refuses. Derived fields have no column.
 */
export function describeViews(nodes: readonly DefinitionNode[]): ReadonlyMap<string, ViewDescription> {
  const objects = byName(nodes.filter((node) => node.kind === Kind.OBJECT_TYPE_DEFINITION));
  const interfaces = byName(nodes.filter((node) => node.kind === Kind.INTERFACE_TYPE_DEFINITION));
  const enums = byName(nodes.filter((node) => node.kind === Kind.ENUM_TYPE_DEFINITION));
  const types = [...objects.values(), ...interfaces.values()];
  const fields = types.flatMap((node) => node.fields?.map((field) => field.name.value) ?? []);
  const names = { types: new Set(types.map((node) => node.name.value)), fields: new Set(fields) };
  const all = { objects, interfaces, enums, names };
  return new Map(
    [...objects.values()].flatMap((node) =>
      tablesOf(node).map(({ name, interval }) => [name, describeView(node, interval, all)] as const),
    ),
  );
}

function byName<Node extends { name: { value: string } }>(nodes: readonly Node[]): Map<string, Node> {
  return new Map(nodes.map((node) => [node.name.value, node]));
}

function tablesOf(node: ObjectTypeDefinitionNode): { name: string; interval?: string }[] {
  const name = snakeCase(node.name.value);
  const intervals = argumentOf(directiveOf(node, "aggregation"), "intervals");
  if (typeof intervals === "object") return intervals.map((interval) => ({ name: `${name}_${interval}`, interval }));
  return directiveOf(node, "entity") ? [{ name }] : [];
}

function describeView(node: ObjectTypeDefinitionNode, interval: string | undefined, all: Definitions): ViewDescription {
  const owner = node.name.value;
  const entity = directiveOf(node, "entity");
  const stored = (node.fields ?? []).filter((field) => !directiveOf(field, "derivedFrom"));
  const isLasting = argumentOf(entity, "timeseries") === true || argumentOf(entity, "immutable") === true;
  const kind = interval === undefined ? entityKind(isLasting) : aggregationKind(stored, interval);
  const columns = new Map<string, string>();
  if (interval !== undefined) columns.set("block", "Block that came first after the bucket and made the row.");
  else if (isLasting) columns.set("block", "Number of the block that made the row.");
  for (const field of stored) columns.set(snakeCase(field.name.value), describeColumn(node, field, interval, all));
  return {
    text: joined(proseOf(node.description, all.names), kind, referrers(owner, all)),
    columns,
  };
}

const entityKind = (isLasting: boolean): string =>
  isLasting ? "Rows never change." : "Current, as of the block in `head`.";

function aggregationKind(fields: readonly FieldDefinitionNode[], interval: string): string {
  const dimensions = fields
    .filter((field) => !directiveOf(field, "aggregate") && !["id", "timestamp"].includes(field.name.value))
    .map((field) => `\`${snakeCase(field.name.value)}\``);
  return `One row for each ${listed([...dimensions, interval], "and")} with anything in it, once it is over.`;
}

/** The columns that hold ids of a type. */
function referrers(owner: string, { objects }: Definitions): string {
  const columns = [...objects.values()].flatMap((node) =>
    (node.fields ?? [])
      .filter((field) => unwrapType(field.type).typeName === owner && !directiveOf(field, "derivedFrom"))
      .flatMap((field) => tablesOf(node).map(({ name }) => `\`${name}.${snakeCase(field.name.value)}\``)),
  );
  return columns.length === 0 ? "" : `Its id is in ${listed(columns, "and")}.`;
}

function describeColumn(
  node: ObjectTypeDefinitionNode,
  field: FieldDefinitionNode,
  interval: string | undefined,
  all: Definitions,
): string {
  const { typeName, isList, isNonNull } = unwrapType(field.type);
  const description = field.description ?? inherited(node, field, all);
  const prose = proseOf(description, all.names) || usual(node, field, interval);
  const isNullTold = isNonNull || /\bnull\b/i.test(prose);
  return joined(
    prose,
    computed(node, field),
    labels(all.enums.get(typeName), isList, all),
    target(typeName, isList, all),
    isNullTold ? "" : "May be null.",
  );
}

/** An interface tells of its fields, where the type itself doesn't. */
function inherited(
  node: ObjectTypeDefinitionNode,
  field: FieldDefinitionNode,
  { interfaces }: Definitions,
): FieldDefinitionNode["description"] {
  return (node.interfaces ?? [])
    .flatMap(({ name }) => interfaces.get(name.value)?.fields ?? [])
    .find((other) => other.name.value === field.name.value && other.description)?.description;
}

/** What fields are whose meaning is the same in every subgraph. */
function usual(node: ObjectTypeDefinitionNode, field: FieldDefinitionNode, interval: string | undefined): string {
  const isTimeseries = argumentOf(directiveOf(node, "entity"), "timeseries") === true;
  if (field.name.value === "id" && interval !== undefined) return "Id of the last row counted.";
  if (field.name.value === "id" && isTimeseries) return "Serial number.";
  if (field.name.value !== "timestamp") return "";
  return interval === undefined ? (isTimeseries ? "Time of the block." : "") : `Start of the ${interval}, UTC.`;
}

function computed(node: ObjectTypeDefinitionNode, field: FieldDefinitionNode): string {
  const aggregate = directiveOf(field, "aggregate");
  if (!aggregate) return "";
  const argument = argumentOf(aggregate, "arg");
  const of = typeof argument === "string" ? (/^\w+$/.test(argument) ? snakeCase(argument) : argument) : "*";
  const source = snakeCase(String(argumentOf(directiveOf(node, "aggregation"), "source")));
  const since = argumentOf(aggregate, "cumulative") === true ? ", from the beginning to the bucket's end" : "";
  return `\`${String(argumentOf(aggregate, "fn"))}(${of})\` over \`${source}\`${since}.`;
}

function labels(node: EnumTypeDefinitionNode | undefined, isList: boolean, { names }: Definitions): string {
  if (!node) return "";
  const told = (node.values ?? []).map(({ name, description }) => {
    const prose = proseOf(description, names).replace(/\.$/, "");
    return prose === "" ? name.value : `${name.value} (${prose})`;
  });
  return `${isList ? "Each one" : "One"} of ${listed(told, "or")}.`;
}

function target(typeName: string, isList: boolean, { objects, interfaces }: Definitions): string {
  const types = interfaces.has(typeName)
    ? [...objects.values()].filter((node) => node.interfaces?.some(({ name }) => name.value === typeName))
    : [objects.get(typeName)].filter((node) => node !== undefined);
  if (types.length === 0) return "";
  const ids = types.map((node) => `\`${snakeCase(node.name.value)}.id\``);
  return `${isList ? "Each references" : "References"} ${listed(ids, "or")}.`;
}
