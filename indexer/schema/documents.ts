import {
  GraphQLError,
  Kind,
  parse,
  type ConstDirectiveNode,
  type ConstValueNode,
  type DefinitionNode,
  type FieldDefinitionNode,
  type ObjectTypeDefinitionNode,
  type TypeNode,
} from "graphql";
import { BaseError, messageOf } from "#kernel/errors.ts";

/** The error for a schema that can't be used: what, where, and what to do. */
export function schemaError(what: string, hint: string, line?: number): BaseError {
  const where = line === undefined ? "" : ` (schema line ${line})`;
  return new BaseError("BAD_SCHEMA", `${what}${where}`, { hints: [hint] });
}

/** The definitions of a schema's text. */
export function parseDocument(text: string): readonly DefinitionNode[] {
  try {
    return parse(text).definitions;
  } catch (error) {
    const line = error instanceof GraphQLError ? error.locations?.[0]?.line : undefined;
    throw schemaError(`the schema is not GraphQL: ${messageOf(error)}`, "correct schema.graphql and build again", line);
  }
}

/** The line a definition stands on. */
export function lineOf(node: { loc?: { startToken: { line: number } } | undefined }): number | undefined {
  return node.loc?.startToken.line;
}

/** The directive `name` of a type or field. */
export function directiveOf(
  node: ObjectTypeDefinitionNode | FieldDefinitionNode,
  name: string,
): ConstDirectiveNode | undefined {
  return node.directives?.find((directive) => directive.name.value === name);
}

/** An argument of a directive as plain text, boolean or list of texts. */
export function argumentOf(
  directive: ConstDirectiveNode | undefined,
  name: string,
): string | boolean | readonly string[] | undefined {
  const value = directive?.arguments?.find((argument) => argument.name.value === name)?.value;
  return value === undefined ? undefined : plainValue(value);
}

function plainValue(value: ConstValueNode): string | boolean | readonly string[] | undefined {
  if (value.kind === Kind.LIST) return value.values.map((item) => String(plainValue(item)));
  if (value.kind === Kind.STRING || value.kind === Kind.ENUM || value.kind === Kind.BOOLEAN) return value.value;
  if (value.kind === Kind.INT) return value.value;
  return undefined;
}

/** A field's type without its wrappers. */
export interface FieldType {
  typeName: string;
  isList: boolean;
  isNonNull: boolean;
}

/** Unwraps `[T!]!`; nested lists compile but can never be saved, so graph-node's behavior is an error at `save()`. */
export function unwrapType(node: TypeNode): FieldType {
  const isNonNull = node.kind === Kind.NON_NULL_TYPE;
  let type: TypeNode = node.kind === Kind.NON_NULL_TYPE ? node.type : node;
  const isList = type.kind === Kind.LIST_TYPE;
  while (type.kind !== Kind.NAMED_TYPE) type = type.type;
  return { typeName: type.name.value, isList, isNonNull };
}
