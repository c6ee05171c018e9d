import type { TextRow } from "../wire/reply.ts";

/** Runs SQL outside any transaction, as the database's owner. */
export type RunSql = (sql: string) => TextRow[];

/**
 * Work that a server's background processes would do. `run` does one short part of it: the backend does nothing else
 * meanwhile.
 */
export interface Chore {
  readonly name: string;
  /** how long it gives way to clients when it is due; then it stands in the queue like one */
  readonly patienceMs: number;
  /**
   * Does one part.
   *
   * @param nowMs milliseconds since 1970
   * @returns when it wants to be called next, in milliseconds since 1970; `nowMs` or less for at once
   * @throws BaseError `SQL_…`; it will be called again after a while
   */
  run(sql: RunSql, nowMs: number): number;
}

/** How long a chore's part may take before it is cut smaller, where it can be. */
export const LONG_PART_MS = 400;
