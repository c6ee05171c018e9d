import { BaseError } from "#kernel/errors.ts";
import type { PoolClient } from "#kernel/pg.ts";
import { sleep } from "#kernel/time.ts";
import { quoted } from "../schema/names.ts";
import { describeDeployment } from "./view-comments.ts";
import { commentOn, grantsOn, relationsIn, VIEW_MARK, type Relation } from "./view-relations.ts";
import { headSql, tablesOf, tableSql, type ViewQuery } from "./view-sql.ts";

/** The role that may read views, granted if it exists. */
const READER_ROLE = "bc_reader";

/** PostgreSQL's code for a view that can't be replaced: its columns are others. */
const OTHER_COLUMNS = "42P16";
/** PostgreSQL's code for what can't be dropped: others are built on it. */
export const IS_NEEDED = "2BP01";
/** PostgreSQL's code for a lock that wasn't had in time. */
const LOCKED = "55P03";

/**
 * How long the switch waits for readers, which wait for it meanwhile, try by try. Each is shorter than the server's
 * `deadlock_timeout` (1 s): where both wait for each other the switch gives way, and no reader sees an error. Short tries
 * find the moment between readers that come without a pause, long ones outlast a single slow reader.
 */
const LOCK_MS = [25, 50, 100, 25, 50, 250, 25, 50, 100, 25, 50, 500];
/** The longest pause between two tries. */
const LOCK_PAUSE_MS = 50;

/** A deployment as views need it. */
export interface ShownDeployment {
  readonly id: number;
  /** the schema of its tables, `sgd<n>` */
  readonly namespace: string;
}

/** Whether a switch gave way to readers of the views: it can be tried again. */
export function isLocked(error: unknown): error is Error {
  return error instanceof Error && (error as { code?: unknown }).code === LOCKED;
}

/** A view as it is to be. */
interface Wanted {
  readonly name: string;
  /** with its schema, as SQL has it */
  readonly fullName: string;
  readonly sql: string;
  readonly comment: string;
  /** what the columns' comments say, empty where nothing is known */
  readonly columns: ReadonlyMap<string, string>;
}

/**
 * Points the views of `viewsSchema` at a deployment: one per table with the current entities, immutable ones with the
 * `block` that made them, and `head`. Enums are shown as text; the schema's descriptions are the comments. A view is
 * replaced in place, its columns keep their places and new ones follow, so that views over it stay; one that is right
 * already isn't touched, and needs no lock. What else is in the schema isn't touched either. It is made from the tables
 * themselves, whichever engine wrote them.
 *
 * @param deploymentId shown by the view `head`
 * @throws BaseError `VIEW_TAKEN` where something stands that isn't ours, `VIEW_NEEDED` when others' views are built on
 * one that loses a column, has one of another type now, or whose type is gone
 * @throws an error that `isLocked` when readers hold the views too long
 */
export async function switchViews(
  client: PoolClient,
  viewsSchema: string,
  deployment: ShownDeployment,
  deploymentId: string,
): Promise<void> {
  await client.query(`set local lock_timeout = ${Math.max(...LOCK_MS)}`);
  await client.query(`create schema if not exists ${quoted(viewsSchema)}`);
  const found = await relationsIn(client, viewsSchema);
  const wanted = await viewsOf(client, viewsSchema, deployment, deploymentId, found);
  const stranger = wanted.find(({ name }) => found.get(name)?.isOurs === false);
  if (stranger) throw taken(stranger.fullName);
  const changed = wanted.filter(({ name, comment }) => found.get(name)?.comment !== comment);
  const names = new Set(wanted.map(({ name }) => name));
  const gone = [...found.values()]
    .filter(({ name, isOurs }) => isOurs && !names.has(name))
    .map(({ name }) => `${quoted(viewsSchema)}.${quoted(name)}`);
  await lockViews(client, [...gone, ...changed.filter(({ name }) => found.has(name)).map(({ fullName }) => fullName)]);
  for (const name of gone) await dropView(client, name, "is gone");
  for (const view of changed) await replaceView(client, view);
  await openToReader(client, viewsSchema);
}

async function viewsOf(
  client: PoolClient,
  viewsSchema: string,
  deployment: ShownDeployment,
  deploymentId: string,
  found: ReadonlyMap<string, Relation>,
): Promise<Wanted[]> {
  const descriptions = await describeDeployment(client, deployment.id);
  const wanted = (name: string, { sql, columns }: ViewQuery): Wanted => {
    const described = descriptions.get(name);
    const description = {
      text: described?.text ?? "",
      columns: new Map(columns.map((column) => [column, described?.columns.get(column) ?? ""])),
    };
    const fullName = `${quoted(viewsSchema)}.${quoted(name)}`;
    return { name, fullName, sql, comment: commentOn(sql, description), columns: description.columns };
  };
  const tables = (await tablesOf(client, deployment.namespace)).filter(({ name }) => name !== "head");
  return [
    ...tables.map((table) => {
      return wanted(table.name, tableSql(deployment.namespace, table, found.get(table.name)?.columns ?? []));
    }),
    wanted("head", await headSql(client, deployment, deploymentId)),
  ];
}

/** Lets the reader have every view of ours that it hasn't: also those that are older than the role. */
async function openToReader(client: PoolClient, viewsSchema: string): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    `select c.oid::regclass::text as name from pg_class c, pg_roles r
      where r.rolname = $1 and c.relnamespace = (select oid from pg_namespace where nspname = $2) and c.relkind = 'v'
        and obj_description(c.oid, 'pg_class') ~ $3
        and not (has_schema_privilege(r.oid, c.relnamespace, 'usage') and has_table_privilege(r.oid, c.oid, 'select'))`,
    [READER_ROLE, viewsSchema, VIEW_MARK],
  );
  if (rows.length === 0) return;
  await client.query(`grant usage on schema ${quoted(viewsSchema)} to ${READER_ROLE}`);
  await client.query(`grant select on ${rows.map(({ name }) => name).join(", ")} to ${READER_ROLE}`);
}

/**
 * Locks views all at once, before any is changed: between two that are locked apart a reader could take the second and
 * wait for the first. An option is set for its lock; `lock table` would lock the tables below as well. What else the
 * transaction locks waits as long as it did before.
 *
 * @throws an error that `isLocked` when no try got all of them
 */
async function lockViews(client: PoolClient, names: readonly string[]): Promise<void> {
  if (names.length === 0) return;
  const alter = names.map((name) => `alter view ${name} set (security_barrier = false);`).join("\n");
  const { rows } = await client.query<{ lock_timeout: string }>("show lock_timeout");
  for (const [index, ms] of LOCK_MS.entries()) {
    await client.query(`savepoint locking; set local lock_timeout = ${ms}`);
    try {
      await client.query(`${alter}\nset local lock_timeout = '${rows[0]?.lock_timeout ?? "0"}'`);
      return;
    } catch (error) {
      if (!isLocked(error) || index === LOCK_MS.length - 1) throw error;
      await client.query("rollback to savepoint locking");
      await sleep(Math.random() * LOCK_PAUSE_MS);
    }
  }
}

/** Drops every view of ours in a schema, because what they show goes. */
export async function dropViews(client: PoolClient, viewsSchema: string): Promise<void> {
  const ours = [...(await relationsIn(client, viewsSchema)).values()].filter(({ isOurs }) => isOurs);
  const names = ours.map(({ name }) => `${quoted(viewsSchema)}.${quoted(name)}`);
  await lockViews(client, names);
  for (const name of names) await dropView(client, name, "is gone");
}

function taken(name: string): BaseError {
  return new BaseError("VIEW_TAKEN", `${name} is not a view of the indexer, which needs that name`, {
    hints: [`rename ${name}, or drop it`, "or give the indexer's views another schema"],
  });
}

async function replaceView(client: PoolClient, { fullName, sql, comment, columns }: Wanted): Promise<void> {
  await client.query("savepoint view");
  try {
    await client.query(`create or replace view ${fullName} as ${sql}`);
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    if (code !== OTHER_COLUMNS) throw error;
    await client.query("rollback to savepoint view");
    const grants = await grantsOn(client, fullName);
    await dropView(client, fullName, `changes (${message})`);
    await client.query([`create view ${fullName} as ${sql}`, ...grants].join(";\n"));
  }
  const comments = [...columns].map(([column, text]) => {
    return `comment on column ${fullName}.${quoted(column)} is ${client.escapeLiteral(text)}`;
  });
  const own = `comment on view ${fullName} is ${client.escapeLiteral(comment)}`;
  await client.query([own, ...comments, "release savepoint view"].join(";\n"));
}

/**
 * Drops a view of ours; never others' views along with it.
 *
 * @param why it has to go, after its name
 */
async function dropView(client: PoolClient, name: string, why: string): Promise<void> {
  try {
    await client.query(`drop view ${name}`);
  } catch (error) {
    const { code, detail = "" } = error as { code?: string; detail?: string };
    if (code !== IS_NEEDED) throw error;
    throw new BaseError("VIEW_NEEDED", `${name} ${why}, but others need it: ${detail.replaceAll("\n", "; ")}`, {
      cause: error,
      hints: ["drop those, start the indexer again, and make them anew", "until then the views show what they did"],
    });
  }
}
