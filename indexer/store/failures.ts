import { createHash } from "node:crypto";
import type { Pool, PoolClient } from "#kernel/pg.ts";
import type { BlockRef } from "../source/types.ts";
import type { Deployment } from "./deployment.ts";

/** A fault of the subgraph at a block. */
export interface Failure {
  readonly block: BlockRef;
  readonly handler: string | undefined;
  readonly message: string;
  readonly isDeterministic: boolean;
}

/** Writes a fault and its id. */
async function insertError(client: Pick<PoolClient, "query">, { id }: Deployment, failure: Failure): Promise<string> {
  const { block, handler, message, isDeterministic } = failure;
  const errorId = createHash("sha256")
    .update(`${id}/${block.hash}/${handler ?? ""}/${message}`)
    .digest("hex")
    .slice(0, 32);
  await client.query(
    `insert into subgraphs.subgraph_error (id, subgraph_id, message, block_hash, handler, block_range, deterministic)
     select $2, subgraph, $3, decode($4, 'hex'), $5, int4range($6, null), $7
       from subgraphs.deployment d
      where d.id = $1 and not exists (select from subgraphs.subgraph_error e where e.id = $2)`,
    [id, errorId, message, block.hash.slice(2), handler ?? null, block.number, isDeterministic],
  );
  return errorId;
}

/**
 * Writes the deterministic faults of a batch: a fatal one stops the deployment at its block, others are kept beside
 * what the block's other handlers did.
 */
export async function writeFailures(
  client: PoolClient,
  deployment: Deployment,
  failures: readonly Failure[],
  isFatal: boolean,
): Promise<void> {
  const ids: string[] = [];
  for (const failure of failures) ids.push(await insertError(client, deployment, failure));
  if (ids.length === 0) return;
  await client.query(
    isFatal
      ? "update subgraphs.deployment set health = 'failed', failed = true, fatal_error = ($2::text[])[1] where id = $1"
      : "update subgraphs.deployment set health = 'unhealthy', non_fatal_errors = non_fatal_errors || $2::text[] where id = $1",
    [deployment.id, ids],
  );
}

/** Notes a fault that may pass: the deployment is shown as failed until its head moves on. */
export async function noteTrouble(pool: Pool, deployment: Deployment, failure: Failure): Promise<void> {
  const id = await insertError(pool, deployment, failure);
  await pool.query("update subgraphs.deployment set health = 'failed', failed = true, fatal_error = $2 where id = $1", [
    deployment.id,
    id,
  ]);
}

/** Clears what `noteTrouble` noted, once the head has moved. */
export async function clearTrouble(client: PoolClient, { id }: Deployment): Promise<void> {
  const { rows } = await client.query<{ fatal_error: string | null }>(
    `update subgraphs.deployment d
        set health = case when cardinality(non_fatal_errors) > 0 then 'unhealthy' else 'healthy' end,
            failed = false, fatal_error = null
       from (select fatal_error from subgraphs.deployment where id = $1) before
      where d.id = $1 and d.failed returning before.fatal_error`,
    [id],
  );
  await client.query("delete from subgraphs.subgraph_error where id = $1 and not deterministic", [
    rows[0]?.fatal_error ?? null,
  ]);
}
