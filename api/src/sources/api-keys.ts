import type { Pool } from "#kernel/pg.ts";
import { bytesOf, run } from "./access.ts";

/** An API key, without what opens anything. */
export interface ApiKeyRow {
  id: string;
  /** 0x hex */
  account: string;
  name: string;
  prefix: string;
  scopes: string[];
  costPerMinute: number;
  isGranted: boolean;
  createdAt: Date;
  expiresAt: Date | null;
  revokedAt: Date | null;
  lastUsedAt: Date | null;
}

/** What a new key is. */
export interface NewApiKey {
  tokenHash: Buffer;
  account: string;
  name: string;
  prefix: string;
  scopes: readonly string[];
  costPerMinute: number;
  isGranted: boolean;
  now: Date;
  expiresAt: Date | null;
}

const KEY = `id::text, '0x' || encode(account, 'hex') as account, name, prefix, scopes, cost_per_minute as "costPerMinute",
  is_granted as "isGranted", created_at as "createdAt", expires_at as "expiresAt", revoked_at as "revokedAt",
  last_used_at as "lastUsedAt"`;
const LIVES = `revoked_at is null and (expires_at is null or expires_at > `;

/** Keeps a new key, unless its wallet has `most` that live; nothing then. */
export async function insertApiKey(pool: Pool, key: NewApiKey, most: number): Promise<ApiKeyRow | undefined> {
  const [row] = await run<ApiKeyRow>(
    pool,
    `insert into access.api_key
       (token_hash, account, name, prefix, scopes, cost_per_minute, is_granted, created_at, expires_at)
     select $1, $2, $3, $4, $5::text[], $6, $7, $8::timestamptz, $9
     where (select count(*) from access.api_key where account = $2 and ${LIVES}$8)) < $10
     returning ${KEY}`,
    [
      key.tokenHash,
      bytesOf(key.account),
      key.name,
      key.prefix,
      key.scopes,
      key.costPerMinute,
      key.isGranted,
      key.now,
      key.expiresAt,
      most,
    ],
  );
  return row;
}

/** A key that lives, by its token's hash. */
export async function findApiKey(pool: Pool, tokenHash: Buffer, now: Date): Promise<ApiKeyRow | undefined> {
  const sql = `select ${KEY} from access.api_key where token_hash = $1 and ${LIVES}$2)`;
  return (await run<ApiKeyRow>(pool, sql, [tokenHash, now]))[0];
}

/** A wallet's keys, or everybody's, the newest first; revoked and expired ones too, at most 200. */
export function listApiKeys(
  read: (name: string, text: string, values: unknown[]) => Promise<ApiKeyRow[]>,
  account: string | null,
): Promise<ApiKeyRow[]> {
  return read(
    "api-keys",
    `select ${KEY} from access.api_key where $1::bytea is null or account = $1 order by id desc limit 200`,
    [account === null ? null : bytesOf(account)],
  );
}

/** Revokes a key that lives, of this wallet unless null; nothing where there is none. */
export async function revokeApiKey(
  pool: Pool,
  id: string,
  account: string | null,
  now: Date,
): Promise<ApiKeyRow | undefined> {
  const [row] = await run<ApiKeyRow>(
    pool,
    `update access.api_key set revoked_at = $3 where id = $1::int8 and ($2::bytea is null or account = $2)
       and revoked_at is null returning ${KEY}`,
    [id, account === null ? null : bytesOf(account), now],
  );
  return row;
}

/** Remembers that a key was used. */
export async function touchApiKey(pool: Pool, id: string, now: Date): Promise<void> {
  await run(pool, `update access.api_key set last_used_at = $2 where id = $1::int8`, [id, now]);
}
