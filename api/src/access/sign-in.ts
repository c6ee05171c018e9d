import type { Hex } from "viem";
import { BaseError } from "#kernel/errors.ts";
import { deleteSessions, insertSession, readLedgerChainId, sweepAccess, useNonce } from "../sources/access.ts";
import type { Access } from "./access.ts";
import { readSignInMessage, refused } from "./sign-in-message.ts";
import { sha256 } from "./tokens.ts";
import { sessionOf, type Who } from "./who.ts";

/** How many sessions a wallet has at once; a further one ends the oldest. */
const MAX_SESSIONS = 20;

/** What a sign-in message is made of. */
export interface SignInNonce {
  nonce: string;
  /** by this server's clock: the message's `Issued At` */
  issuedAt: Date;
  expiresAt: Date;
  chainId: number;
  domains: string[];
}

/** A session that has just begun. */
export interface NewSession {
  account: string;
  token: string;
  expiresAt: Date;
}

/**
 * A nonce to sign in with, once, within ten minutes.
 *
 * @throws BaseError `SIGN_IN_UNAVAILABLE` while nobody knows the chain's id
 */
export async function createNonce(access: Access): Promise<SignInNonce> {
  const issuedAt = access.now();
  const tokens = await access.tokens();
  const { nonce, expiresAtMs } = tokens.makeNonce(issuedAt.getTime());
  const chainId = await chainIdOf(access);
  return { nonce, issuedAt, expiresAt: new Date(expiresAtMs), chainId, domains: access.origins.domains() };
}

/**
 * Signs a wallet in by an EIP-4361 message with a nonce of ours. The session ends with the message, if it says when.
 *
 * @throws BaseError `SIGN_IN_REFUSED` with what is wrong
 */
export async function signIn(access: Access, text: string, signature: string): Promise<NewSession> {
  const now = access.now();
  const chainId = await chainIdOf(access);
  const message = readSignInMessage(text, { origins: access.origins, chainId, nowMs: now.getTime() });
  const tokens = await access.tokens();
  const nonceEnd = tokens.nonceEnd(message.nonce, now.getTime());
  if (nonceEnd === undefined || nonceEnd <= now.getTime())
    throw refused("the nonce isn't ours, or is too old", "take a fresh one from createSignInNonce");
  await access.verify({ address: message.address, message: text, signature: signature as Hex });
  if (!(await useNonce(access.pool, sha256(message.nonce), new Date(nonceEnd))))
    throw refused("the nonce was used before", "take a fresh one from createSignInNonce");
  const { token, hash } = tokens.make("bcs");
  const account = message.address.toLowerCase();
  const end = Math.min(now.getTime() + access.sessionMs, message.expirationTime?.getTime() ?? Infinity);
  const expiresAt = new Date(end);
  await insertSession(access.pool, { tokenHash: hash, account, chainId, now, expiresAt }, MAX_SESSIONS);
  await sweepAccess(access.pool, now);
  return { account, token, expiresAt };
}

/**
 * Ends this session, or all of the wallet's; how many that were.
 *
 * @throws BaseError `UNAUTHENTICATED` or `FORBIDDEN` without a session
 */
export async function signOut(access: Access, who: Who, isEverywhere: boolean): Promise<number> {
  return deleteSessions(access.pool, sessionOf(who).sessionHash, isEverywhere);
}

async function chainIdOf(access: Access): Promise<number> {
  const chainId = access.chainId ?? (await readLedgerChainId(access.pool));
  if (chainId === undefined) {
    throw new BaseError("SIGN_IN_UNAVAILABLE", "the chain that wallets sign in on isn't known yet", {
      isRetryable: true,
      hints: ["set CHAIN_ID, or let the settlement job run once on this database"],
    });
  }
  return chainId;
}
