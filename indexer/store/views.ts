import { BaseError } from "#kernel/errors.ts";
import type { PoolClient } from "#kernel/pg.ts";
import { quoted } from "../schema/names.ts";
import type { Schema, Table } from "../schema/schema.ts";
import { qualified } from "./ddl.ts";
import type { Deployment } from "./deployment.ts";

/** The role that may read views, granted if it exists. */
const READER_ROLE = "bc_reader";

/** The comment on each view of ours, which tells it from others in the same schema. */
const MARK = "made by the indexer";

/** PostgreSQL's code for a view that can't be replaced: its columns are others. */
const OTHER_COLUMNS = "42P16";
/** PostgreSQL's code for a view that can't be dropped: others are built on it. */
const IS_NEEDED = "2BP01";

/**
 * Points the views of `viewsSchema` at a deployment: one per table with the current entities, immutable ones with the
 * `block` that made them, and `head`. Enums are shown as text. A view is replaced in place, so that views over it stay.
 * What else is in the schema isn't touched.
 *
 * @throws BaseError `VIEW_TAKEN` where something stands that isn't ours, `VIEW_NEEDED` when others' views are built on
 * one whose columns changed or whose type is gone
 */
export async function switchViews(
  client: PoolClient,
  viewsSchema: string,
  deployment: Deployment,
  deploymentId: string,
  schema: Schema,
): Promise<void> {
  const views = quoted(viewsSchema);
  await client.query(`create schema if not exists ${views}`);
  const wanted = new Map(schema.tables.map((table) => [table.sqlName, viewSql(deployment.namespace, table)]));
  wanted.set("head", headSql(deployment.id, deploymentId));
  const fullName = (name: string): string => `${views}.${quoted(name)}`;
  for (const { name, isOurs } of await relations(client, viewsSchema)) {
    if (wanted.has(name) && !isOurs) throw taken(fullName(name));
    if (!wanted.has(name) && isOurs) await dropView(client, fullName(name));
  }
  for (const [name, sql] of wanted) {
    await replaceView(client, fullName(name), sql);
    await client.query(`comment on view ${fullName(name)} is '${MARK}'`);
  }
  const { rows } = await client.query("select from pg_roles where rolname = $1", [READER_ROLE]);
  if (rows.length === 0) return;
  await client.query(`grant usage on schema ${views} to ${READER_ROLE}`);
  await client.query(`grant select on ${[...wanted.keys()].map(fullName).join(", ")} to ${READER_ROLE}`);
}

/** Tables, views and the like of a schema. */
async function relations(client: PoolClient, schema: string): Promise<{ name: string; isOurs: boolean }[]> {
  const { rows } = await client.query<{ name: string; isOurs: boolean }>(
    `select c.relname::text as name, c.relkind = 'v' and obj_description(c.oid, 'pg_class') is not distinct from $2 as "isOurs"
       from pg_class c where c.relnamespace = (select oid from pg_namespace where nspname = $1) order by 1`,
    [schema, MARK],
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

function viewSql(namespace: string, table: Table): string {
  const columns = table.columns.map(({ sqlName, enumName, isList }) => {
    const name = quoted(sqlName);
    return enumName === undefined ? name : `${name}::text${isList ? "[]" : ""} as ${name}`;
  });
  const from = `from ${qualified(namespace, table)}`;
  if (!table.isImmutable) return `select ${columns.join(", ")} ${from} where block_range @> 2147483647`;
  // first, so that fields can be added at the end; an entity's own field `block` wins
  const block = table.columns.some(({ sqlName }) => sqlName === "block") ? [] : ["block$ as block"];
  return `select ${[...block, ...columns].join(", ")} ${from}`;
}

function headSql(id: number, deploymentId: string): string {
  return `select h.block_number, '0x' || encode(h.block_hash, 'hex') as block_hash, t.block_timestamp,
    '${deploymentId}'::text as deployment, d.synced_at is not null as is_synced, d.health <> 'healthy' as has_errors
  from subgraphs.head h join subgraphs.deployment d on d.id = h.id left join subgraphs.head_time t on t.id = h.id
 where h.id = ${id}`;
}
