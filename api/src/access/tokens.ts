import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";

/** What a token is for; it begins with this. */
export type TokenKind = "bcs" | "bck";

const RANDOM_BYTES = 32;
const MAC_BYTES = 16;
/** How long a nonce may be used. */
const NONCE_MS = 10 * 60_000;
/** Another process's clock may be so far ahead. */
const SKEW_MS = 60_000;
const NONCE = /^([0-9a-f]{12})([0-9a-f]{32})([0-9a-f]{32})$/;
const SHOWN = 10;

/** A token that was just made. */
export interface NewToken {
  /** shown once */
  token: string;
  /** sha256, which is kept */
  hash: Buffer;
  /** its first characters */
  prefix: string;
}

/**
 * Makes and recognizes tokens (`bcs_…` of a session, `bck_…` of an API key) and nonces. They are signed with the secret
 * that all processes share, so that a forged one is refused without asking the database, and an unused nonce is kept
 * nowhere.
 */
export class Tokens {
  readonly #secret: Buffer;

  constructor(secret: Buffer) {
    this.#secret = secret;
  }

  /** A fresh token. */
  make(kind: TokenKind): NewToken {
    const random = randomBytes(RANDOM_BYTES);
    const token = `${kind}_${Buffer.concat([random, this.#mac(kind, random)]).toString("base64url")}`;
    return { token, hash: sha256(token), prefix: token.slice(0, SHOWN) };
  }

  /** The hash by which a token is found; nothing for what we can't have made. */
  recognize(kind: TokenKind, token: string): Buffer | undefined {
    const bytes = Buffer.from(token.slice(kind.length + 1), "base64url");
    if (bytes.length !== RANDOM_BYTES + MAC_BYTES) return undefined;
    // Only one text stands for the bytes: base64url has several.
    if (token !== `${kind}_${bytes.toString("base64url")}`) return undefined;
    const random = bytes.subarray(0, RANDOM_BYTES);
    return timingSafeEqual(bytes.subarray(RANDOM_BYTES), this.#mac(kind, random)) ? sha256(token) : undefined;
  }

  /** A nonce in EIP-4361's alphabet, and when it ends (milliseconds since 1970). */
  makeNonce(nowMs: number): { nonce: string; expiresAtMs: number } {
    const head = nowMs.toString(16).padStart(12, "0") + randomBytes(16).toString("hex");
    return { nonce: head + this.#mac("nonce", Buffer.from(head)).toString("hex"), expiresAtMs: nowMs + NONCE_MS };
  }

  /** When a nonce of ours ends, milliseconds since 1970; nothing for one that isn't ours. It may be over. */
  nonceEnd(nonce: string, nowMs: number): number | undefined {
    const [, time = "", random = "", mac = ""] = NONCE.exec(nonce) ?? [];
    if (time === "" || !timingSafeEqual(Buffer.from(mac, "hex"), this.#mac("nonce", Buffer.from(time + random))))
      return undefined;
    const madeAt = Number.parseInt(time, 16);
    return madeAt > nowMs + SKEW_MS ? undefined : madeAt + NONCE_MS;
  }

  #mac(purpose: string, bytes: Buffer): Buffer {
    return createHmac("sha256", this.#secret).update(`${purpose}:`).update(bytes).digest().subarray(0, MAC_BYTES);
  }
}

/** The hash that stands for a token, or a nonce, in the database. */
export function sha256(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
