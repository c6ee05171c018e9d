import { randomBytes } from "node:crypto";
import { BaseError } from "#kernel/errors.ts";
import type { Pool, QueryResultRow } from "#kernel/pg.ts";
import { toDatabaseFault } from "./snapshot.ts";

/** A wallet that is signed in. */
export interface SessionRow {
  /** 0x hex */
  account: string;
  expiresAt: Date;
}

/** How many expired rows a sign-in clears away. */
const SWEPT = 1_000;

/** A schema or a relation isn't there. */
const NOT_THERE = new Set(["3F000", "42P01"]);

/** Hex as bytes. */
export const bytesOf = (hex: string): Buffer => Buffer.from(hex.slice(2), "hex");

/**
 * One statement outside any snapshot. Never while this operation's snapshot is open: the embedded database has one backend.
 *
 * @throws BaseError `UPSTREAM_UNAVAILABLE`
 */
export async function run<Row extends QueryResultRow>(pool: Pool, text: string, values: unknown[]): Promise<Row[]> {
  try {
    return (await pool.query<Row>(text, values)).rows;
  } catch (error) {
    if (!NOT_THERE.has((error as { code?: string }).code ?? "")) throw toDatabaseFault(error);
    throw new BaseError("UPSTREAM_UNAVAILABLE", "the database has no place for sessions and keys yet", {
      hints: ["run `bc migrate` on it"],
      cause: error,
    });
  }
}

/** The secret that all processes on this database share; made by the first that asks. */
export async function readSecret(pool: Pool, now: Date): Promise<Buffer> {
  const made = [randomBytes(32), now];
  await run(pool, `insert into access.secret (secret, created_at) values ($1, $2) on conflict do nothing`, made);
  const [row] = await run<{ secret: Buffer }>(pool, "select secret from access.secret", []);
  if (!row) throw new Error("BUG: the secret is gone as soon as it is made");
  return row.secret;
}

/** The chain that the settlement job's ledger is of; nothing before there is one. */
export async function readLedgerChainId(pool: Pool): Promise<number | undefined> {
  const [there] = await run<{ ledger: string | null }>(
    pool,
    "select to_regclass('ledger.network')::text as ledger",
    [],
  );
  if (!there?.ledger) return undefined;
  const [row] = await run<{ chainId: bigint }>(pool, `select chain_id as "chainId" from ledger.network`, []);
  return row && Number(row.chainId);
}

/** Marks a nonce as used; false when it was already. */
export async function useNonce(pool: Pool, nonceHash: Buffer, expiresAt: Date): Promise<boolean> {
  const sql = `insert into access.used_nonce values ($1, $2) on conflict do nothing returning expires_at`;
  return (await run(pool, sql, [nonceHash, expiresAt])).length === 1;
}

/** Begins a session; of a wallet's sessions the newest `most` stay. */
export async function insertSession(
  pool: Pool,
  session: { tokenHash: Buffer; account: string; chainId: number; now: Date; expiresAt: Date },
  most: number,
): Promise<void> {
  const account = bytesOf(session.account);
  await run(pool, `insert into access.session values ($1, $2, $3, $4, $5)`, [
    session.tokenHash,
    account,
    session.chainId,
    session.now,
    session.expiresAt,
  ]);
  await run(
    pool,
    `delete from access.session where token_hash in (
       select token_hash from access.session where account = $1 order by created_at desc, token_hash offset $2)`,
    [account, most],
  );
}

/** The session of a token; nothing for one that is over, or was signed out. */
export async function findSession(pool: Pool, tokenHash: Buffer, now: Date): Promise<SessionRow | undefined> {
  const [row] = await run<SessionRow>(
    pool,
    `select '0x' || encode(account, 'hex') as account, expires_at as "expiresAt" from access.session
     where token_hash = $1 and expires_at > $2`,
    [tokenHash, now],
  );
  return row;
}

/** Ends a session, or all of its wallet's; how many that were. */
export async function deleteSessions(pool: Pool, tokenHash: Buffer, isAll: boolean): Promise<number> {
  const which = isAll ? `account = (select account from access.session where token_hash = $1)` : `token_hash = $1`;
  return (await run(pool, `delete from access.session where ${which} returning 1 as ended`, [tokenHash])).length;
}

/** Clears away what is over. */
export async function sweepAccess(pool: Pool, now: Date): Promise<void> {
  for (const [table, key] of [
    ["session", "token_hash"],
    ["used_nonce", "nonce_hash"],
  ] as const) {
    await run(
      pool,
      `delete from access.${table} where ${key} in (
         select ${key} from access.${table} where expires_at <= $1 limit ${SWEPT})`,
      [now],
    );
  }
}
