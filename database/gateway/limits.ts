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
  /** how long a statement waits while another client is in a transaction */
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
