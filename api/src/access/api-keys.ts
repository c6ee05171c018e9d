import { BaseError } from "#kernel/errors.ts";
import { insertApiKey, revokeApiKey, type ApiKeyRow } from "../sources/api-keys.ts";
import type { Access } from "./access.ts";
import { SCOPES, type Scope } from "./who.ts";

/** How many keys of a wallet live at once. */
export const MAX_KEYS = 20;
/** What a key may have where wallets have no limit. */
const MAX_COST = 100_000_000;
const DAY_MS = 86_400_000;
const MAX_DAYS = 3_650;

/** What a key shall be. */
export interface KeyWish {
  /** 0x hex */
  account: string;
  name: string;
  scopes: readonly Scope[];
  /** points a minute; nothing: as many as its wallet has */
  costPerMinute?: number | null | undefined;
  /** nothing: it ends by being revoked */
  days?: number | null | undefined;
  /** by who runs the server: beyond its wallet's budget */
  isGranted: boolean;
}

/** A new key; `token` is never shown again. */
export interface CreatedKey {
  token: string;
  row: ApiKeyRow;
}

/**
 * Makes an API key.
 *
 * @throws BaseError `BAD_API_KEY` naming what is wrong, `TOO_MANY_API_KEYS`
 */
export async function createApiKey(access: Pick<Access, "pool" | "tokens" | "budgets" | "now">, wish: KeyWish) {
  const { account, scopes, days, isGranted } = wish;
  const name = wish.name.trim();
  const most = isGranted || access.budgets.signedIn === 0 ? MAX_COST : access.budgets.signedIn;
  const costPerMinute = wish.costPerMinute ?? Math.min(most, access.budgets.signedIn || MAX_COST);
  if (name.length < 1 || name.length > 64) throw bad("its name has 1 to 64 characters");
  if (costPerMinute < 1 || costPerMinute > most) throw bad(`its costPerMinute is 1 to ${most}`);
  if (days !== null && days !== undefined && (days < 1 || days > MAX_DAYS))
    throw bad(`it lives 1 to ${MAX_DAYS} days, or until it is revoked`);
  const now = access.now();
  const expiresAt = typeof days === "number" ? new Date(now.getTime() + days * DAY_MS) : null;
  const { token, hash: tokenHash, prefix } = (await access.tokens()).make("bck");
  const kept = SCOPES.filter((scope) => scopes.includes(scope));
  const key = { tokenHash, account, name, prefix, scopes: kept, costPerMinute, isGranted, now, expiresAt };
  const row = await insertApiKey(access.pool, key, MAX_KEYS);
  if (!row) {
    throw new BaseError("TOO_MANY_API_KEYS", `this wallet has ${MAX_KEYS} API keys`, {
      hints: ["revoke one that isn't used any more"],
    });
  }
  return { token, row } satisfies CreatedKey;
}

/**
 * Revokes a key of a wallet, or of any for null.
 *
 * @throws BaseError `NO_SUCH_API_KEY`, also for another wallet's
 */
export async function endApiKey(
  access: Pick<Access, "pool" | "now">,
  id: string,
  account: string | null,
): Promise<ApiKeyRow> {
  const row = /^\d{1,18}$/.test(id) ? await revokeApiKey(access.pool, id, account, access.now()) : undefined;
  if (!row) throw new BaseError("NO_SUCH_API_KEY", `there is no API key ${id.slice(0, 20)} that could be revoked`);
  return row;
}

const bad = (rule: string): BaseError =>
  new BaseError("BAD_API_KEY", `an API key can't be like this: ${rule}`, { hints: ["correct it and try again"] });
