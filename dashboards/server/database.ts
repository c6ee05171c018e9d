import { BaseError, messageOf } from "#kernel/errors.ts";
import { createPool, redactUrl, type Pool, type PoolClient, type QueryConfig } from "#kernel/pg.ts";
import type { Cell, ColumnType, TableData } from "../preview/model.ts";

/** The most rows that one query may give. */
export const MOST_ROWS = 100_000;
const TIMEOUT_MS = 15_000;
const OID = { bool: 16, int8: 20, int2: 21, int4: 23, float4: 700, float8: 701, date: 1082, timestamp: 1114 } as const;
const TIMESTAMPTZ = 1184;
const NUMERIC = 1700;
const NUMBERS = new Set<number>([OID.int8, OID.int2, OID.int4, OID.float4, OID.float8, NUMERIC]);
const TIMES = new Set<number>([OID.date, OID.timestamp, TIMESTAMPTZ]);

/** The database as dashboards see it: what role bc_reader may read, and nothing else. */
export interface ReadDatabase {
  /** Columns of one SELECT. @throws BaseError `QUERY_FAILED`, `QUERY_TIMED_OUT`, `TOO_MANY_ROWS`, `DATABASE_UNREACHABLE` */
  read(sql: string): Promise<TableData["columns"]>;
  close(): Promise<void>;
}

/** Opens the database for reading. */
export function openReadDatabase(databaseUrl: string): ReadDatabase {
  const pool = createPool(databaseUrl, { name: "bc dashboards", max: 4 });
  return {
    read: (sql) => read(pool, databaseUrl, sql),
    close: () => pool.end(),
  };
}

async function read(pool: Pool, databaseUrl: string, sql: string): Promise<TableData["columns"]> {
  const client = await pool.connect().catch((error: unknown) => {
    throw new BaseError("DATABASE_UNREACHABLE", `no database answers at ${redactUrl(databaseUrl)}`, {
      cause: error,
      isRetryable: true,
      hints: ["start a network with `npm start`, or set DATABASE_URL to a server that runs"],
    });
  });
  let broken: Error | undefined;
  try {
    return await readIn(client, sql);
  } catch (error) {
    throw faultOf(error);
  } finally {
    broken = await client.query("rollback").then(
      () => undefined,
      (fault: unknown) => fault as Error,
    );
    client.release(broken);
  }
}

/**
 * One read-only transaction as bc_reader. Through a cursor, so that no more rows leave the server than may be shown; it is
 * planned for all of its rows, as Grafana's own query is. The extended protocol takes one statement and not two.
 */
async function readIn(client: PoolClient, sql: string): Promise<TableData["columns"]> {
  await client.query("begin read only");
  await client.query("set local role bc_reader");
  await client.query(`set local statement_timeout = ${TIMEOUT_MS}`);
  await client.query("set local cursor_tuple_fraction = 1");
  const text = `declare panel no scroll cursor for ${sql.trim().replace(/;$/, "")}`;
  await client.query(extended(text));
  const { rows, fields } = await client.query<Cell[]>({
    text: `fetch ${MOST_ROWS + 1} from panel`,
    rowMode: "array",
    types: { getTypeParser: parserOf },
  });
  if (rows.length > MOST_ROWS) {
    throw new BaseError("TOO_MANY_ROWS", `the query gives more than ${MOST_ROWS.toLocaleString("en-US")} rows`, {
      hints: ["choose a shorter time range, or fewer values of a variable"],
    });
  }
  return fields.map(({ name, dataTypeID }, place) => ({
    name,
    type: typeOf(dataTypeID),
    values: rows.map((row) => row[place] ?? null),
  }));
}

/** The driver's types don't know of `queryMode`. */
const extended = (text: string): QueryConfig => ({ text, queryMode: "extended" }) as QueryConfig;

function typeOf(oid: number): ColumnType {
  if (TIMES.has(oid)) return "time";
  if (NUMBERS.has(oid)) return "number";
  return oid === OID.bool ? "boolean" : "string";
}

/** Values as the page takes them: a picture needs no more digits than a double has. */
function parserOf(oid: number): (text: string) => Cell {
  if (oid === OID.bool) return (text) => text === "t";
  if (NUMBERS.has(oid)) return numberOf;
  return TIMES.has(oid) ? timeOf : String;
}

const numberOf = (text: string): number | null => {
  const value = Number(text === "Infinity" || text === "-Infinity" ? NaN : text);
  return Number.isNaN(value) ? null : value;
};

/** "2026-11-22 10:00:00.123+00" in milliseconds; times without a zone are in UTC, as all of ours. */
function timeOf(text: string): number | null {
  const iso = text.replace(" ", "T").replace(/([+-]\d{2})$/, "$1:00");
  const ms = Date.parse(/Z$|[+-]\d{2}:\d{2}$/.test(iso) ? iso : `${iso.includes("T") ? iso : `${iso}T00:00`}Z`);
  return Number.isNaN(ms) ? null : ms;
}

function faultOf(error: unknown): BaseError {
  if (error instanceof BaseError) return error;
  const { code = "" } = error as { code?: string };
  if (code === "57014") {
    return new BaseError("QUERY_TIMED_OUT", `the query took longer than ${TIMEOUT_MS / 1_000} s and was stopped`, {
      cause: error,
      hints: ["choose a shorter time range"],
    });
  }
  const hints =
    code === "42P01" || code === "3F000" || code === "22023"
      ? ["the network must have been started once with this version: its schemas are made then"]
      : [];
  return new BaseError("QUERY_FAILED", `the database refused the query: ${messageOf(error)}`, { cause: error, hints });
}
