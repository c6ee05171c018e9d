import { withTransaction, type Pool, type PoolClient } from "#kernel/pg.ts";
import { switchViews } from "../store/views.ts";
import { findDeployment, type DeploymentInfo } from "./list.ts";

/**
 * Points the views of a schema at a deployment, whichever engine writes it. One of this project's becomes the current
 * one of its name; it stays so until an indexer of another build gets to the head.
 *
 * @param namespace the schema of its tables, `sgd<n>`
 * @throws BaseError `NO_DEPLOYMENT`, `VIEW_TAKEN` or `VIEW_NEEDED`
 */
export async function showDeployment(pool: Pool, namespace: string, viewsSchema: string): Promise<DeploymentInfo> {
  return withTransaction(pool, async (client) => {
    const found = await findDeployment(client, namespace);
    await switchViews(client, viewsSchema, found, found.deployment);
    if (await isOurs(client)) await makeCurrent(client, found);
    return found;
  });
}

async function isOurs(client: PoolClient): Promise<boolean> {
  const { rows } = await client.query("select where to_regclass('public.__diesel_schema_migrations') is null");
  return rows.length > 0;
}

async function makeCurrent(client: PoolClient, { deployment, name }: DeploymentInfo): Promise<void> {
  await client.query(
    `update subgraphs.subgraph s set current_version = v.id, pending_version = nullif(s.pending_version, v.id)
       from (select id, subgraph from subgraphs.subgraph_version where deployment = $1 order by vid desc) v
      where v.subgraph = s.id and s.name = $2`,
    [deployment, name],
  );
}
