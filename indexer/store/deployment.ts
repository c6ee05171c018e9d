import { randomBytes } from "node:crypto";
import type { Pool, PoolClient } from "#kernel/pg.ts";
import { withTransaction } from "#kernel/pg.ts";
import { checkSameChain, type ChainIdentity } from "../chain/identity.ts";
import { isDuplicate } from "../faults.ts";
import { ALL_HISTORY, type Manifest } from "../manifest/manifest.ts";
import type { BlockRef } from "../source/types.ts";
import { deploymentSql } from "./ddl.ts";
import { chainTablesSql, createMetadata } from "./metadata.ts";

/** A deployment in the database. */
export interface Deployment {
  readonly id: number;
  /** the schema of its tables, `sgd<n>` */
  readonly namespace: string;
  /** the schema of its chain's blocks, `chain<n>` */
  readonly chainNamespace: string;
  /** the last indexed block; `undefined` when nothing was */
  readonly head: BlockRef | undefined;
  /** a deterministic error stopped it at its head */
  readonly isFailed: boolean;
  readonly isSynced: boolean;
  /** versions that ended at or before this block may be gone */
  readonly earliest: number;
  /** the indexes that history is indexed without are made */
  readonly hasAllIndexes: boolean;
}

/** A deployment as it was found, with what its health begins with. */
export interface FoundDeployment extends Deployment {
  /** time of the head's block, in seconds since 1970; `undefined` when nothing was indexed */
  readonly headTime: number | undefined;
  /** handlers failed at earlier blocks, which the subgraph says isn't fatal */
  readonly hasErrors: boolean;
}

interface DeploymentRow {
  id: number;
  name: string;
  namespace: string;
  block_number: number | null;
  block_hash: string | null;
  is_failed: boolean;
  is_synced: boolean;
  earliest: number;
  has_all_indexes: boolean;
  head_time: bigint | null;
  has_errors: boolean;
}

/**
 * Opens the deployment of a built subgraph, or makes it.
 *
 * @param subgraph the name that deployments of later builds share
 * @param anchor reads the block before the first to index
 * @throws BaseError `CHAIN_CHANGED`
 */
export async function openDeployment(
  pool: Pool,
  manifest: Manifest,
  chain: ChainIdentity,
  subgraph: string,
  anchor: () => Promise<BlockRef | undefined>,
): Promise<FoundDeployment> {
  await withTransaction(pool, createMetadata);
  const known = await findChain(pool, manifest.network);
  if (known) checkSameChain(known, chain, manifest.network);
  const found = await findDeployment(pool, manifest.id);
  if (found) {
    await withTransaction(pool, (client) => returnTo(client, manifest.id, subgraph));
    return found;
  }
  const start = await anchor(); // no request to the node inside the transaction
  await withTransaction(pool, async (client) => {
    await insertChain(client, manifest.network, chain);
    await insertDeployment(client, manifest, subgraph, start);
  }).catch((error: unknown) => {
    if (!isDuplicate(error)) throw error; // else another indexer was faster: the lease decides
  });
  return (await findDeployment(pool, manifest.id)) as FoundDeployment;
}

async function findChain(pool: Pool, network: string): Promise<ChainIdentity | undefined> {
  const { rows } = await pool.query<{ net_version: string; genesis_block_hash: string }>(
    "select net_version, genesis_block_hash from public.chains where name = $1",
    [network],
  );
  const row = rows[0];
  return row && { chainId: row.net_version, genesisHash: `0x${row.genesis_block_hash.replace(/^0x/, "")}` };
}

async function findDeployment(pool: Pool, id: string): Promise<FoundDeployment | undefined> {
  const { rows } = await pool.query<DeploymentRow>(
    `select s.id, s.name, c.namespace,
            coalesce(h.block_number, m.start_block_number) as block_number,
            '0x' || encode(coalesce(h.block_hash, m.start_block_hash), 'hex') as block_hash,
            d.failed and coalesce(e.deterministic, true) as is_failed, d.synced_at is not null as is_synced,
            d.earliest_block_number as earliest, d.postponed_indexes_created as has_all_indexes,
            t.block_timestamp as head_time, cardinality(d.non_fatal_errors) > 0 as has_errors
       from public.deployment_schemas s
       join public.chains c on c.name = s.network
       join subgraphs.head h on h.id = s.id
       join subgraphs.deployment d on d.id = s.id
       join subgraphs.subgraph_manifest m on m.id = s.id
       left join subgraphs.head_time t on t.id = s.id
       left join subgraphs.subgraph_error e on e.id = d.fatal_error
      where s.subgraph = $1 and s.active`,
    [id],
  );
  const row = rows[0];
  if (!row) return undefined;
  const head = row.block_number === null ? undefined : { number: row.block_number, hash: row.block_hash ?? "" };
  return {
    id: row.id,
    namespace: row.name,
    chainNamespace: row.namespace,
    head,
    isFailed: row.is_failed,
    isSynced: row.is_synced,
    earliest: row.earliest,
    hasAllIndexes: row.has_all_indexes,
    headTime: row.head_time === null ? undefined : Number(row.head_time),
    hasErrors: row.has_errors,
  };
}

async function insertChain(client: PoolClient, network: string, chain: ChainIdentity): Promise<void> {
  await client.query(
    `insert into public.chains (name, net_version, genesis_block_hash, shard) values ($1, $2, $3, 'primary')
     on conflict (name) do nothing`,
    [network, chain.chainId, chain.genesisHash.slice(2)],
  );
  const { rows } = await client.query<{ namespace: string }>("select namespace from public.chains where name = $1", [
    network,
  ]);
  await client.query(chainTablesSql(rows[0]?.namespace ?? "chain1"));
}

async function insertDeployment(
  client: PoolClient,
  manifest: Manifest,
  subgraph: string,
  start: BlockRef | undefined,
): Promise<void> {
  const { rows } = await client.query<{ id: number; name: string }>(
    `insert into public.deployment_schemas (subgraph, version, shard, network, active)
     values ($1, 1, 'primary', $2, true) returning id, name`,
    [manifest.id, manifest.network],
  );
  const { id, name } = rows[0] as { id: number; name: string };
  await client.query("insert into subgraphs.head (id, entity_count) values ($1, 0)", [id]);
  await client.query(
    `insert into subgraphs.deployment (id, subgraph, health, failed, earliest_block_number) values ($1, $2, 'healthy', false, $3)`,
    [id, manifest.id, start?.number ?? 0],
  );
  await client.query(
    `insert into subgraphs.subgraph_manifest
       (id, spec_version, description, schema, features, use_bytea_prefix, start_block_number, start_block_hash, raw_yaml, history_blocks)
     values ($1, $2, $3, $4, $5, true, $6, decode($7, 'hex'), $8, $9)`,
    [
      id,
      manifest.specVersion,
      manifest.description ?? null,
      manifest.schema.source,
      manifest.features,
      start?.number ?? null,
      start?.hash.slice(2) ?? null,
      manifest.raw,
      manifest.historyBlocks,
    ],
  );
  await client.query(deploymentSql(manifest.schema, name, manifest.historyBlocks !== ALL_HISTORY));
  await insertVersion(client, manifest.id, subgraph);
}

/** Makes a known deployment that is neither current nor pending a version of its name once more: its turn has come again. */
async function returnTo(client: PoolClient, deployment: string, subgraph: string): Promise<void> {
  const { rows } = await client.query(
    `select from subgraphs.subgraph s join subgraphs.subgraph_version v on v.id in (s.current_version, s.pending_version)
      where s.name = $1 and v.deployment = $2`,
    [subgraph, deployment],
  );
  if (rows.length === 0) await insertVersion(client, deployment, subgraph);
}

/** Makes the deployment the pending version of its name; the first one is current at once. */
async function insertVersion(client: PoolClient, deployment: string, subgraph: string): Promise<void> {
  const newId = (): string => randomBytes(16).toString("hex");
  const createdAt = Math.floor(Date.now() / 1000);
  await client.query(
    `insert into subgraphs.subgraph (id, name, created_at, block_range) values ($1, $2, $3, '[-1,)') on conflict (name) do nothing`,
    [newId(), subgraph, createdAt],
  );
  const version = newId();
  await client.query(
    `insert into subgraphs.subgraph_version (id, subgraph, deployment, created_at, block_range)
     select $1, id, $2, $3, '[-1,)' from subgraphs.subgraph where name = $4`,
    [version, deployment, createdAt, subgraph],
  );
  await client.query(
    `update subgraphs.subgraph
        set pending_version = case when current_version is null then null else $1 end,
            current_version = coalesce(current_version, $1)
      where name = $2`,
    [version, subgraph],
  );
}
