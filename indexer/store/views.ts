import { createHash } from "node:crypto";
import { BaseError } from "#kernel/errors.ts";
import type { PoolClient } from "#kernel/pg.ts";
import { quoted } from "../schema/names.ts";
import { headSql, tablesOf, tableSql } from "./view-sql.ts";

/** The role that may read views, granted if it exists. */
const READER_ROLE = "bc_reader";

/** How the comment on each view of ours begins, which tells it from others in the same schema; a digest of it follows. */
export const VIEW_MARK = "made by the indexer";

/** PostgreSQL's code for a view that can't be replaced: its columns are others. */
const OTHER_COLUMNS = "42P16";
/** PostgreSQL's code for what can't be dropped: others are built on it. */
export const IS_NEEDED = "2BP01";
/** PostgreSQL's code for a lock that wasn't had in time. */
const LOCKED = "55P03";

/**
 * How long the switch waits for readers, which wait for it meanwhile. Shorter than the server's `deadlock_timeout` (1 s):
 * where both wait for each other the switch gives way, and no reader sees an error.
 */
const LOCK_MS = 500;

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

/**
 * Points the views of `viewsSchema` at a deployment: one per table with the current entities, immutable ones with the
 * `block` that made them, and `head`. Enums are shown as text. A view is replaced in place, so that views over it stay;
 * one that is right already isn't touched, and needs no lock. What else is in the schema isn't touched either. It is made
 * from the tables themselves, whichever engine wrote them.
 *
 * @param deploymentId shown by the view `head`
 * @throws BaseError `VIEW_TAKEN` where something stands that isn't ours, `VIEW_NEEDED` when others' views are built on
 * one whose columns changed or whose type is gone
 * @throws an error that `isLocked` when readers hold the views too long
 */
export async function switchViews(
  client: PoolClient,
  viewsSchema: string,
  deployment: ShownDeployment,
  deploymentId: string,
): Promise<void> {
  const views = quoted(viewsSchema);
  await client.query(`set local lock_timeout = ${LOCK_MS}`);
  await client.query(`create schema if not exists ${views}`);
  const tables = await tablesOf(client, deployment.namespace);
  const wanted = new Map(tables.map((table) => [table.name, tableSql(deployment.namespace, table)]));
  wanted.set("head", await headSql(client, deployment, deploymentId));
  const fullName = (name: string): string => `${views}.${quoted(name)}`;
  const found = new Map((await relations(client, viewsSchema)).map((relation) => [relation.name, relation]));
  const stranger = [...found.values()].find(({ name, isOurs }) => wanted.has(name) && !isOurs);
  if (stranger) throw taken(fullName(stranger.name));
  const changed = [...wanted].filter(([name, sql]) => found.get(name)?.comment !== commentOn(sql));
  const gone = [...found.values()].filter(({ name, isOurs }) => isOurs && !wanted.has(name)).map(({ name }) => name);
  await lockViews(client, [...gone, ...changed.map(([name]) => name).filter((name) => found.has(name))].map(fullName));
  for (const name of gone) await dropView(client, fullName(name));
  for (const [name, sql] of changed) {
    await replaceView(client, fullName(name), sql);
    await client.query(`comment on view ${fullName(name)} is '${commentOn(sql)}'`);
  }
  const { rows } = await client.query("select from pg_roles where rolname = $1", [READER_ROLE]);
  if (rows.length === 0 || changed.length === 0) return;
  await client.query(`grant usage on schema ${views} to ${READER_ROLE}`);
  await client.query(`grant select on ${changed.map(([name]) => fullName(name)).join(", ")} to ${READER_ROLE}`);
}

/**
 * Locks views all at once, before any is changed: between two that are locked apart a reader could take the second and
 * wait for the first. An option is set for its lock; `lock table` would lock the tables below as well.
 */
async function lockViews(client: PoolClient, names: readonly string[]): Promise<void> {
  if (names.length === 0) return;
  const alter = names.map((name) => `alter view ${name} set (security_barrier = false);`);
  await client.query(alter.join("\n"));
}

/** Drops every view of ours in a schema, because what they show goes. */
export async function dropViews(client: PoolClient, viewsSchema: string): Promise<void> {
  const ours = (await relations(client, viewsSchema)).filter(({ isOurs }) => isOurs);
  const names = ours.map(({ name }) => `${quoted(viewsSchema)}.${quoted(name)}`);
  await lockViews(client, names);
  for (const name of names) await dropView(client, name);
}

/** The comment on a view with this definition. */
function commentOn(sql: string): string {
  return `${VIEW_MARK} (${createHash("sha256").update(sql).digest("hex").slice(0, 16)})`;
}

interface Relation {
  name: string;
  isOurs: boolean;
  comment: string | null;
}

/** Tables, views and the like of a schema. */
async function relations(client: PoolClient, schema: string): Promise<Relation[]> {
  const { rows } = await client.query<Relation>(
    `select c.relname::text as name, obj_description(c.oid, 'pg_class') as comment,
            c.relkind = 'v' and coalesce(starts_with(obj_description(c.oid, 'pg_class'), $2), false) as "isOurs"
       from pg_class c where c.relnamespace = (select oid from pg_namespace where nspname = $1) order by 1`,
    [schema, VIEW_MARK],
  );
  return rows;
}

function taken(name: string): BaseError {
  return new BaseError("VIEW_TAKEN", `${name} is not a view of the indexer, which needs that name`, {
    hints: [`rename ${name}, or drop it`, "or give the indexer's views another schema"],
  });
}

async function replaceView(client: PoolClient, name: string, sql: string): Promise<void> {
  await client.query("savepoint view");
  try {
    await client.query(`create or replace view ${name} as ${sql}`);
  } catch (error) {
    if ((error as { code?: string }).code !== OTHER_COLUMNS) throw error;
    await client.query("rollback to savepoint view");
    await dropView(client, name);
    await client.query(`create view ${name} as ${sql}`);
  }
  await client.query("release savepoint view");
}

/** Drops a view of ours; never others' views along with it. */
async function dropView(client: PoolClient, name: string): Promise<void> {
  try {
    await client.query(`drop view ${name}`);
  } catch (error) {
    const { code, detail = "" } = error as { code?: string; detail?: string };
    if (code !== IS_NEEDED) throw error;
    throw new BaseError("VIEW_NEEDED", `${name} has other columns now or is gone, but others need it: ${detail}`, {
      cause: error,
      hints: ["drop those, start the indexer again, and make them anew"],
    });
  }
}
