import type { PoolClient } from "#kernel/pg.ts";
import { quoted } from "../schema/names.ts";
import type { Schema, Table } from "../schema/schema.ts";
import { qualified } from "./ddl.ts";
import type { Deployment } from "./deployment.ts";

/** The role that may read views, granted if it exists. */
const READER_ROLE = "bc_reader";

/** PostgreSQL's code for a view that can't be replaced: its columns are others. */
const OTHER_COLUMNS = "42P16";

/**
 * Points the views of `viewsSchema` at a deployment: one per table with the current entities, immutable ones with the
 * `block` that made them, and `head`. Enums are shown as text. A view is
 * replaced in place, so that views over it stay; only one whose columns changed takes those along when it goes, and
 * one whose type is gone.
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
  const old = await client.query<{ name: string }>("select viewname as name from pg_views where schemaname = $1", [
    viewsSchema,
  ]);
  for (const { name } of old.rows) {
    if (!wanted.has(name)) await client.query(`drop view if exists ${views}.${quoted(name)} cascade`);
  }
  for (const [name, sql] of wanted) await replaceView(client, `${views}.${quoted(name)}`, sql);
  const { rows } = await client.query("select from pg_roles where rolname = $1", [READER_ROLE]);
  if (rows.length === 0) return;
  await client.query(`grant usage on schema ${views} to ${READER_ROLE}`);
  await client.query(`grant select on all tables in schema ${views} to ${READER_ROLE}`);
}

async function replaceView(client: PoolClient, name: string, sql: string): Promise<void> {
  await client.query("savepoint view");
  try {
    await client.query(`create or replace view ${name} as ${sql}`);
  } catch (error) {
    if ((error as { code?: string }).code !== OTHER_COLUMNS) throw error;
    await client.query("rollback to savepoint view");
    await client.query(`drop view ${name} cascade`);
    await client.query(`create view ${name} as ${sql}`);
  }
  await client.query("release savepoint view");
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
