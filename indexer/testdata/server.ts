import { randomBytes } from "node:crypto";
import { openTestDatabase, type TestDatabase } from "#database/testing.ts";
import { createPool } from "#kernel/pg.ts";
import { hasNativePostgres, startNativePostgres } from "./native-postgres.ts";

/** A PostgreSQL server that tests may make databases on, if one is named. */
const GIVEN = process.env["DATABASE_URL"] || process.env["GND_DATABASE_URL"] || "";

/** Whether suites get a real server, on which several connections really work at the same time. */
export const hasServer = GIVEN !== "" || hasNativePostgres;

/** Where a suite makes its databases. */
export interface TestServer {
  /** the server's own, as its superuser; `undefined` where databases are embedded */
  readonly url: string | undefined;
  /** an empty database; it goes with the server, or before */
  open(): Promise<TestDatabase>;
  stop(): Promise<void>;
}

/**
 * A real server: the one that is named, or npm's, started for this suite alone. Where there is neither, each database
 * is an embedded one, which takes several times as long for what suites do all the time: to make tables and drop them.
 */
export async function startTestServer(): Promise<TestServer> {
  if (GIVEN !== "") return { url: GIVEN, open: () => openOn(GIVEN), stop: () => Promise.resolve() };
  if (!hasNativePostgres) return { url: undefined, open: () => openTestDatabase(), stop: () => Promise.resolve() };
  const server = await startNativePostgres();
  return { url: server.url, open: () => openOn(server.url), stop: () => server.stop() };
}

async function openOn(serverUrl: string): Promise<TestDatabase> {
  const name = `bc_test_${randomBytes(6).toString("hex")}`;
  const run = async (sql: string): Promise<void> => {
    const pool = createPool(serverUrl, { name: "test", max: 1 });
    await pool.query(sql).finally(() => pool.end());
  };
  await run(`create database ${name} encoding 'UTF8' locale 'C' template template0`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return { url: url.href, close: () => run(`drop database if exists ${name} with (force)`) };
}
