import type { PoolClient } from "#kernel/pg.ts";
import { quoted } from "../schema/names.ts";
import type { Schema, Table } from "../schema/schema.ts";
import { qualified } from "./ddl.ts";
import type { Deployment } from "./deployment.ts";

/** The role that may read views, granted if it exists. */
const READER_ROLE = "bc_reader";

/**
 * Points the views of `viewsSchema` at a deployment: one per table with the current entities, immutable ones with the
 * `block` that made them, and `head`. Views of types that the subgraph no longer has go.
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
  const old = await client.query<{ name: string }>("select viewname as name from pg_views where schemaname = $1", [
    viewsSchema,
  ]);
  for (const { name } of old.rows) await client.query(`drop view if exists ${views}.${quoted(name)} cascade`);
  for (const table of schema.tables) {
    await client.query(`create view ${views}.${quoted(table.sqlName)} as ${viewSql(deployment.namespace, table)}`);
  }
  await client.query(`create view ${views}.head as ${headSql(deployment.id, deploymentId)}`);
  const { rows } = await client.query("select from pg_roles where rolname = $1", [READER_ROLE]);
  if (rows.length === 0) return;
  await client.query(`grant usage on schema ${views} to ${READER_ROLE}`);
  await client.query(`grant select on all tables in schema ${views} to ${READER_ROLE}`);
}

function viewSql(namespace: string, table: Table): string {
  const columns = table.columns.map(({ sqlName }) => quoted(sqlName));
  const from = `from ${qualified(namespace, table)}`;
  if (!table.isImmutable) return `select ${columns.join(", ")} ${from} where block_range @> 2147483647`;
  // an entity may have a field `block` of its own, which wins
  const block = table.columns.some(({ sqlName }) => sqlName === "block") ? [] : ["block$ as block"];
  return `select ${[...columns, ...block].join(", ")} ${from}`;
}

function headSql(id: number, deploymentId: string): string {
  return `select h.block_number, '0x' || encode(h.block_hash, 'hex') as block_hash, t.block_timestamp,
    '${deploymentId}'::text as deployment, d.synced_at is not null as is_synced, d.health <> 'healthy' as has_errors
  from subgraphs.head h join subgraphs.deployment d on d.id = h.id left join subgraphs.head_time t on t.id = h.id
 where h.id = ${id}`;
}
