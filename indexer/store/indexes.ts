import type { Pool } from "#kernel/pg.ts";
import type { Column, Table } from "../schema/schema.ts";
import { qualified, type Index } from "./ddl.ts";
import type { Deployment } from "./deployment.ts";

/**
 * The indexes that indexing history does without: keeping them up to date costs more than all else the database does.
 * One that a lookup needs before is made then; the rest once history is indexed.
 */
export class PostponedIndexes {
  private readonly pool: Pool;
  private readonly deployment: Deployment;
  private waiting: readonly Index[];
  private readonly tables: ReadonlySet<Table>;

  constructor(pool: Pool, deployment: Deployment, indexes: readonly Index[]) {
    this.pool = pool;
    this.deployment = deployment;
    this.waiting = deployment.hasAllIndexes ? [] : indexes.filter(({ canWait }) => canWait);
    this.tables = new Set(this.waiting.map(({ table }) => table));
  }

  /** Whether some don't exist yet. */
  get areWaiting(): boolean {
    return this.waiting.length > 0;
  }

  /** Makes the index that a lookup by `column` uses, if it waits. */
  async ensure(table: Table, column: Column): Promise<void> {
    const index = this.waiting.find((item) => item.table === table && item.column === column);
    if (!index) return;
    await this.pool.query(index.sql);
    this.waiting = this.waiting.filter((item) => item !== index);
  }

  /** Makes all. Each by itself, so that the lease can be renewed meanwhile; after a crash it goes on. */
  async createAll(): Promise<void> {
    for (const { sql } of this.waiting) await this.pool.query(sql);
    // an embedded database has nobody who gathers statistics by and by
    for (const table of this.tables) await this.pool.query(`analyze ${qualified(this.deployment.namespace, table)}`);
    await this.pool.query("update subgraphs.deployment set postponed_indexes_created = true where id = $1", [
      this.deployment.id,
    ]);
    this.waiting = [];
  }
}
