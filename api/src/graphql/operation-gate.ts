import {
  GraphQLError,
  Kind,
  OperationTypeNode,
  parse,
  specifiedRules,
  validate,
  type DocumentNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type ParseOptions,
  type ValidationRule,
} from "graphql";
import type { TokenBuckets } from "../access/token-buckets.ts";
import { type Charge } from "../access/token-buckets.ts";
import type { Who } from "../access/who.ts";
import { costOf, usedBy } from "./cost.ts";
import { checkLiterals, checkVariables } from "./plain-text.ts";
import { DEFAULT_LIMITS, limitRule } from "./plugins/use-limits.ts";

/** How documents are read, whatever brings them. */
export const PARSE_OPTIONS: ParseOptions = { maxTokens: 2_000 };

/** What documents have to keep to beside GraphQL's own rules. */
export const LIMIT_RULES: readonly ValidationRule[] = [limitRule(DEFAULT_LIMITS)];

/** At least this part of what an operation could cost is kept of it: to look and find nothing isn't free. */
const KEPT_PART = 0.1;

/** What an operation was charged, and where its budget stands. */
export interface Admitted {
  /** what it may cost at most */
  requested: number;
  charge: Charge;
  /** what is done is done: only of what a query reads something may be given back */
  isFinal: boolean;
}

/** What `createGate` needs. */
export interface GateOptions {
  schema: GraphQLSchema;
  buckets: TokenBuckets;
  /** points that one operation may cost */
  maxCost: number;
}

/**
 * The one place where operations are let in, by whatever transport they come.
 *
 * @example
 * const document = gate.read(source);
 * const admitted = gate.checkOperation(document, variables, who, operationName);
 * const result = await execute(…);
 * const { charge } = gate.settle(admitted, result.data, who);
 */
export interface OperationGate {
  /** Parses and validates a document; throws GraphQLError. Apollo does the same by itself, and remembers documents. */
  read(source: string): DocumentNode;
  /**
   * Lets a validated document's operation in, and takes its cost from the budgets of who asks.
   *
   * Throws GraphQLError `BAD_USER_INPUT`, `TOO_EXPENSIVE` or `RATE_LIMITED`.
   */
  checkOperation(
    document: DocumentNode,
    variables: Readonly<Record<string, unknown>>,
    who: Who,
    operationName?: string | null,
  ): Admitted;
  /** Gives back what the answer didn't cost of what was taken. */
  settle(admitted: Admitted, data: unknown, who: Who): Admitted & { charged: number };
  /** Takes points for what is no operation, or was none; throws GraphQLError `RATE_LIMITED`. */
  take(points: number, who: Who): Charge;
  /** Takes points for trouble made, as many as there are. */
  fine(points: number, who: Who): void;
}

/** Makes the gate of a schema. */
export function createGate({ schema, buckets, maxCost }: GateOptions): OperationGate {
  const take = (points: number, who: Who): Charge => {
    const charge = buckets.take(who.buckets, points);
    if (!charge.isTaken) throw rateLimited(points, charge);
    return charge;
  };
  // Apollo remembers documents: what depends on nothing else is found out once for each.
  const clean = new WeakSet<DocumentNode>();
  const costs = new WeakMap<OperationDefinitionNode, number>();
  return {
    read: (source) => read(schema, source),
    take,
    fine: (points, who) => void buckets.drain(who.buckets, points),
    checkOperation(document, variables, who, operationName) {
      const operation = operationOf(document, operationName);
      if (!clean.has(document)) checkLiterals(document);
      clean.add(document);
      checkVariables(variables);
      const requested = costs.get(operation) ?? costOf(schema, alone(document, operation), variables);
      if (!operation.variableDefinitions?.length) costs.set(operation, requested);
      const most = Math.min(maxCost, ...who.buckets.map(({ perMinute }) => perMinute));
      if (requested > most) throw tooExpensive(requested, most);
      return { requested, charge: take(requested, who), isFinal: operation.operation !== OperationTypeNode.QUERY };
    },
    settle({ requested, charge, isFinal }, data, who) {
      if (isFinal) return { requested, charged: requested, charge, isFinal };
      const charged = Math.min(Math.max(usedBy(data), Math.ceil(requested * KEPT_PART)), requested);
      const left = charged === requested ? charge : buckets.give(who.buckets, requested - charged);
      return { requested, charged, charge: left, isFinal };
    },
  };
}

function read(schema: GraphQLSchema, source: string): DocumentNode {
  const document = parse(source, PARSE_OPTIONS);
  // The limits first: some of GraphQL's own rules take long for a document that is made for it.
  const [error] = [...validate(schema, document, LIMIT_RULES), ...validate(schema, document, specifiedRules)];
  if (error) {
    throw new GraphQLError(error.message, {
      ...(error.nodes ? { nodes: error.nodes } : {}),
      extensions: { ...error.extensions, code: "GRAPHQL_VALIDATION_FAILED" },
    });
  }
  return document;
}

function operationOf(document: DocumentNode, name: string | null | undefined): OperationDefinitionNode {
  const operations = document.definitions.filter((node) => node.kind === Kind.OPERATION_DEFINITION);
  const found = name ? operations.find((node) => node.name?.value === name) : operations[0];
  if (found && (name || operations.length === 1)) return found;
  throw new GraphQLError("it isn't said which operation of the document to run, or there is none of that name", {
    extensions: { code: "OPERATION_RESOLUTION_FAILURE", http: { status: 400 } },
  });
}

/** The other operations of the document aren't run, and cost nothing. */
function alone(document: DocumentNode, operation: OperationDefinitionNode): DocumentNode {
  const fragments = document.definitions.filter(({ kind }) => kind === Kind.FRAGMENT_DEFINITION);
  return { kind: Kind.DOCUMENT, definitions: [operation, ...fragments] };
}

function tooExpensive(cost: number, max: number): GraphQLError {
  return new GraphQLError(`the operation may cost ${cost} points, and ${max} are allowed`, {
    extensions: {
      code: "TOO_EXPENSIVE",
      http: { status: 400 },
      cost: { requested: cost, max },
      hints: ["ask for smaller pages (first), above all of lists within lists", "split it into several operations"],
    },
  });
}

/** The error for who has used up a budget. */
export function rateLimited(cost: number, { remaining, limit, retryMs }: Charge): GraphQLError {
  const seconds = Math.ceil(retryMs / 1_000);
  return new GraphQLError(`${cost} points are asked for, and ${remaining ?? 0} of ${limit ?? 0} a minute are left`, {
    extensions: {
      code: "RATE_LIMITED",
      http: { status: 429 },
      retryAfterMs: seconds * 1_000,
      hints: [`try again in ${seconds} s`, "sign in, or send an API key, for a budget of your own"],
    },
  });
}
