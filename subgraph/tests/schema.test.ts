import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import {
  Kind,
  parse,
  type DirectiveNode,
  type FieldDefinitionNode,
  type ObjectTypeDefinitionNode,
  type TypeNode,
} from "graphql";

const { definitions } = parse(readFileSync(fileURLToPath(new URL("../schema.graphql", import.meta.url)), "utf8"));
const TYPES = definitions.filter((node) => node.kind === Kind.OBJECT_TYPE_DEFINITION);

/** Every amount, rate, count, share, price and time says what it is counted in; one of these words. */
const UNITS =
  /base units|seconds|\bhours\b|basis points|\bcount\b|how many|USD per BCT|\bnumber\b|new values|discounts, basis/i;
const NUMBERS = new Set(["Int", "Int8", "BigInt"]);

const named = (type: TypeNode): string => (type.kind === Kind.NAMED_TYPE ? type.name.value : named(type.type));
const has = (node: { directives?: readonly DirectiveNode[] }, name: string): boolean =>
  node.directives?.some((directive) => directive.name.value === name) ?? false;
const isMutable = (type: ObjectTypeDefinitionNode): boolean =>
  type.directives?.some(
    ({ name, arguments: args }) =>
      name.value === "entity" &&
      args?.some((arg) => arg.name.value === "immutable" && "value" in arg.value && arg.value.value === false),
  ) ?? false;
const text = (node: { description?: { value: string } | undefined }): string => node.description?.value ?? "";

/** Fields of the types for which something doesn't hold, as `Type.field`. */
function wrong(
  types: readonly ObjectTypeDefinitionNode[],
  isRight: (field: FieldDefinitionNode) => boolean,
): readonly string[] {
  return types.flatMap((type) =>
    (type.fields ?? []).filter((field) => !isRight(field)).map((field) => `${type.name.value}.${field.name.value}`),
  );
}

describe("the schema is documented:", () => {
  it("every type, enum and enum value has a description", () => {
    const silent = definitions.flatMap((node) => {
      if (node.kind !== Kind.OBJECT_TYPE_DEFINITION && node.kind !== Kind.ENUM_TYPE_DEFINITION) return ["?"];
      const values = node.kind === Kind.ENUM_TYPE_DEFINITION ? (node.values ?? []) : [];
      return [node, ...values]
        .filter((part) => text(part) === "")
        .map((part) => `${node.name.value}: ${part.name.value}`);
    });
    expect(silent).toEqual([]);
  });

  it("every field has a description, ids and derived ones too", () => {
    expect(wrong(TYPES, (field) => text(field).length >= 3)).toEqual([]);
  });

  it("every stored field of a row that changes says whether it is CUMULATIVE, CURRENT or Fixed, just one of them", () => {
    const words = (field: FieldDefinitionNode): number =>
      text(field).match(/\b(CUMULATIVE|CURRENT|Fixed)\b/g)?.length ?? 0;
    expect(wrong(TYPES.filter(isMutable), (field) => has(field, "derivedFrom") || words(field) === 1)).toEqual([]);
  });

  it("no field of a row that never changes says so", () => {
    const rest = TYPES.filter((type) => !isMutable(type));
    expect(wrong(rest, (field) => !/CUMULATIVE|CURRENT|Fixed/.test(text(field)))).toEqual([]);
  });

  it("every number says its unit", () => {
    const isNumber = (field: FieldDefinitionNode): boolean =>
      field.name.value !== "id" && NUMBERS.has(named(field.type));
    expect(wrong(TYPES, (field) => !isNumber(field) || UNITS.test(text(field)))).toEqual([]);
  });
});
