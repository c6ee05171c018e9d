import { withTransaction, type Pool, type PoolClient } from "#kernel/pg.ts";
import type { LinkedBlock } from "../chain/window.ts";
import { ALL_HISTORY, type ContextValue, type Manifest } from "../manifest/manifest.ts";
import type { DataSource } from "../runner/data-source.ts";
import type { BlockRef } from "../source/types.ts";
import type { Batch } from "./batch.ts";
import { indexesOf } from "./ddl.ts";
import type { Deployment } from "./deployment.ts";
import { clearTrouble, noteTrouble, writeFailures, type Failure } from "./failures.ts";
import { isHeadAt, writeBlocks, writeDataSources, writeEntities, writeHead } from "./flush.ts";
import { PostponedIndexes } from "./indexes.ts";
import type { Lease } from "./lease.ts";
import { Pruning } from "./prune.ts";
import { StoreReader } from "./read.ts";
import { revertHead, revertTables } from "./revert.ts";
import { Rollups } from "./rollup.ts";
import { switchViews } from "./views.ts";

/** A deployment's tables: everything of a batch is written in one transaction, or nothing. */
export class Store {
  readonly reader: StoreReader;
  private readonly rollups: Rollups;
  private hasTrouble = true;
  private readonly pool: Pool;
  private readonly manifest: Manifest;
  private readonly deployment: Deployment;
  private readonly lease: Lease;
  private readonly indexes: PostponedIndexes;
  private readonly pruning: Pruning;

  constructor(pool: Pool, manifest: Manifest, deployment: Deployment, lease: Lease) {
    this.pool = pool;
    this.manifest = manifest;
    this.deployment = deployment;
    this.lease = lease;
    const indexes = indexesOf(manifest.schema, deployment.namespace, manifest.historyBlocks !== ALL_HISTORY);
    this.indexes = new PostponedIndexes(pool, deployment, indexes);
    this.pruning = new Pruning(manifest, deployment);
    this.reader = new StoreReader(pool, deployment.namespace, this.indexes);
    this.rollups = new Rollups(manifest.schema, deployment.namespace);
  }

  /** Reads what writing goes on from. */
  async open(): Promise<void> {
    await this.rollups.load(this.pool);
  }

  private transaction(body: (client: PoolClient) => Promise<void>): Promise<void> {
    return withTransaction(this.pool, async (client) => {
      await this.lease.renew(client);
      await body(client);
    });
  }

  /**
   * Writes a batch: entities, rollups, data sources, hashes, faults and the cursor.
   *
   * @param goal the block that indexing is on its way to
   * @param isAgain an earlier try may have been committed, its answer lost: then it stays with that
   */
  async write(batch: Batch, goal: number, isAgain = false): Promise<void> {
    if (batch.isEmpty) return;
    const { deployment } = this;
    const { isFatal } = batch;
    const earliest = this.pruning.earliestAfter(batch, goal);
    const failures = batch.failures.map<Failure>((failure) => ({ ...failure, isDeterministic: true }));
    await this.transaction(async (client) => {
      if (isAgain && (await isHeadAt(client, deployment, batch.last))) return;
      await writeEntities(client, deployment.namespace, batch, earliest);
      if (batch.finalTo >= 0) await this.pruning.prune(client, earliest);
      await this.rollups.fill(client, batch.blockTimes);
      await writeDataSources(client, deployment.namespace, batch);
      await writeBlocks(client, deployment.chainNamespace, batch);
      if (this.hasTrouble) await clearTrouble(client, deployment);
      await writeFailures(client, deployment, failures, isFatal);
      await writeHead(client, deployment, batch);
    });
    if (batch.finalTo >= 0) this.pruning.advance(earliest);
    this.hasTrouble = isFatal;
    this.rollups.advance(batch.blockTimes);
  }

  /** Versions that end up to this block won't be kept once indexing has reached `goal`. */
  horizon(goal: number): number {
    return this.pruning.horizon(goal);
  }

  /** Undoes every block above `target`, all without one; nothing if the head is there already. */
  async revertTo(target: BlockRef | undefined): Promise<void> {
    await this.transaction(async (client) => {
      if (await isHeadAt(client, this.deployment, target)) return;
      const change = await revertTables(client, this.deployment, this.manifest.schema, target?.number ?? -1);
      await revertHead(client, this.deployment, target, change);
    });
    await this.rollups.load(this.pool);
  }

  /** History is indexed: makes the indexes that were put off. */
  async finishHistory(): Promise<void> {
    if (this.indexes.areWaiting) await this.indexes.createAll();
  }

  /** Forgets the hashes of blocks below `block`, which can't change anymore, and what history behind `head` is too old. */
  async finalize(block: BlockRef, head: number): Promise<void> {
    const earliest = this.pruning.earliestAt(head, block.number);
    await this.transaction(async (client) => {
      await this.pruning.prune(client, earliest);
      await client.query(`delete from ${this.deployment.chainNamespace}.blocks where number < $1`, [block.number]);
    });
    this.pruning.advance(earliest);
  }

  /** Renews the lease while there is nothing to write. */
  async heartbeat(): Promise<void> {
    await this.lease.renew(this.pool);
  }

  /** Notes a fault that may pass. */
  async noteTrouble(failure: Failure): Promise<void> {
    this.hasTrouble = true;
    await noteTrouble(this.pool, this.deployment, failure);
  }

  /** Notes that the head was reached, makes the deployment its name's current one and switches the views to it. */
  async markSynced(block: BlockRef, viewsSchema: string | undefined): Promise<void> {
    await this.transaction(async (client) => {
      await client.query(
        "update subgraphs.deployment set synced_at = coalesce(synced_at, now()), synced_at_block_number = coalesce(synced_at_block_number, $2) where id = $1",
        [this.deployment.id, block.number],
      );
      await client.query(
        `update subgraphs.subgraph s set current_version = v.id, pending_version = null
           from subgraphs.subgraph_version v where v.deployment = $1 and s.pending_version = v.id`,
        [this.manifest.id],
      );
      if (viewsSchema !== undefined) await this.switchViews(client, viewsSchema);
    });
  }

  /** Makes the views of a deployment that is the current one of its name, so that they are there while it syncs. */
  async offerViews(viewsSchema: string): Promise<void> {
    await this.transaction(async (client) => {
      const { rows } = await client.query(
        `select from subgraphs.subgraph s join subgraphs.subgraph_version v on v.id = s.current_version where v.deployment = $1`,
        [this.manifest.id],
      );
      if (rows.length > 0) await this.switchViews(client, viewsSchema);
    });
  }

  private switchViews(client: PoolClient, viewsSchema: string): Promise<void> {
    return switchViews(client, viewsSchema, this.deployment, this.manifest.id);
  }

  /** The indexed blocks whose hashes are kept: the head's ancestors, as far as they are known. */
  async recentBlocks(head: BlockRef): Promise<LinkedBlock[]> {
    const { rows } = await this.pool.query<{ number: bigint; hash: string; parent: string }>(
      `select number, '0x' || encode(hash, 'hex') as hash, '0x' || encode(parent_hash, 'hex') as parent
         from ${this.deployment.chainNamespace}.blocks where number <= $1`,
      [head.number],
    );
    const byHash = new Map(rows.map((row) => [row.hash, row]));
    const result: LinkedBlock[] = [];
    for (let row = byHash.get(head.hash); row; row = byHash.get(row.parent)) {
      result.push({ number: Number(row.number), hash: row.hash, parentHash: row.parent });
    }
    return result;
  }

  /** The data sources that handlers made, in order. */
  async dataSources(): Promise<DataSource[]> {
    const { rows } = await this.pool.query<{
      block: number;
      index: number;
      param: string;
      context: Record<string, ContextValue> | null;
    }>(
      `select lower(block_range) as block, manifest_idx as index, '0x' || encode(param, 'hex') as param, context
         from ${this.deployment.namespace}."data_sources$" order by vid`,
    );
    return rows.flatMap(({ block, index, param, context }) => {
      const definition = this.manifest.templates.find(({ manifestIndex }) => manifestIndex === index);
      if (!definition) return [];
      return [
        {
          definition,
          address: param,
          startBlock: block,
          createdAt: block,
          context: context === null ? undefined : new Map(Object.entries(context)),
        },
      ];
    });
  }

  /** Bytes of the deployment's tables and indexes. */
  async size(): Promise<number> {
    const { rows } = await this.pool.query<{ bytes: bigint }>(
      `select coalesce(sum(pg_total_relation_size(oid)), 0)::int8 as bytes from pg_class
        where relnamespace = $1::regnamespace and relkind in ('r', 'm')`,
      [this.deployment.namespace],
    );
    return Number(rows[0]?.bytes ?? 0n);
  }

  /** Gives up the right to write. */
  async close(): Promise<void> {
    await this.lease.release(this.pool);
  }
}
