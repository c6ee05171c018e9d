import {
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isNonNullType,
  isObjectType,
  isSpecifiedScalarType,
  type GraphQLNamedType,
} from "graphql";
import { createSchema } from "./schema.ts";

/** Where something stands in the schema, and what it says of itself. */
type Described = [path: string, description: string | null | undefined];

function describedIn(type: GraphQLNamedType): Described[] {
  const own: Described = [type.name, type.description];
  if (isEnumType(type))
    return [own, ...type.getValues().map((value): Described => [`${type.name}.${value.name}`, value.description])];
  if (isInputObjectType(type))
    return [own, ...Object.values(type.getFields()).map((f): Described => [`${type.name}.${f.name}`, f.description])];
  if (!isObjectType(type) && !isInterfaceType(type)) return [own];
  const fields = Object.values(type.getFields()).flatMap((field): Described[] => [
    [`${type.name}.${field.name}`, field.description],
    ...field.args.map((argument): Described => [`${type.name}.${field.name}(${argument.name})`, argument.description]),
  ]);
  return [own, ...fields];
}

it("every type, field, argument and value of the schema says what it is", async () => {
  const schema = await createSchema();
  const roots = new Set(
    [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].map((t) => t?.name),
  );
  const types = Object.values(schema.getTypeMap()).filter(
    (type) => !type.name.startsWith("__") && !isSpecifiedScalarType(type),
  );
  const silent = types.flatMap(describedIn).filter(([path, text]) => !text?.trim() && !roots.has(path));
  expect(silent.map(([path]) => path)).toEqual([]);
});

it("every field of Query may be null: what fails there costs itself, and no other part of the answer", async () => {
  const fields = Object.values((await createSchema()).getQueryType()?.getFields() ?? {});
  expect(fields.length).toBeGreaterThan(0);
  expect(fields.filter(({ type }) => isNonNullType(type)).map(({ name }) => name)).toEqual([]);
});
