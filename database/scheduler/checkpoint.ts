import { MINUTE_MS, SECOND_MS } from "#kernel/time.ts";
import type { Chore, RunSql } from "./chore.ts";

const LOOK_EVERY_MS = SECOND_MS;
const AT_LEAST_EVERY_MS = MINUTE_MS;
const MAX_WAL_BYTES = 64 * 1024 * 1024;

/**
 * Checkpoints by time and by volume of write-ahead log: without them the log grows for ever (no process recycles it), and
 * the next start replays it all. An idle database isn't checkpointed.
 */
export class Checkpoints implements Chore {
  readonly name = "checkpoint";
  /** a client that writes without a pause would fill the disk */
  readonly patienceMs = 500;
  #atBytes = 0;
  #atMs = 0;

  run(sql: RunSql, nowMs: number): number {
    const written = position(sql) - this.#atBytes;
    const isDue = written > MAX_WAL_BYTES || (written > 0 && nowMs - this.#atMs >= AT_LEAST_EVERY_MS);
    if (isDue) {
      sql("checkpoint");
      this.#atBytes = position(sql);
      this.#atMs = nowMs;
    }
    return nowMs + LOOK_EVERY_MS;
  }
}

/** Bytes of write-ahead log ever written. */
const position = (sql: RunSql): number =>
  Number(sql("select pg_current_wal_insert_lsn() - '0/0' as bytes")[0]?.["bytes"] ?? 0);
