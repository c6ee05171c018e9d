import { BaseError } from "#kernel/errors.ts";
import { withTransaction, type Pool, type PoolClient } from "#kernel/pg.ts";
import { quoted } from "../schema/names.ts";
import { isGone } from "../store/lease.ts";
import { dropViews, IS_NEEDED, isLocked } from "../store/views.ts";
import { findDeployment, type DeploymentInfo } from "./list.ts";

/** How long a removal waits for readers of the tables. */
const LOCK_MS = 5_000;

/**
 * Removes a deployment: its tables, its metadata and the indexer's views that show it, in one transaction. Views of
 * others are never dropped.
 *
 * @param namespace the schema of its tables, `sgd<n>`
 * @param isForced also the current one of its name, and one that an indexer writes, which then stops
 * @returns what was removed
 * @throws BaseError `NO_DEPLOYMENT`, `DEPLOYMENT_CURRENT`, `DEPLOYMENT_WRITTEN`, `DEPLOYMENT_NEEDED` by others' views,
 * `DEPLOYMENT_READ` by somebody who doesn't end, `DATABASE_OF_GRAPH_NODE`
 */
export async function removeDeployment(pool: Pool, namespace: string, isForced = false): Promise<DeploymentInfo> {
  return withTransaction(pool, async (client) => {
    await client.query(`set local lock_timeout = ${LOCK_MS}`);
    await refuseGraphNode(client);
    // a writer that is about to take its lease waits for this, and then finds nothing to write
    await client.query(
      `select from subgraphs.deployment d join public.deployment_schemas s on s.id = d.id where s.name = $1 for update of d`,
      [namespace],
    );
    const found = await findDeployment(client, namespace);
    if (!isForced) refuseUsed(found);
    for (const schema of found.shownIn) await dropping(found, () => dropViews(client, schema));
    await dropping(found, () => dropTables(client, namespace));
    await forget(client, found);
    return found;
  }).catch((error: unknown) => {
    throw isLocked(error) ? inUse(namespace, error) : error;
  });
}

async function refuseGraphNode(client: PoolClient): Promise<void> {
  const { rows } = await client.query(
    "select where to_regclass('public.__diesel_schema_migrations') is not null or to_regclass('subgraphs.deployment') is null",
  );
  if (rows.length === 0) return;
  throw new BaseError("DATABASE_OF_GRAPH_NODE", "this engine has no deployments in this database", {
    hints: ["graph-node's are removed with `graphman drop`", "check DATABASE_URL (--database)"],
  });
}

function refuseUsed({ namespace, name, version, writer, shownIn }: DeploymentInfo): void {
  if (writer !== null && !isGone(writer)) {
    const [host, pid] = writer.split("/");
    throw new BaseError(
      "DEPLOYMENT_WRITTEN",
      `${namespace} is being written by process ${pid ?? "?"} on ${host ?? "?"}`,
      {
        hints: ["stop that indexer first", "or pass --force: it then stops with an error"],
      },
    );
  }
  if (version !== "current") return;
  const views = shownIn.length === 0 ? "" : `, which the views in ${shownIn.join(", ")} show`;
  throw new BaseError("DEPLOYMENT_CURRENT", `${namespace} is the current deployment of "${name ?? ""}"${views}`, {
    hints: [
      "index another build of it to the head first: then this one is old",
      "or pass --force: its views are dropped with it",
    ],
  });
}

/** Tables and types, none with what others have built on them. */
async function dropTables(client: PoolClient, namespace: string): Promise<void> {
  const { rows } = await client.query<{ sql: string }>(
    `select 'drop table ' || string_agg(format('%I.%I', n.nspname, c.relname), ', ') as sql
       from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = $1 and c.relkind = 'r' having count(*) > 0
     union all
     select 'drop type ' || string_agg(format('%I.%I', n.nspname, t.typname), ', ')
       from pg_type t join pg_namespace n on n.oid = t.typnamespace
      where n.nspname = $1 and t.typtype = 'e' having count(*) > 0`,
    [namespace],
  );
  for (const { sql } of rows) await client.query(sql);
  await client.query(`drop schema if exists ${quoted(namespace)}`);
}

async function dropping(found: DeploymentInfo, drop: () => Promise<void>): Promise<void> {
  try {
    await drop();
  } catch (error) {
    const { code, detail = "", cause } = error as { code?: string; detail?: string; cause?: { detail?: string } };
    if (code !== IS_NEEDED && code !== "VIEW_NEEDED") throw error;
    throw new BaseError(
      "DEPLOYMENT_NEEDED",
      `others need ${found.namespace}: ${(detail || (cause?.detail ?? "")).replaceAll("\n", "; ")}`,
      { cause: error, hints: ["drop those first"] },
    );
  }
}

/** Deletes the metadata; with a chain's last deployment what is known of the chain, so that another may be indexed. */
async function forget(client: PoolClient, { id, deployment, network }: DeploymentInfo): Promise<void> {
  await client.query(
    `update subgraphs.subgraph s
        set current_version = case when v.id = s.current_version then null else s.current_version end,
            pending_version = case when v.id = s.pending_version then null else s.pending_version end
       from subgraphs.subgraph_version v where v.deployment = $1 and v.id in (s.current_version, s.pending_version)`,
    [deployment],
  );
  await client.query("delete from subgraphs.subgraph_version where deployment = $1", [deployment]);
  await client.query(
    "delete from subgraphs.subgraph s where not exists (select from subgraphs.subgraph_version v where v.subgraph = s.id)",
  );
  await client.query("delete from subgraphs.subgraph_deployment_assignment where id = $1", [id]);
  await client.query("delete from subgraphs.head where id = $1", [id]); // the rest hangs on it
  await client.query("delete from public.deployment_schemas where id = $1", [id]);
  const { rows } = await client.query<{ namespace: string }>(
    `delete from public.chains c where c.name = $1
        and not exists (select from public.deployment_schemas s where s.network = c.name) returning c.namespace`,
    [network],
  );
  for (const { namespace } of rows) await client.query(`drop schema ${quoted(namespace)} cascade`);
}

function inUse(namespace: string, cause: Error): BaseError {
  return new BaseError("DEPLOYMENT_READ", `${namespace} or its views are being read by somebody who doesn't end`, {
    cause,
    isRetryable: true,
    hints: ["try again later", "see pg_stat_activity for who it is"],
  });
}
