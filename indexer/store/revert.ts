import type { PoolClient } from "#kernel/pg.ts";
import type { Schema, Table } from "../schema/schema.ts";
import type { BlockRef } from "../source/types.ts";
import { UPPER, qualified } from "./ddl.ts";
import type { Deployment } from "./deployment.ts";

/**
 * Undoes every block above `target`: later versions go, those that were current at `target` are current again.
 *
 * @returns by how much the number of entities changes
 */
export async function revertTables(
  client: PoolClient,
  { namespace }: Deployment,
  schema: Schema,
  target: number,
): Promise<number> {
  let change = 0;
  const entities = new Set<Table>(schema.entities.values());
  for (const table of schema.tables) {
    const name = qualified(namespace, table);
    const removed = table.isImmutable
      ? await client.query<{ n: number }>(
          `with gone as (delete from ${name} where block$ > $1 returning 1) select count(*)::int as n from gone`,
          [target],
        )
      : // only versions that are current count as entities
        await client.query<{ n: number }>(
          `with gone as (delete from ${name} where lower(block_range) > $1 returning block_range @> 2147483647 as was_current)
           select count(*) filter (where was_current)::int as n from gone`,
          [target],
        );
    let reopened = 0;
    if (!table.isImmutable) {
      const { rowCount } = await client.query(
        `update ${name} set block_range = int4range(lower(block_range), null)
          where block_range @> $1::int and not block_range @> 2147483647
            and lower(block_range) <= $1 and ${UPPER} > $1 and ${UPPER} < 2147483647`,
        [target],
      );
      reopened = rowCount ?? 0;
    }
    if (entities.has(table)) change += reopened - (removed.rows[0]?.n ?? 0);
  }
  await client.query(`delete from ${namespace}."data_sources$" where lower(block_range) > $1`, [target]);
  return change;
}

/** Moves the head back, to none without `target`, and notes the reorg. */
export async function revertHead(
  client: PoolClient,
  { id, chainNamespace }: Deployment,
  target: BlockRef | undefined,
  change: number,
): Promise<void> {
  const hash = target?.hash.slice(2) ?? null;
  const { rows } = await client.query<{ depth: number }>(
    `update subgraphs.head h set block_number = $2, block_hash = decode($3, 'hex'), entity_count = h.entity_count + $4
       from (select block_number from subgraphs.head where id = $1) before
      where h.id = $1 returning before.block_number - coalesce($2::int, -1) as depth`,
    [id, target?.number ?? null, hash, change],
  );
  await client.query(
    `update subgraphs.deployment set reorg_count = reorg_count + 1, max_reorg_depth = greatest(max_reorg_depth, $2) where id = $1`,
    [id, rows[0]?.depth ?? 0],
  );
  if (!target) await client.query("delete from subgraphs.head_time where id = $1", [id]);
  await client.query(
    `update subgraphs.head_time t set block_timestamp = (b.data->>'timestamp')::int8
       from ${chainNamespace}.blocks b where t.id = $1 and b.hash = decode($2, 'hex')`,
    [id, hash],
  );
  await client.query(
    `delete from subgraphs.subgraph_error e using subgraphs.deployment d
      where d.id = $1 and e.subgraph_id = d.subgraph and lower(e.block_range) > $2`,
    [id, target?.number ?? -1],
  );
  await client.query(
    `update subgraphs.deployment d
        set non_fatal_errors = array(select e from unnest(d.non_fatal_errors) e where e in (select id from subgraphs.subgraph_error)),
            failed = d.failed and exists (select from subgraphs.subgraph_error where id = d.fatal_error)
      where d.id = $1`,
    [id],
  );
  await client.query(
    `update subgraphs.deployment
        set fatal_error = case when failed then fatal_error end,
            health = case when failed then 'failed' when cardinality(non_fatal_errors) > 0 then 'unhealthy' else 'healthy' end
      where id = $1`,
    [id],
  );
}
