import { fileURLToPath } from "node:url";
import { migrate } from "#database/migrate.ts";
import { migrated, openTestDatabase, type TestDatabase } from "#database/testing.ts";
import { silentLogger } from "#kernel/log.ts";
import { createRegistry } from "#kernel/metrics.ts";
import { createPool, type Pool, type QueryResultRow } from "#kernel/pg.ts";
import { createInstruments } from "../instruments.ts";
import { BatchWriter } from "../write/batch-writer.ts";
import { registerCollector } from "../write/watermark.ts";

const SQL = fileURLToPath(new URL("../../sql", import.meta.url));

/** A database with our tables. */
export interface TelemetryDatabase extends TestDatabase {
  pool: Pool;
  /** runs a query and gives its rows */
  rows<T extends QueryResultRow>(sql: string, parameters?: unknown[]): Promise<T[]>;
}

/** An empty database with our tables. */
export async function openTelemetryDatabase(): Promise<TelemetryDatabase> {
  const database = await openTestDatabase({ content: migrated({ room: "collector", dir: SQL }) });
  const pool = createPool(database.url, { name: "test", max: 2 });
  return {
    ...database,
    pool,
    rows: async <T extends QueryResultRow>(sql: string, parameters: unknown[] = []) =>
      (await pool.query<T>(sql, parameters)).rows,
    close: async () => {
      await pool.end();
      await database.close();
    },
  };
}

/**
 * The policies run no more, for a suite that decides itself what is materialized. Call it before anything is written: the
 * first runs come within two seconds of the migration.
 */
export async function stopPolicies({ pool }: TelemetryDatabase): Promise<void> {
  await pool.query(
    "select alter_job(job_id, scheduled => false) from timescaledb_information.jobs where job_id >= 1000",
  );
}

/** Applies our migrations. */
export async function migrateTelemetry(databaseUrl: string): Promise<void> {
  await migrate(databaseUrl, [{ room: "collector", dir: SQL }], silentLogger);
}

/** A writer in the name of a collector, as a start of the collector makes it. */
export async function openWriter(pool: Pool, name = "test"): Promise<{ writer: BatchWriter; collectorKey: number }> {
  const nothing = (): number => 0;
  const readings = {
    targetCount: nothing,
    lateScrapes: nothing,
    spoolBytes: nothing,
    spoolRecords: nothing,
    droppedRecords: nothing,
    lagSeconds: nothing,
  };
  const { key: collectorKey } = await registerCollector(pool, name, Date.now());
  const instruments = createInstruments(createRegistry("test"), readings);
  const writer = new BatchWriter({ pool, logger: silentLogger, instruments, collectorKey, labelsOf: () => ({}) });
  return { writer, collectorKey };
}
