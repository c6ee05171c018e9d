import DataLoader from "dataloader";
import {
  listEntities,
  listEntitiesOf,
  readEntities,
  type Condition,
  type Entity,
  type IdKind,
  type Listed,
  type Order,
  type Place,
} from "../sources/entity.ts";
import type { Snapshot } from "../sources/snapshot.ts";
import { badArgument, checkedFirst, type Connection, type PageArgs, type PageInfo } from "./connection.ts";

/** Loaders of an operation by what they load: the objects and the lists of a page are read in one statement each. */
const loaders = new WeakMap<Snapshot, Map<string, DataLoader<string, unknown>>>();
/** What an id in a cursor looks like. */
const IDS: Record<IdKind, RegExp> = { number: /^\d{1,78}$/, text: /^[^\0]{1,200}$/, bytes: /^0x([0-9a-f]{2}){1,100}$/ };

/** Which rows a list has, and in which order. */
export interface ListOf {
  where?: readonly Condition[];
  order: Order;
}

/** The entity of this id, which others of the same page are read with. */
export async function loadEntity<Row extends { id: string }>(
  snapshot: Snapshot,
  kind: Entity<Row>,
  id: string | null,
): Promise<Row | undefined> {
  if (id === null) return undefined;
  const loader = loaderOf(snapshot, `${kind.table} by id`, async (ids) => {
    const rows = new Map((await readEntities(snapshot, kind, ids)).map((row) => [row.id, row]));
    return ids.map((one) => rows.get(one));
  });
  return (await loader.load(id)) as Row | undefined;
}

/**
 * A page of all entities of a kind.
 *
 * @throws GraphQLError `BAD_USER_INPUT` for a bad `first` or `after`
 */
export async function readList<Row extends { id: string }>(
  snapshot: Snapshot,
  kind: Entity<Row>,
  { first, after }: PageArgs,
  { where = [], order }: ListOf,
): Promise<Connection<Row>> {
  checkedFirst(first);
  const place = placeOf(after, kind.idKind, order);
  return connection(await listEntities(snapshot, kind, { where, order, after: place, limit: first + 1 }), first, order);
}

/**
 * A page of what belongs to one object, by a column that refers to it. What other objects ask for alike is read in the
 * same statement.
 *
 * @param key of the object; 0x hex where `isBytes`
 * @throws GraphQLError `BAD_USER_INPUT` for a bad `first` or `after`
 */
export async function readListOf<Row extends { id: string }>(
  snapshot: Snapshot,
  kind: Entity<Row>,
  { column, key, isBytes = false }: { column: string; key: string; isBytes?: boolean },
  { first, after }: PageArgs,
  { where = [], order }: ListOf,
): Promise<Connection<Row>> {
  checkedFirst(first);
  const place = placeOf(after, kind.idKind, order);
  const page = { where, order, after: place, limit: first + 1 };
  const shape = where.map(({ sql, value }) => [sql("?"), String(value)]);
  const name = JSON.stringify([kind.table, column, order, place, first, shape]);
  const loader = loaderOf(snapshot, name, async (keys) => {
    const lists = await listEntitiesOf(snapshot, kind, { column, isBytes, keys }, page);
    return keys.map((one) => lists.get(one) ?? []);
  });
  return connection((await loader.load(key)) as Listed<Row>[], first, order);
}

function loaderOf(
  snapshot: Snapshot,
  name: string,
  read: (keys: readonly string[]) => Promise<unknown[]>,
): DataLoader<string, unknown> {
  const all = loaders.get(snapshot) ?? new Map<string, DataLoader<string, unknown>>();
  loaders.set(snapshot, all);
  const loader = all.get(name) ?? new DataLoader<string, unknown>(read);
  all.set(name, loader);
  return loader;
}

function connection<Row extends { id: string }>(rows: Listed<Row>[], first: number, order: Order): Connection<Row> {
  return new RowPage(rows.length > first ? rows.slice(0, first) : rows, rows.length > first, order);
}

/** A page whose edges are only made where they are asked for. */
class RowPage<Row extends { id: string }> implements Connection<Row> {
  readonly nodes: Listed<Row>[];
  readonly pageInfo: PageInfo;
  readonly #order: Order;

  constructor(nodes: Listed<Row>[], hasNextPage: boolean, order: Order) {
    const last = nodes.at(-1);
    this.nodes = nodes;
    this.pageInfo = { hasNextPage, endCursor: last ? cursorOf(last, order) : null };
    this.#order = order;
  }

  get edges(): { cursor: string; node: Row }[] {
    return this.nodes.map((node) => ({ cursor: cursorOf(node, this.#order), node }));
  }
}

const cursorOf = (row: Listed<{ id: string }>, order: Order): string =>
  Buffer.from(JSON.stringify([orderName(order), row.$order, row.id])).toString("base64url");

const orderName = ({ column, isDescending }: Order): string => `${column}${isDescending ? " desc" : ""}`;

function placeOf(cursor: string | null | undefined, ids: IdKind, order: Order): Place | null {
  if (typeof cursor !== "string") return null;
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(cursor, "base64url").toString());
  } catch {
    parts = undefined;
  }
  const [name, at, id] = Array.isArray(parts) ? (parts as unknown[]) : [];
  const isOfOrder = name === orderName(order) && typeof at === "string" && /^-?\d{1,80}$/.test(at);
  if (!isOfOrder || typeof id !== "string" || !IDS[ids].test(id))
    throw badArgument("after", "is no cursor of this list");
  if (order.type === "int4" && Math.abs(Number(at)) > 2 ** 31 - 1)
    throw badArgument("after", "is no cursor of this list");
  return { order: at, id };
}
