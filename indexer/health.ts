import { messageOf } from "#kernel/errors.ts";
import type { Health } from "#kernel/metrics.ts";

/** Trouble that lasts this long makes an indexer unhealthy. */
const PATIENCE_MS = 15_000;

/** What an indexer tells about itself. */
export class HealthBoard {
  /** the node's head, -1 before it is known */
  head = -1;
  /** the last block in the database, -1 when there is none */
  indexed = -1;
  isSynced = false;
  private stopReason: string | undefined;
  private trouble: { since: number; reason: string } | undefined;
  private hasErrors = false;
  private readonly now: () => number;

  constructor(now: () => number = Date.now) {
    this.now = now;
  }

  /** Indexing has stopped for good: red at once. */
  stop(error: unknown): void {
    this.stopReason = messageOf(error);
  }

  /** Something fails and is tried again: red when it lasts. */
  noteTrouble(error: Error | undefined): void {
    if (error === undefined) this.trouble = undefined;
    else this.trouble = { since: this.trouble?.since ?? this.now(), reason: messageOf(error) };
  }

  /** Handlers failed, and the subgraph says that such faults aren't fatal. */
  noteErrors(): void {
    this.hasErrors = true;
  }

  /** The present state; `detail.reason` says why it isn't healthy. */
  read(): Health {
    const hasLastingTrouble = this.trouble !== undefined && this.now() - this.trouble.since >= PATIENCE_MS;
    return {
      isHealthy: this.stopReason === undefined && !hasLastingTrouble,
      detail: {
        head: this.head,
        indexed: this.indexed,
        lag: this.head < 0 ? null : Math.max(0, this.head - this.indexed),
        isSynced: this.isSynced,
        hasErrors: this.hasErrors || this.stopReason !== undefined,
        reason: this.stopReason ?? this.trouble?.reason ?? null,
      },
    };
  }
}
