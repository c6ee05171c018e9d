import type { EntityCache } from "./entities/cache.ts";
import { hopeless, isDuplicate } from "./faults.ts";
import type { HealthBoard } from "./health.ts";
import type { IndexerMetrics } from "./metrics.ts";
import type { IndexedStep, TouchedEntity } from "./options.ts";
import type { Registry } from "./runner/registry.ts";
import type { BlockOutcome } from "./runner/run-block.ts";
import { ChainMoved } from "./source/retry.ts";
import type { Block, BlockRef } from "./source/types.ts";
import { Batch } from "./store/batch.ts";
import type { Store } from "./store/store.ts";

/** A batch is written at least this often, so that readers see progress. */
const MAX_BATCH_MS = 5_000;

/** What the writer works on. */
export interface WriterParts {
  readonly store: Store;
  readonly cache: EntityCache;
  readonly registry: Registry;
  readonly health: HealthBoard;
  readonly metrics: IndexerMetrics;
  /** see `IndexerOptions` */
  readonly batchChanges: number;
  readonly onStep: ((step: IndexedStep) => void) | undefined;
  readonly firstBlock: number;
  /** the last block that is to be indexed as of now */
  readonly goal: () => number;
  /** changes the database, again until it did */
  readonly persist: (what: string, change: (isAgain: boolean) => Promise<void>) => Promise<void>;
}

interface Touched {
  readonly block: BlockRef;
  readonly entities: readonly TouchedEntity[];
}

/** Gathers what blocks do and writes it in batches: far from the head one is written while the next is gathered. */
export class Writer {
  /** the last block that was handled, written or not */
  last: BlockRef | undefined;
  private readonly parts: WriterParts;
  private batch = new Batch();
  private touched: Touched[] = [];
  private startedAt = Date.now();
  /** the batch that is being written; settles without an error, which `settle` throws */
  private writing: Promise<unknown> | undefined;
  /** the last block that was written in this run */
  private written: BlockRef | undefined;
  /** the last block of a batch that was given up */
  private redoneTo = -1;

  constructor(parts: WriterParts) {
    this.parts = parts;
  }

  /** Adds what became of a block; writes when enough is gathered. */
  async add(outcome: BlockOutcome): Promise<void> {
    const { block, modifications, isFatal } = outcome;
    const { store, goal, onStep, batchChanges } = this.parts;
    if (this.batch.isEmpty) this.startedAt = Date.now();
    this.batch.add(outcome, store.horizon(goal()));
    this.last = block;
    if (onStep) {
      this.touched.push({ block, entities: modifications.map(({ type, id }) => ({ type: type.name, id })) });
    }
    if (isFatal || block.number >= goal()) return this.flush();
    if (this.batch.modificationCount < batchChanges && Date.now() - this.startedAt < MAX_BATCH_MS) return;
    await this.settle();
    this.start();
    if (block.isRecent) await this.settle();
  }

  /** Writes what was handled so far, and waits for it. */
  async flush(): Promise<void> {
    await this.settle();
    if (this.batch.isEmpty) return;
    this.start();
    await this.settle();
  }

  /** Waits for the batch that is being written. */
  async settle(): Promise<void> {
    const error = await this.writing;
    this.writing = undefined;
    if (error === undefined) return;
    if (isDuplicate(error)) this.redo(error);
    throw hopeless("writing a batch", error);
  }

  /** Goes on from another block; nothing may be unwritten. */
  moveTo(block: BlockRef): void {
    this.last = block;
    this.written = block;
    this.parts.health.indexed = block.number;
    this.parts.health.indexedTime = undefined; // until the next block is written
    this.parts.metrics.indexed.set(block.number);
  }

  private start(): void {
    const { batch, touched } = this;
    // what earlier batches wrote is in the database by now: of what is held only this batch isn't
    this.parts.cache.current.evict(batch);
    this.batch = new Batch();
    this.touched = [];
    this.writing = this.write(batch, touched).then(
      () => undefined,
      (error: unknown) => error,
    );
  }

  private async write(batch: Batch, touched: readonly Touched[]): Promise<void> {
    const { store, metrics, onStep, goal, persist } = this.parts;
    const last = batch.last as Block;
    metrics.batchChanges.observe(batch.modificationCount);
    const end = metrics.flushSeconds.startTimer();
    await persist("writing a batch", (isAgain) => store.write(batch, goal(), isAgain));
    end();
    this.moveWritten(last);
    for (const { block, entities } of touched) {
      onStep?.({ type: "block", number: block.number, hash: block.hash, touched: entities });
    }
    if (last.isRecent || last.number >= goal()) await persist("making indexes", () => store.finishHistory());
  }

  private moveWritten(last: Block): void {
    const { health, metrics } = this.parts;
    this.written = last;
    health.indexed = last.number;
    health.indexedTime = last.time;
    metrics.indexed.set(last.number);
  }

  /**
   * Gives up batches with an immutable entity that an earlier one has made already, too long ago to be in memory: their
   * blocks run once more, and now the one at fault is found.
   *
   * @throws ChainMoved
   */
  private redo(error: Error): void {
    const { cache, registry, firstBlock } = this.parts;
    const to = this.last?.number ?? -1;
    if (to <= this.redoneTo) return;
    this.redoneTo = to;
    cache.current.clear();
    cache.lookForImmutable(to);
    registry.removeFrom(this.written ? this.written.number + 1 : firstBlock);
    this.batch = new Batch();
    this.touched = [];
    this.last = this.written;
    throw new ChainMoved(error.message, { cause: error });
  }
}
