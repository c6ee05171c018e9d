import { BaseError, messageOf } from "#kernel/errors.ts";

const MIB = 1024 * 1024;

/** Bounds of the gateway. Each one's breach costs the client that breaks it, never another. */
export interface Limits {
  maxConnections: number;
  /** one message of a client other than COPY data as a whole */
  maxMessageBytes: number;
  /** the data of one COPY … FROM STDIN, which is kept in memory until it is complete */
  maxCopyBytes: number;
  /** the same for all clients together */
  maxCopyTotalBytes: number;
  /** messages taken from a client ahead of their turn, before its socket is read no further */
  maxPendingBytes: number;
  /** reply bytes that a client hasn't read, before its next statement waits */
  maxUnreadBytes: number;
  /** unread notifications, before a client is cut off */
  maxUnreadNotificationBytes: number;
  /** how long a statement waits while one other client keeps the backend: in a transaction, or with a long statement */
  lockTimeoutMs: number;
  /** how long a client may hold a transaction open without doing anything */
  idleInTransactionMs: number;
  /** how long a connection may take to say who it is */
  startupTimeoutMs: number;
}

export const DEFAULT_LIMITS: Limits = {
  maxConnections: 100,
  maxMessageBytes: 64 * MIB,
  maxCopyBytes: 256 * MIB,
  maxCopyTotalBytes: 512 * MIB,
  maxPendingBytes: 16 * MIB,
  maxUnreadBytes: MIB,
  maxUnreadNotificationBytes: 16 * MIB,
  lockTimeoutMs: 30_000,
  idleInTransactionMs: 30_000,
  startupTimeoutMs: 10_000,
};

/**
 * Limits from JSON text.
 *
 * @throws BaseError `BAD_FLAGS` for text that is no object, an unknown name, or a value that is no positive whole number
 * @example readLimits('{"lockTimeoutMs": 60000}')
 */
export function readLimits(json: string): Partial<Limits> {
  const fail = (what: string): never => {
    throw new BaseError("BAD_FLAGS", `the limits of the embedded database are faulty: ${what}`, {
      hints: [`give some of ${Object.keys(DEFAULT_LIMITS).join(", ")} as JSON`],
    });
  };
  let limits: unknown;
  try {
    limits = JSON.parse(json);
  } catch (error) {
    return fail(messageOf(error));
  }
  if (typeof limits !== "object" || limits === null || Array.isArray(limits)) return fail("they are no object");
  for (const [name, value] of Object.entries(limits)) {
    if (!(name in DEFAULT_LIMITS)) fail(`there is no ${name}`);
    if (!Number.isSafeInteger(value) || (value as number) <= 0) fail(`${name} is no positive whole number`);
  }
  return limits;
}
