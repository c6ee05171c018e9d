import { messageOf } from "#kernel/errors.ts";
import type { Health } from "#kernel/metrics.ts";
import { SECOND_MS } from "#kernel/time.ts";
import type { Ask } from "./source/retry.ts";

/** Trouble that lasts this long makes an indexer unhealthy. */
const PATIENCE_MS = 15_000;

/** Without a block in the database for so long an indexer that isn't at the head is unhealthy; one slow answer may take it. */
const STALL_MS = 90 * SECOND_MS;

/** What may fail for a while. */
export type Trouble = "node" | "block" | "database" | Ask;

/** What an indexer tells about itself. */
export class HealthBoard {
  private headBlock = -1;
  private indexedBlock = -1;
  /** since when the head has been ahead of a last indexed block that doesn't move */
  private behindSince: number | undefined;
  isSynced = false;
  private stopReason: string | undefined;
  private readonly troubles = new Map<Trouble, { since: number; reason: string }>();
  private hasErrors = false;
  private readonly now: () => number;

  constructor(now: () => number = Date.now) {
    this.now = now;
  }

  /** The node's head, -1 before it is known. */
  get head(): number {
    return this.headBlock;
  }

  set head(block: number) {
    this.headBlock = block;
    this.behindSince = block > this.indexedBlock ? (this.behindSince ?? this.now()) : undefined;
  }

  /** The last block in the database, -1 when there is none. */
  get indexed(): number {
    return this.indexedBlock;
  }

  set indexed(block: number) {
    this.indexedBlock = block;
    this.behindSince = this.headBlock > block ? this.now() : undefined;
  }

  /** Indexing has stopped: red at once. */
  stop(error: unknown): void {
    this.stopReason = messageOf(error);
  }

  /** A reorg has removed what it stopped at. */
  resume(): void {
    this.stopReason = undefined;
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
    const stall = this.stall();
    const hasLastingTrouble = troubles.some(({ since }) => this.now() - since >= PATIENCE_MS);
    return {
      isHealthy: this.stopReason === undefined && stall === undefined && !hasLastingTrouble,
      detail: {
        head: this.head,
        indexed: this.indexed,
        lag: this.head < 0 ? null : Math.max(0, this.head - this.indexed),
        isSynced: this.isSynced,
        hasErrors: this.hasErrors || this.stopReason !== undefined,
        reason: this.stopReason ?? troubles[0]?.reason ?? stall ?? null,
      },
    };
  }

  /** Whatever the reason: the chain goes on, and no block is indexed. */
  private stall(): string | undefined {
    if (this.behindSince === undefined) return undefined;
    const ms = this.now() - this.behindSince;
    if (ms < STALL_MS) return undefined;
    return `no block indexed for ${Math.floor(ms / SECOND_MS)} s, though the node is at block ${this.headBlock}`;
  }
}
