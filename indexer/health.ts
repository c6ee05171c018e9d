import { messageOf } from "#kernel/errors.ts";
import type { Health } from "#kernel/metrics.ts";
import { SECOND_MS } from "#kernel/time.ts";
import { SubgraphFailed, type SubgraphFault } from "./faults.ts";
import type { Ask } from "./source/retry.ts";

/** Trouble that lasts this long makes an indexer unhealthy. */
const PATIENCE_MS = 15 * SECOND_MS;

/** Without a block in the database for so long an indexer that isn't at the head is unhealthy; one slow answer may take it. */
const STALL_MS = 90 * SECOND_MS;

/** What may fail for a while. */
export type Trouble = "node" | "block" | "database" | "lease" | Ask;

/**
 * What an indexer does: `starting` until it has asked for the head, `waiting` for a first block that the chain lacks,
 * `syncing` on the way to the head, `synced` at it, `behind` when it was there and the chain has run away, `failed` when
 * it has stopped.
 */
export type Status = "starting" | "waiting" | "syncing" | "synced" | "behind" | "failed";

/** What an indexer tells about itself. */
export class HealthBoard {
  private headBlock = -1;
  private indexedBlock = -1;
  /** times of both blocks, in seconds since 1970 */
  headTime: number | undefined;
  indexedTime: number | undefined;
  /** since when the head has been ahead of a last indexed block that doesn't move */
  private behindSince: number | undefined;
  /** since when the head has been ahead at all */
  private laggingSince: number | undefined;
  isSynced = false;
  private awaited: number | undefined;
  private stopError: unknown;
  private readonly troubles = new Map<Trouble, { since: number; error: Error }>();
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
    this.noteLag();
  }

  /** The last block in the database, -1 when there is none. */
  get indexed(): number {
    return this.indexedBlock;
  }

  set indexed(block: number) {
    this.indexedBlock = block;
    this.behindSince = this.headBlock > block ? this.now() : undefined;
    this.noteLag();
  }

  private noteLag(): void {
    this.laggingSince = this.headBlock > this.indexedBlock ? (this.laggingSince ?? this.now()) : undefined;
  }

  /** Whether the chain doesn't have the subgraph's first block yet. */
  get isWaiting(): boolean {
    return this.awaited !== undefined;
  }

  /** The chain lacks the subgraph's first block; `undefined`: it is there. */
  waitFor(block: number | undefined): void {
    this.awaited = block;
  }

  /** Seconds of the chain's time between the head and the last indexed block; `undefined` before both are known. */
  get lagSeconds(): number | undefined {
    if (this.headTime === undefined || this.indexedTime === undefined) return undefined;
    return Math.max(0, this.headTime - this.indexedTime);
  }

  /** Indexing has stopped: red at once. */
  stop(error: unknown): void {
    this.stopError = error ?? new Error("unknown");
  }

  /** A reorg has removed what it stopped at. */
  resume(): void {
    this.stopError = undefined;
  }

  /** Something fails and is tried again, or works again: red when it lasts. */
  noteTrouble(what: Trouble, error: Error | undefined): void {
    if (error === undefined) this.troubles.delete(what);
    else this.troubles.set(what, { since: this.troubles.get(what)?.since ?? this.now(), error });
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
    const error = this.stopError ?? troubles[0]?.error;
    return {
      isHealthy: this.stopError === undefined && stall === undefined && !hasLastingTrouble,
      detail: {
        status: this.status(),
        head: this.head,
        indexed: this.indexed,
        lag: this.head < 0 ? null : Math.max(0, this.head - this.indexed),
        lagSeconds: this.lagSeconds ?? null,
        isSynced: this.isSynced,
        hasErrors: this.hasErrors || this.stopError !== undefined,
        waitingFor: this.awaited ?? null,
        failure: error instanceof SubgraphFailed ? faultDetail(error.fault) : null,
        reason: error === undefined ? (stall ?? null) : messageOf(error),
      },
    };
  }

  private status(): Status {
    if (this.stopError !== undefined) return "failed";
    if (this.isWaiting) return "waiting";
    if (this.headBlock < 0) return "starting";
    if (!this.isSynced) return "syncing";
    const isBehind = this.laggingSince !== undefined && this.now() - this.laggingSince >= PATIENCE_MS;
    return isBehind ? "behind" : "synced";
  }

  /** Whatever the reason: the chain goes on, and no block is indexed. */
  private stall(): string | undefined {
    if (this.behindSince === undefined || this.isWaiting) return undefined;
    const ms = this.now() - this.behindSince;
    if (ms < STALL_MS) return undefined;
    return `no block indexed for ${Math.floor(ms / SECOND_MS)} s, though the node is at block ${this.headBlock}`;
  }
}

function faultDetail({ block, handler, reason }: SubgraphFault): Record<string, unknown> {
  return { block, handler: handler ?? null, reason };
}
