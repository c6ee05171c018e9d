import { Socket } from "node:net";
import pg from "pg";
import { BaseError, messageOf } from "./errors.ts";

export type { Pool, PoolClient, QueryConfig, QueryResult, QueryResultRow } from "pg";

const OID = { int8: 20, date: 1082, numericArray: 1231, numeric: 1700 } as const;

/**
 * How PostgreSQL's values reach us: int8 as `bigint`, numeric and date as text, numeric[] as text[] (the driver's own
 * parser loses digits), timestamptz as `Date` (milliseconds).
 */
const types = new pg.TypeOverrides();
types.setTypeParser(OID.int8, BigInt);
types.setTypeParser(OID.numeric, String);
types.setTypeParser(OID.date, String);
types.setTypeParser(OID.numericArray, parseNumericArray);

function parseNumericArray(text: string): (string | null)[] {
  const body = text.slice(1, -1);
  return body === "" ? [] : body.split(",").map((item) => (item === "NULL" ? null : item));
}

/** Options of `createPool`. */
export interface PoolOptions {
  /** shown in `pg_stat_activity` */
  name: string;
  max?: number;
  /**
   * whether its clients send a statement without waiting for the one before. Each still fails by itself, and what a
   * transaction does after that is up to who began it. Not for COPY.
   */
  isPipelined?: boolean;
}

type Written = (error?: Error | null) => void;

/** A socket that sends together what is written before the process looks up: a write costs more than what is in it. */
class GatheringSocket extends Socket {
  #isGathering = false;

  override write(chunk: string | Uint8Array, encoding?: BufferEncoding | Written, written?: Written): boolean {
    if (!this.#isGathering) {
      this.#isGathering = true;
      this.cork();
      process.nextTick(() => {
        this.#isGathering = false;
        this.uncork();
      });
    }
    return super.write(chunk, encoding as BufferEncoding, written);
  }
}

/**
 * A pool on a `DATABASE_URL`, with the value mapping above. The embedded database has one backend: never use the pool
 * inside an open transaction, keep transactions short, and use only `SET LOCAL`.
 */
export function createPool(databaseUrl: string, { name, max = 10, isPipelined = false }: PoolOptions): pg.Pool {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    application_name: name,
    max,
    types,
    connectionTimeoutMillis: 10_000,
    ...(isPipelined ? { pipeline: true, stream: () => new GatheringSocket() } : {}),
  });
  // A client that loses its server says so in its next query; without a listener the event would end the process.
  pool.on("error", () => undefined);
  pool.on("connect", (client) => client.on("error", () => undefined));
  return pool;
}

/** Runs `body` in one transaction on one client; rolls back when it throws. */
export async function withTransaction<T>(pool: pg.Pool, body: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query("begin");
    const result = await body(client);
    await client.query("commit");
    client.release();
    return result;
  } catch (error) {
    // A client whose rollback fails is broken: it must not go back to the pool.
    const broken = await client.query("rollback").then(
      () => undefined,
      (fault: unknown) => fault as Error,
    );
    client.release(broken);
    throw error;
  }
}

const MENDS: Record<string, string> = {
  ECONNREFUSED: "start the server, or correct host and port in DATABASE_URL",
  ENOTFOUND: "correct the host in DATABASE_URL",
  EAI_AGAIN: "correct the host in DATABASE_URL",
  "28P01": "correct user and password in DATABASE_URL",
  "28000": "correct user and password in DATABASE_URL",
  "3D000": "create the database, or correct its name in DATABASE_URL",
};

/**
 * Checks that a database answers.
 *
 * @throws BaseError `DATABASE_UNREACHABLE` with the mend
 */
export async function checkReachable(databaseUrl: string): Promise<void> {
  await withClient(databaseUrl, () => Promise.resolve());
}

/**
 * Checks that a database can be used: it answers, and has TimescaleDB or lets us create it.
 *
 * @throws BaseError `DATABASE_UNREACHABLE` or `TIMESCALEDB_MISSING`, each with its mend
 */
export async function checkDatabase(databaseUrl: string): Promise<void> {
  await withClient(databaseUrl, async (client) => {
    try {
      await client.query("create extension if not exists timescaledb");
    } catch (error) {
      throw new BaseError("TIMESCALEDB_MISSING", `${redactUrl(databaseUrl)} has no TimescaleDB: ${messageOf(error)}`, {
        cause: error,
        hints: [
          "install TimescaleDB on that server, add it to shared_preload_libraries and run `create extension timescaledb`",
          "unset DATABASE_URL to use the embedded database",
        ],
      });
    }
  });
}

async function withClient(databaseUrl: string, body: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = await connectClient(databaseUrl, { connectionTimeoutMillis: 10_000 });
  try {
    await body(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/**
 * Opens one connection. When it is lost, the query under way says so.
 *
 * @throws BaseError `DATABASE_UNREACHABLE` with the mend
 */
export async function connectClient(databaseUrl: string, options: pg.ClientConfig = {}): Promise<pg.Client> {
  const client = new pg.Client({ ...options, connectionString: databaseUrl });
  client.on("error", () => undefined);
  try {
    await client.connect();
    return client;
  } catch (error) {
    await client.end().catch(() => undefined);
    const { code = "" } = error as { code?: string };
    throw new BaseError("DATABASE_UNREACHABLE", `cannot connect to ${redactUrl(databaseUrl)}: ${messageOf(error)}`, {
      cause: error,
      hints: [MENDS[code] ?? "check DATABASE_URL", "unset DATABASE_URL to use the embedded database"],
    });
  }
}

/** A database URL without its password. */
export function redactUrl(databaseUrl: string): string {
  const url = new URL(databaseUrl);
  if (url.password !== "") url.password = "***";
  return url.href;
}
