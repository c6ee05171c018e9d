import { messageOf } from "#kernel/errors.ts";
import type { Health } from "#kernel/metrics.ts";
import type { Ask } from "./source/retry.ts";

/** Trouble that lasts this long makes an indexer unhealthy. */
const PATIENCE_MS = 15_000;

/** What may fail for a while. */
export type Trouble = "node" | "block" | "database" | Ask;

/** What an indexer tells about itself. */
export class HealthBoard {
  /** the node's head, -1 before it is known */
  head = -1;
  /** the last block in the database, -1 when there is none */
  indexed = -1;
  isSynced = false;
  private stopReason: string | undefined;
  private readonly troubles = new Map<Trouble, { since: number; reason: string }>();
  private hasErrors = false;
  private readonly now: () => number;

  constructor(now: () => number = Date.now) {
    this.now = now;
  }

  /** Indexing has stopped for good: red at once. */
  stop(error: unknown): void {
    this.stopReason = messageOf(error);
  }

  /** Something fails and is tried again, or works again: red when it lasts. */
  noteTrouble(what: Trouble, error: Error | undefined): void {
    if (error === undefined) this.troubles.delete(what);
    else this.troubles.set(what, { since: this.troubles.get(what)?.since ?? this.now(), reason: messageOf(error) });
  }

  /** Handlers failed, and the subgraph says that such faults aren't fatal. */
  noteErrors(): void {
    this.hasErrors = true;
  }

  /** The present state; `detail.reason` says why it isn't healthy. */
  read(): Health {
    const troubles = [...this.troubles.values()];
    const hasLastingTrouble = troubles.some(({ since }) => this.now() - since >= PATIENCE_MS);
    return {
      isHealthy: this.stopReason === undefined && !hasLastingTrouble,
      detail: {
        head: this.head,
        indexed: this.indexed,
        lag: this.head < 0 ? null : Math.max(0, this.head - this.indexed),
        isSynced: this.isSynced,
        hasErrors: this.hasErrors || this.stopReason !== undefined,
        reason: this.stopReason ?? troubles[0]?.reason ?? null,
      },
    };
  }
}
