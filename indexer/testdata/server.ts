import { randomBytes } from "node:crypto";
import { openTestDatabase, type TestDatabase } from "#database/testing.ts";
import { createPool } from "#kernel/pg.ts";

/** A PostgreSQL server that tests may make databases on, if one is named. */
export const SERVER = process.env["DATABASE_URL"] || process.env["GND_DATABASE_URL"] || "";

/**
 * An empty database: on a real server where one is named, so that several connections really work at the same time;
 * otherwise an embedded one.
 */
export async function openServerDatabase(): Promise<TestDatabase> {
  if (SERVER === "") return openTestDatabase();
  const name = `bc_test_${randomBytes(6).toString("hex")}`;
  const run = async (sql: string): Promise<void> => {
    const pool = createPool(SERVER, { name: "test", max: 1 });
    await pool.query(sql).finally(() => pool.end());
  };
  await run(`create database ${name} encoding 'UTF8' locale 'C' template template0`);
  const url = new URL(SERVER);
  url.pathname = `/${name}`;
  return { url: url.href, close: () => run(`drop database if exists ${name} with (force)`) };
}
