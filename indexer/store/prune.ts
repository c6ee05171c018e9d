import type { PoolClient } from "#kernel/pg.ts";
import { ALL_HISTORY, type Manifest } from "../manifest/manifest.ts";
import type { Batch } from "./batch.ts";
import { UPPER, qualified } from "./ddl.ts";
import type { Deployment } from "./deployment.ts";

/**
 * Keeps no more history than the manifest's `indexerHints.prune` asks for: versions that ended at or before the
 * earliest block are never written or deleted, as graph-node deletes them. Blocks that may change lose nothing.
 */
export class Pruning {
  private readonly manifest: Manifest;
  private readonly deployment: Deployment;
  private earliest: number;
  /** the highest block known to be final */
  private final = -1;

  constructor(manifest: Manifest, deployment: Deployment) {
    this.manifest = manifest;
    this.deployment = deployment;
    this.earliest = deployment.earliest;
  }

  /**
   * The earliest block whose entities are all kept.
   *
   * @param head the block that indexing has reached
   * @param final the last block up to `head` that can't change anymore
   * @param goal the block that indexing is on its way to: what will be too old then isn't kept on the way
   */
  earliestAt(head: number, final: number, goal = head): number {
    this.final = Math.max(this.final, final);
    const { historyBlocks } = this.manifest;
    if (historyBlocks === ALL_HISTORY) return this.earliest;
    return Math.max(this.earliest, Math.min(this.horizon(Math.max(head, goal)), head, this.final));
  }

  /** Versions that end up to this block won't be kept once `goal` is reached. */
  horizon(goal: number): number {
    return this.manifest.historyBlocks === ALL_HISTORY ? -1 : goal - this.manifest.historyBlocks;
  }

  /** Deletes stored versions that ended at or before `earliest`. */
  async prune(client: PoolClient, earliest: number): Promise<void> {
    if (earliest <= this.earliest) return;
    for (const table of this.manifest.schema.tables) {
      if (table.isImmutable) continue;
      await client.query(
        `delete from ${qualified(this.deployment.namespace, table)} where ${UPPER} <= $1 and ${UPPER} < 2147483647`,
        [earliest],
      );
    }
    await client.query("update subgraphs.deployment set earliest_block_number = $2 where id = $1", [
      this.deployment.id,
      earliest,
    ]);
  }

  /** Notes that `earliest` is committed. */
  advance(earliest: number): void {
    this.earliest = earliest;
  }

  /** The earliest block whose entities are all kept once a batch is written. */
  earliestAfter(batch: Batch, goal: number): number {
    return Math.max(this.earliestAt(batch.last?.number ?? -1, batch.finalTo, goal), batch.droppedTo);
  }
}
