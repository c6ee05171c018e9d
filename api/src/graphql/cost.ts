import {
  getNamedType,
  GraphQLError,
  GraphQLObjectType,
  isListType,
  isLeafType,
  isNonNullType,
  type DocumentNode,
  type GraphQLOutputType,
  type GraphQLSchema,
} from "graphql";
import {
  fieldExtensionsEstimator,
  getComplexity,
  type ComplexityEstimator,
  type ComplexityEstimatorArgs,
} from "graphql-query-complexity";

/** So many points of a series cost as much as one object. */
const POINTS = 60;
/** How many a list without `first` is taken to have. */
const UNBOUNDED = 10;
/** The same of what the schema says of itself: an operation that reads all of it stays possible. */
const OF_SCHEMA = 4;
/** Arguments that say how many points a series has. */
const SPANS = ["minutes", "hours", "days", "points"] as const;
/** A field that takes work of another kind than reading rows says its cost itself: `@Field({ complexity })`. */
const OWN: ComplexityEstimator = fieldExtensionsEstimator();

/**
 * What an operation may cost at most, in points: one for each object that the answer may hold, by the pages asked for, and
 * one for each 60 points of a series. Fields that do other work have a cost of their own, their `complexity`.
 *
 * @param document one operation with its fragments, validated and within the limits
 * @throws GraphQLError for variables that aren't the operation's
 */
export function costOf(schema: GraphQLSchema, document: DocumentNode, variables: Record<string, unknown>): number {
  try {
    return Math.max(Math.ceil(getComplexity({ schema, query: document, variables, estimators: [OWN, estimate] })), 1);
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    throw new GraphQLError(error.message, {
      ...(error.nodes ? { nodes: error.nodes } : {}),
      extensions: { code: "BAD_USER_INPUT", http: { status: 400 } },
    });
  }
}

const estimate = ({ type, field, args, childComplexity }: ComplexityEstimatorArgs): number => {
  const { isList, isLeaf } = shapeOf(field.type);
  const series = seriesCost(args);
  if (isLeaf) return series;
  // The page decides how many; its `nodes`, or `edges`, are counted for it.
  if (typeof args["first"] === "number") return 1 + Math.max(args["first"], 1) * childComplexity + series;
  if (isConnection(type)) {
    if (field.name === "pageInfo") return 0;
    return field.name === "edges" ? childComplexity : 1 + childComplexity;
  }
  const many = field.name !== "types" && isIntrospection(type) ? OF_SCHEMA : UNBOUNDED;
  return isList ? 1 + many * (1 + childComplexity) * Math.max(series, 1) : 1 + childComplexity + series;
};

function seriesCost(args: Readonly<Record<string, unknown>>): number {
  const points = SPANS.map((name) => args[name]).filter((value) => typeof value === "number");
  return points.reduce((sum, value) => sum + Math.ceil(Math.max(value, 0) / POINTS), 0);
}

function shapeOf(type: GraphQLOutputType): { isList: boolean; isLeaf: boolean } {
  const inner = isNonNullType(type) ? (type.ofType as GraphQLOutputType) : type;
  return { isList: isListType(inner), isLeaf: isLeafType(getNamedType(inner)) };
}

const isIntrospection = (type: unknown): boolean => type instanceof GraphQLObjectType && type.name.startsWith("__");
const isConnection = (type: unknown): boolean => type instanceof GraphQLObjectType && type.name.endsWith("Connection");

/**
 * What an answer did cost: its objects, and its lists of plain values by 60. Counted to the estimate's measure, so that
 * what a page could have held and didn't is given back.
 */
export function usedBy(data: unknown): number {
  let points = 1;
  const open: unknown[] = [data];
  while (open.length > 0) {
    const next = open.pop();
    if (typeof next !== "object" || next === null) continue;
    if (Array.isArray(next)) {
      if (typeof next.find((part) => part !== null) === "object") for (const part of next) open.push(part);
      else points += next.length / POINTS;
    } else {
      points++;
      for (const key in next) open.push((next as Record<string, unknown>)[key]);
    }
  }
  return Math.ceil(points);
}
