import type pg from "pg";
import { BaseError, messageOf } from "#kernel/errors.ts";
import type { Logger } from "#kernel/log.ts";
import { connectClient } from "#kernel/pg.ts";
import { readMigrations, type Migration, type MigrationSource, type MigrationStatement } from "./migration/files.ts";
import { MigrationLease } from "./migration/lease.ts";

export type { MigrationSource } from "./migration/files.ts";

/**
 * Brings a database's schema up to the files `NNNN_name.sql` of each source, in the order of sources and numbers. Each
 * file runs once, in one transaction; a file whose first line is `-- no-transaction` runs part by part (parts end at
 * lines `--;;`), outside any transaction, and must stand being run again after a failure. Two runs at once are safe.
 *
 * @returns the files applied now, as `room/NNNN_name.sql`
 * @throws BaseError `MIGRATION_FAILED` naming file, line and statement; `MIGRATION_EDITED`, `MIGRATION_UNKNOWN`,
 *   `MIGRATION_ORDER`, `MIGRATION_NAME`, `MIGRATION_FOLDER`, `MIGRATION_LEASE_LOST`, `DATABASE_UNREACHABLE`
 */
export async function migrate(
  databaseUrl: string,
  sources: readonly MigrationSource[],
  logger: Logger,
): Promise<{ applied: string[] }> {
  const migrations = sources.map((source) => ({ room: source.room, files: readMigrations(source) }));
  const client = await connectClient(databaseUrl, { application_name: "migrate" });
  try {
    const lease = new MigrationLease(client, logger);
    await lease.take();
    try {
      const applied: string[] = [];
      for (const { room, files } of migrations) {
        for (const migration of await findPending(client, room, files)) {
          await apply(client, lease, migration);
          applied.push(`${room}/${migration.name}`);
          logger.info({ migration: `${room}/${migration.name}` }, "migration applied");
        }
      }
      return { applied };
    } finally {
      await lease.release().catch(() => undefined); // it expires by itself
    }
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function findPending(client: pg.Client, room: string, files: readonly Migration[]): Promise<Migration[]> {
  const { rows } = await client.query<{ name: string; sha256: string }>(
    "select name, sha256 from public.migration where room = $1 order by name",
    [room],
  );
  const applied = new Map(rows.map(({ name, sha256 }) => [name, sha256]));
  const last = rows.at(-1)?.name ?? "";
  const isKnown = new Set(files.map(({ name }) => name));
  const unknown = rows.find(({ name }) => !isKnown.has(name));
  if (unknown) {
    throw new BaseError(
      "MIGRATION_UNKNOWN",
      `the database has ${room}/${unknown.name}, which this version doesn't have`,
      {
        hints: ["run the version that made this database, or a newer one", "or use a new database"],
      },
    );
  }
  for (const { name, sha256 } of files) checkFile(room, name, sha256, applied.get(name), last);
  return files.filter(({ name }) => !applied.has(name));
}

function checkFile(room: string, name: string, sha256: string, applied: string | undefined, last: string): void {
  if (applied !== undefined && applied !== sha256) {
    throw new BaseError("MIGRATION_EDITED", `${room}/${name} has been edited after it was applied to this database`, {
      hints: ["put the file back as it was, and write the change as a new migration", "or use a new database"],
    });
  }
  if (applied === undefined && name < last) {
    throw new BaseError("MIGRATION_ORDER", `${room}/${name} comes before ${last}, which is applied already`, {
      hints: ["give it the next free number"],
    });
  }
}

async function apply(client: pg.Client, lease: MigrationLease, migration: Migration): Promise<void> {
  if (!migration.isTransaction) {
    for (const statement of migration.statements) {
      await lease.renew();
      await runStatement(client, migration, statement);
    }
  }
  await client.query("begin");
  try {
    await lease.renew();
    if (migration.isTransaction) {
      for (const statement of migration.statements) await runStatement(client, migration, statement);
    }
    await client.query("insert into public.migration (room, name, sha256) values ($1, $2, $3)", [
      migration.room,
      migration.name,
      migration.sha256,
    ]);
    await client.query("commit");
  } catch (error) {
    await client.query("rollback").catch(() => undefined);
    throw error;
  }
}

async function runStatement(client: pg.Client, migration: Migration, { sql, line }: MigrationStatement): Promise<void> {
  try {
    await client.query(sql);
  } catch (error) {
    const { position, hint } = error as { position?: string; hint?: string };
    const faultLine = position === undefined ? line : line + linesBefore(sql, Number(position) - 1);
    throw new BaseError(
      "MIGRATION_FAILED",
      `${migration.room}/${migration.name}, line ${faultLine}: ${messageOf(error)} in: ${excerpt(sql)}`,
      {
        cause: error,
        hints: [
          ...(hint === undefined ? [] : [hint]),
          migration.isTransaction
            ? `correct ${migration.path}; nothing of it was applied`
            : `correct ${migration.path}; the statements before this one were applied and will run again`,
        ],
      },
    );
  }
}

const linesBefore = (sql: string, index: number): number => sql.slice(0, index).split("\n").length - 1;

function excerpt(sql: string): string {
  const text = sql
    .replaceAll(/--[^\n]*/g, " ")
    .replaceAll(/\s+/g, " ")
    .trim();
  return text.length > 120 ? `${text.slice(0, 117)}...` : text;
}
