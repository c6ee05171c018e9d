import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startNativeTimescale } from "#collector/src/testing/native-timescale.ts";
import { migrate } from "#database/migrate.ts";
import { startEmbeddedDatabase } from "#database/supervisor.ts";
import { makeDatabaseFolder } from "#database/testing.ts";
import { silentLogger } from "#kernel/log.ts";
import { createPool } from "#kernel/pg.ts";

/** A database to be measured, with our tables. */
export interface MeasuredDatabase {
  readonly url: string;
  /** of its server, of which all processes count */
  readonly pid: number;
  stop(): Promise<void>;
}

/** Which one: npm's, or a server that this machine has. */
export type DatabaseKind = "embedded" | "native";

/** Starts an empty database and makes our tables in it. */
export async function openDatabase(kind: DatabaseKind): Promise<MeasuredDatabase> {
  const database = await (kind === "embedded" ? openEmbedded() : openNative());
  const sql = fileURLToPath(new URL("../collector/sql", import.meta.url));
  await migrate(database.url, [{ room: "collector", dir: sql }], silentLogger);
  return database;
}

async function openEmbedded(): Promise<MeasuredDatabase> {
  const dir = mkdtempSync(join(tmpdir(), "bc-bench-collect-"));
  await makeDatabaseFolder(join(dir, "database"));
  const options = { dir: join(dir, "database"), host: "127.0.0.1", port: 0, logger: silentLogger };
  const database = await startEmbeddedDatabase(options);
  return {
    url: database.url,
    pid: database.pid,
    stop: async () => {
      await database.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

async function openNative(): Promise<MeasuredDatabase> {
  const settings = { shared_buffers: "1GB", max_wal_size: "4GB", max_worker_processes: "32" };
  const database = await startNativeTimescale({ isDurable: true, settings });
  const pool = createPool(database.url, { name: "bench", max: 1 });
  await pool.query("create extension if not exists timescaledb").finally(() => pool.end());
  return database;
}
