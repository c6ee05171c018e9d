import type { PoolClient } from "#kernel/pg.ts";
import type { EntityType } from "../schema/schema.ts";
import { contextText } from "../runner/data-source.ts";
import type { BlockRef } from "../source/types.ts";
import type { Batch, Clamp } from "./batch.ts";
import { CopyText, copyRows } from "./copy.ts";
import { qualified } from "./ddl.ts";
import type { Deployment } from "./deployment.ts";
import { idText, idType } from "./read.ts";

/**
 * Writes a batch's entities: versions that end first, then the new ones.
 *
 * @param earliest versions that end up to this block aren't kept
 */
export async function writeEntities(
  client: PoolClient,
  namespace: string,
  batch: Batch,
  earliest: number,
): Promise<void> {
  for (const [type, { clamps, versions, rows }] of batch.tables) {
    const isKept = ({ to }: { to: number | undefined }): boolean => to === undefined || to > earliest;
    await endVersions(client, namespace, type, clamps, isKept);
    const text = type.isImmutable ? rows : new CopyText(type);
    for (const version of versions) if (isKept(version)) text.add(version);
    await copyRows(client, namespace, type, text);
  }
}

/** The end of a version, with its entity's id. */
type End = readonly [id: string, end: Clamp];

/** Finds versions by their vids where those are known, else by the ids of their entities. */
function versionsOf(type: EntityType, ends: readonly End[]): { where: string; sqlType: string; keys: string[] } {
  if (!type.hasSerialVid) return { where: "e.vid = v.key", sqlType: "int8", keys: ends.map(([, { vid }]) => `${vid}`) };
  return {
    where: "e.id = v.key and e.block_range @> 2147483647",
    sqlType: idType(type),
    keys: ends.map(([id]) => idText(type, id)),
  };
}

/** Ends stored versions: those that are kept get their end, the others go. */
async function endVersions(
  client: PoolClient,
  namespace: string,
  type: EntityType,
  clamps: ReadonlyMap<string, Clamp>,
  isKept: (clamp: Clamp) => boolean,
): Promise<void> {
  const table = qualified(namespace, type);
  const [kept, gone]: [End[], End[]] = [[], []];
  for (const end of clamps) (isKept(end[1]) ? kept : gone).push(end);
  if (kept.length > 0) {
    const { where, sqlType, keys } = versionsOf(type, kept);
    await client.query(
      `update ${table} e set block_range = int4range(lower(e.block_range), v.upper)
         from unnest($1::text[]::${sqlType}[], $2::int[]) v(key, upper) where ${where}`,
      [keys, kept.map(([, { to }]) => to)],
    );
  }
  if (gone.length > 0) {
    const { where, sqlType, keys } = versionsOf(type, gone);
    await client.query(`delete from ${table} e using unnest($1::text[]::${sqlType}[]) v(key) where ${where}`, [keys]);
  }
}

/** Writes the data sources that the batch's blocks made. */
export async function writeDataSources(client: PoolClient, namespace: string, { dataSources }: Batch): Promise<void> {
  if (dataSources.length === 0) return;
  await client.query(
    `insert into ${namespace}."data_sources$" (block_range, causality_region, manifest_idx, param, context)
     select int4range(v.block, null), 0, v.manifest_idx, decode(v.param, 'hex'), v.context::jsonb
       from unnest($1::int[], $2::int[], $3::text[], $4::text[]) with ordinality v(block, manifest_idx, param, context, position)
      order by position`,
    [
      dataSources.map(({ createdAt }) => createdAt),
      dataSources.map(({ definition }) => definition.manifestIndex),
      dataSources.map(({ address }) => (address ?? "0x").slice(2)),
      dataSources.map(contextText),
    ],
  );
}

/** Remembers the hashes of blocks that may still change. */
export async function writeBlocks(client: PoolClient, chainNamespace: string, { recentBlocks }: Batch): Promise<void> {
  if (recentBlocks.length === 0) return;
  await client.query(
    `insert into ${chainNamespace}.blocks (hash, number, parent_hash, data)
     select decode(v.hash, 'hex'), v.number, decode(v.parent, 'hex'), jsonb_build_object('timestamp', v.time)
       from unnest($1::text[], $2::int8[], $3::text[], $4::int8[]) v(hash, number, parent, time)
     on conflict (hash) do nothing`,
    [
      recentBlocks.map(({ hash }) => hash.slice(2)),
      recentBlocks.map(({ number }) => number),
      recentBlocks.map(({ header }) => header.parentHash.slice(2)),
      recentBlocks.map(({ time }) => time),
    ],
  );
}

/** Whether the head stands at a block. Ask once the lease is renewed: that waits for a transaction still under way. */
export async function isHeadAt(client: PoolClient, { id }: Deployment, block: BlockRef | undefined): Promise<boolean> {
  const { rows } = await client.query<{ hash: string | null }>(
    "select '0x' || encode(block_hash, 'hex') as hash from subgraphs.head where id = $1",
    [id],
  );
  return (rows[0]?.hash ?? undefined) === block?.hash;
}

/** Moves the head to the batch's last block, and with it the cursor. */
export async function writeHead(client: PoolClient, { id }: Deployment, batch: Batch): Promise<void> {
  const { last } = batch;
  if (!last) return;
  await client.query(
    `update subgraphs.head set block_number = $2, block_hash = decode($3, 'hex'), entity_count = entity_count + $4 where id = $1`,
    [id, last.number, last.hash.slice(2), batch.entityCountChange],
  );
  await client.query(
    `insert into subgraphs.head_time (id, block_timestamp, written_at) values ($1, $2, now())
     on conflict (id) do update set block_timestamp = excluded.block_timestamp, written_at = excluded.written_at`,
    [id, last.time],
  );
}
