import { GraphQLError } from "graphql";
import { ArgsType, Field, Int, ObjectType, type ClassType } from "type-graphql";
import type { Page } from "../sources/chain.ts";

const DEFAULT_FIRST = 50;
const MAX_FIRST = 200;

/** Where a page stands in its list. */
@ObjectType({ simpleResolvers: true, description: "Where a page stands in its list." })
export class PageInfo {
  @Field(() => Boolean, { description: "Whether more follow." })
  hasNextPage!: boolean;

  @Field(() => String, { nullable: true, description: "Pass as `after` to get the next page." })
  endCursor!: string | null;
}

/** Arguments of every list. */
@ArgsType()
export class PageArgs {
  @Field(() => Int, { description: `How many at most, 1 to ${MAX_FIRST}.`, defaultValue: DEFAULT_FIRST })
  first!: number;

  @Field(() => String, { nullable: true, description: "Cursor that the page begins after." })
  after?: string | null;
}

/** A page of a list. */
export interface Connection<Row> {
  nodes: Row[];
  edges: { cursor: string; node: Row }[];
  pageInfo: PageInfo;
}

/**
 * The connection type of a node type, in Relay's shape with `nodes` beside `edges`.
 *
 * @example @ObjectType() class GpuConnection extends connectionOf("Gpu", () => Gpu) {}
 */
export function connectionOf<Node extends object>(name: string, node: () => ClassType<Node>) {
  @ObjectType(`${name}Edge`, { simpleResolvers: true, description: "A node and where it stands in its list." })
  class Edge {
    @Field(() => String, { description: "Where this node stands in the list." })
    cursor!: string;

    @Field(() => node(), { description: "The node." })
    node!: Node;
  }

  @ObjectType({ simpleResolvers: true })
  abstract class ConnectionType {
    @Field(() => [node()], { description: "The nodes of `edges`." })
    nodes!: Node[];

    @Field(() => [Edge], { description: "The nodes of the page with their cursors." })
    edges!: Edge[];

    @Field(() => PageInfo, { description: "Whether and how it goes on." })
    pageInfo!: PageInfo;
  }
  return ConnectionType;
}

/**
 * Reads one page of a list that is ordered by id.
 *
 * @throws GraphQLError `BAD_USER_INPUT` for a bad `first` or `after`
 */
export async function readConnection<Row extends { id: string }>(
  { first, after }: PageArgs,
  read: (page: Page) => Promise<Row[]>,
): Promise<Connection<Row>> {
  checkedFirst(first);
  const rows = await read({ after: typeof after === "string" ? decodeCursor(after) : null, limit: first + 1 });
  const nodes = rows.slice(0, first);
  const last = nodes.at(-1);
  return {
    nodes,
    // only made where they are asked for
    get edges() {
      return nodes.map((node) => ({ cursor: encodeCursor(node.id), node }));
    },
    pageInfo: { hasNextPage: rows.length > first, endCursor: last ? encodeCursor(last.id) : null },
  };
}

/**
 * Checks the length of a page.
 *
 * @throws GraphQLError `BAD_USER_INPUT`
 */
export function checkedFirst(first: number): void {
  if (first < 1 || first > MAX_FIRST) throw badArgument("first", `must be 1 to ${MAX_FIRST}`);
}

/** The error for an argument that can't be used. */
export function badArgument(argument: string, problem: string): GraphQLError {
  return new GraphQLError(`${argument} ${problem}`, { extensions: { code: "BAD_USER_INPUT", argument } });
}

/** An address argument; null if it isn't given, or given as null. */
export function addressArgument(argument: string, value: string | null | undefined): string | null {
  if (typeof value !== "string") return null;
  if (value.length !== 42) throw badArgument(argument, "must be an address: 0x and 40 hex digits");
  return value;
}

function encodeCursor(id: string): string {
  return Buffer.from(id).toString("base64url");
}

function decodeCursor(cursor: string): string {
  const id = Buffer.from(cursor, "base64url").toString();
  if (!/^\d{1,78}$/.test(id)) throw badArgument("after", "is no cursor of this list");
  return id;
}
