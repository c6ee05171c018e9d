import { BaseError } from "#kernel/errors.ts";

/** What isn't public, and an API key can be given the right to read in its wallet's name. */
export const SCOPES = ["LIVE_TELEMETRY", "FLEET"] as const;

/** One of `SCOPES`. */
export type Scope = (typeof SCOPES)[number];

/** A budget of query cost that refills steadily, and holds a minute's worth. */
export interface Bucket {
  /** whose it is */
  id: string;
  perMinute: number;
}

/** Who asks, and from which budgets the cost is taken. */
export interface Who {
  tier: "ANONYMOUS" | "SESSION" | "API_KEY" | "ADMIN";
  /** the wallet, 0x hex in lower case; nothing for a stranger */
  account: string | undefined;
  scopes: ReadonlySet<Scope>;
  /** all of them are charged; none: no limit */
  buckets: readonly Bucket[];
  /** sha256 of the session's token */
  sessionHash?: Buffer;
  /** when session or key end; null: never */
  expiresAt?: Date | null;
}

/** A stranger without limits: what runs inside this process. */
export const NOBODY: Who = { tier: "ANONYMOUS", account: undefined, scopes: new Set(), buckets: [] };

/** The payment processor's admin: sees payments, has no wallet, and no limits. */
export const ADMIN: Who = { ...NOBODY, tier: "ADMIN" };

/** What a wallet that is signed in may read in its own name. */
export const ALL_SCOPES: ReadonlySet<Scope> = new Set(SCOPES);

/**
 * The wallet in whose name something that isn't public is asked for.
 *
 * @param what what is asked for, as the subject of a sentence
 * @throws BaseError `UNAUTHENTICATED` for a stranger, `FORBIDDEN` for an API key without the scope
 */
export function accountFor(who: Who, scope: Scope, what: string): string {
  if (who.account === undefined) {
    throw new BaseError("UNAUTHENTICATED", `${what} isn't public, and nobody is signed in`, {
      hints: ["sign in with the wallet that has the right: createSignInNonce, then signIn", "or send an API key of it"],
    });
  }
  if (!who.scopes.has(scope)) {
    throw new BaseError("FORBIDDEN", `${what} isn't public, and this API key lacks the scope ${scope}`, {
      hints: [`create a key with the scope ${scope}`],
    });
  }
  return who.account;
}

/**
 * The session in whose name sessions and keys are managed: an API key can't make further ones.
 *
 * @throws BaseError `UNAUTHENTICATED` or `FORBIDDEN`
 */
export function sessionOf(who: Who): { account: string; sessionHash: Buffer } {
  if (who.account === undefined) {
    throw new BaseError("UNAUTHENTICATED", "nobody is signed in", {
      hints: ["sign in with a wallet: createSignInNonce, then signIn"],
    });
  }
  if (!who.sessionHash) {
    throw new BaseError("FORBIDDEN", "an API key can't do this", { hints: ["sign in with the wallet itself"] });
  }
  return { account: who.account, sessionHash: who.sessionHash };
}
