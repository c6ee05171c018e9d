import { createHash, timingSafeEqual } from "node:crypto";
import { BaseError } from "#kernel/errors.ts";
import { findSession } from "../sources/access.ts";
import { findApiKey, touchApiKey, type ApiKeyRow } from "../sources/api-keys.ts";
import type { Access } from "./access.ts";
import { anonymousBuckets, keyBuckets, walletBuckets } from "./budgets.ts";
import { clientOf } from "./client-address.ts";
import { ADMIN, ALL_SCOPES, type Scope, type Who } from "./who.ts";

/** What a request says of who sends it. */
export interface Credentials {
  /** the header Authorization */
  authorization: string | undefined;
  /** the session's cookie; one that is no good is as none */
  cookie: string | undefined;
  /** as the socket or a trusted proxy gives it */
  address: string;
}

const BEARER = /^Bearer +(bc[sk]_[A-Za-z0-9_-]{1,128}) *$/i;
const TOUCH_MS = 60_000;
/** How many keys' last use is remembered. */
const TOUCHED = 10_000;

/** Says who sends a request. */
export type Authenticate = (credentials: Credentials) => Promise<Who>;

/**
 * Makes what recognizes sessions and API keys. A bearer token that is no good is refused; a cookie that is none any more
 * makes a stranger of its browser, which can then sign in again.
 *
 * @param adminToken of the payment processor's admin; undefined: there is none
 *
 * The returned function throws BaseError `UNAUTHENTICATED`, or `UPSTREAM_UNAVAILABLE` while the database is away.
 */
export function createAuthenticate(access: Access, adminToken?: string): Authenticate {
  const touched = new Map<string, number>();
  return async ({ authorization, cookie, address }) => {
    const client = clientOf(address);
    const stranger: Who = {
      tier: "ANONYMOUS",
      account: undefined,
      scopes: new Set(),
      buckets: anonymousBuckets(access.budgets, client),
    };
    if (authorization !== undefined) {
      if (adminToken !== undefined && isSame(authorization, `Bearer ${adminToken}`)) return ADMIN;
      const token = BEARER.exec(authorization)?.[1];
      const who =
        token === undefined
          ? undefined
          : token.startsWith("bck_")
            ? await byKey(access, token, client, touched)
            : await bySession(access, token, client);
      if (!who) throw unknown();
      return who;
    }
    return (cookie === undefined ? undefined : await bySession(access, cookie, client)) ?? stranger;
  };
}

/** In the same time wherever they differ. */
function isSame(given: string, expected: string): boolean {
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}

async function bySession(access: Access, token: string, client: string): Promise<Who | undefined> {
  const sessionHash = (await access.tokens()).recognize("bcs", token);
  const row = sessionHash && (await findSession(access.pool, sessionHash, access.now()));
  if (!row) return undefined;
  const { account, expiresAt } = row;
  const buckets = walletBuckets(access.budgets, account, client);
  return { tier: "SESSION", account, scopes: ALL_SCOPES, buckets, sessionHash, expiresAt };
}

async function byKey(
  access: Access,
  token: string,
  client: string,
  touched: Map<string, number>,
): Promise<Who | undefined> {
  const hash = (await access.tokens()).recognize("bck", token);
  const row = hash && (await findApiKey(access.pool, hash, access.now()));
  if (!row) return undefined;
  touch(access, row, touched);
  const scopes = new Set(row.scopes as Scope[]);
  return {
    tier: "API_KEY",
    account: row.account,
    scopes,
    buckets: keyBuckets(access.budgets, row, client),
    expiresAt: row.expiresAt,
  };
}

/** Once a minute and key, beside the request: an answer doesn't wait for it. */
function touch(access: Access, { id }: ApiKeyRow, touched: Map<string, number>): void {
  const now = access.now();
  if (now.getTime() - (touched.get(id) ?? 0) < TOUCH_MS) return;
  touched.delete(id);
  touched.set(id, now.getTime());
  if (touched.size > TOUCHED) touched.delete(touched.keys().next().value ?? "");
  touchApiKey(access.pool, id, now).catch((error: unknown) => {
    access.logger.warn({ err: error, apiKey: id }, "the key's last use isn't written down");
  });
}

function unknown(): BaseError {
  return new BaseError("UNAUTHENTICATED", "the token of this request is unknown, expired, signed out or revoked", {
    hints: ["send `Authorization: Bearer` with a session's token or an API key", "send none to ask as a stranger"],
  });
}
