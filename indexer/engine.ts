import { describeError, type BaseError } from "#kernel/errors.ts";
import type { Logger } from "#kernel/log.ts";
import { SECOND_MS, backoffMs, sleep } from "#kernel/time.ts";
import { encodeCheckpoint, type Checkpoint } from "./checkpoint.ts";
import { failureOf, faultAt, hopeless, mayPass } from "./faults.ts";
import type { HealthBoard } from "./health.ts";
import type { IndexerMetrics } from "./metrics.ts";
import type { IndexedStep } from "./options.ts";
import { persist } from "./persist.ts";
import { timed, type Profile } from "./profile/profile.ts";
import { Progress } from "./progress.ts";
import type { EntityCache } from "./entities/cache.ts";
import type { Registry } from "./runner/registry.ts";
import type { BlockOutcome, BlockRunner } from "./runner/run-block.ts";
import type { Source } from "./source/follow.ts";
import { ChainMoved } from "./source/retry.ts";
import type { Block, BlockRef } from "./source/types.ts";
import type { Store } from "./store/store.ts";
import { isLocked } from "./store/views.ts";
import { Writer } from "./writer.ts";

/** Hashes that can't change anymore are deleted this many blocks at a time. */
const FINALIZE_STEP = 25;
/** Pauses before a block that failed is tried again; short, as the chain isn't looked at meanwhile. */
const BLOCK_PAUSE_MS = SECOND_MS;
const MAX_BLOCK_PAUSE_MS = 10 * SECOND_MS;
/** A run up to a block gives up on one that failed so often; a block that may still change is given more time. */
const FINAL_TRIES = 2;
const RECENT_TRIES = 5;

/** Readers that keep the views from being switched have so long without another try, which makes new ones wait. */
const SWITCH_PAUSE_MS = 5 * SECOND_MS;

/** The views couldn't be switched because they are read: indexing goes on. */
class Postponed extends Error {
  override readonly name = "Postponed";
}

/** What the engine joins. */
export interface EngineParts {
  readonly source: Source;
  readonly runner: BlockRunner;
  readonly store: Store;
  readonly cache: EntityCache;
  readonly registry: Registry;
  readonly health: HealthBoard;
  readonly metrics: IndexerMetrics;
  /** times phases, if that is asked for */
  readonly profile: Profile | undefined;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  readonly viewsSchema: string | undefined;
  readonly until: number | undefined;
  /** see `IndexerOptions` */
  readonly batchChanges: number;
  readonly onStep: ((step: IndexedStep) => void) | undefined;
  /** of this run */
  readonly firstBlock: number;
  /** of the subgraph */
  readonly startBlock: number;
  /** pause between two looks at the chain once indexing has stopped */
  readonly restMs: number;
}

/** Carries out the steps of a chain: runs blocks, writes them in batches, undoes them. */
export class Engine {
  private readonly parts: EngineParts;
  private readonly progress: Progress;
  private readonly writer: Writer;
  private finalizedTo = 0;
  /** why indexing has stopped, at the last block */
  failure: BaseError | undefined;
  /** tries of a block that failed, one after the other */
  private failedTries = 0;
  /** noted once in each run: a deployment that was at the head long ago takes over again only now */
  private isNotedSynced = false;
  /** readers of the views get as long before the next try to switch them */
  private switchAfter = 0;

  constructor(parts: EngineParts) {
    this.parts = parts;
    this.progress = new Progress(parts.logger, parts.startBlock, parts.firstBlock);
    this.writer = new Writer({
      ...parts,
      goal: () => this.goal,
      persist: (what, change) => persist(parts, what, change),
    });
    parts.cache.current.writeAll = () => this.writer.flush();
  }

  /**
   * Handles a block; none after one that failed for good, as long as that is on the chain.
   *
   * @throws BaseError `SUBGRAPH_FAILED` after writing why, when a block failed for good and no reorg can remove it
   */
  async handle(block: Block): Promise<void> {
    if (this.failure) return this.rest(block, this.failure);
    const { health, metrics, source, profile } = this.parts;
    const outcome = await this.run(block);
    const lagSeconds = health.headTime === undefined ? undefined : Math.max(0, health.headTime - block.time);
    this.progress.note(block.number, outcome.eventCount, this.goal, lagSeconds);
    metrics.events.inc(outcome.eventCount);
    metrics.rows.inc(outcome.modifications.length);
    await timed(profile, "writing", this.writer.add(outcome));
    if (outcome.isFatal) return this.fail(block, failureOf(block, outcome));
    if (outcome.failures.length > 0) health.noteErrors();
    if (block.number >= source.head) await this.noteSynced(block);
  }

  private fail(block: Block, failure: BaseError): void {
    const { health, logger, until } = this.parts;
    if (until !== undefined || !block.isRecent) throw failure;
    this.failure = failure;
    health.stop(failure);
    logger.error(describeError(failure));
  }

  /** Leaves a block that follows one that failed, and looks at the chain again after a while. */
  private async rest(block: Block, failure: BaseError): Promise<void> {
    if (!block.isRecent) throw failure;
    await sleep(this.parts.restMs, this.parts.signal);
    throw new ChainMoved("indexing has stopped");
  }

  /**
   * Runs a block.
   *
   * @throws ChainMoved after a fault that may pass, noted and waited for: the chain is looked at before the next try
   */
  private async run(block: Block): Promise<BlockOutcome> {
    const { runner, signal, profile } = this.parts;
    try {
      const outcome = await timed(profile, "blocks", runner.run(block));
      this.settleBlock();
      return outcome;
    } catch (error) {
      signal.throwIfAborted();
      if (!mayPass(error)) throw hopeless("reading entities", error);
      await this.endure(block, error);
      throw new ChainMoved(error.message, { cause: error });
    }
  }

  /**
   * Notes a fault that may pass, and waits.
   *
   * @throws BaseError `SUBGRAPH_FAILED` when it is the subgraph's and a run that is to end has tried often enough
   */
  private async endure(block: Block, error: Error): Promise<void> {
    const { health, logger, signal, store, until } = this.parts;
    const failure = faultAt(block, error);
    health.noteTrouble("block", failure ?? error);
    await this.flush();
    const reason = (failure ?? error).message;
    logger.error({ block: block.number, reason }, "a block can't be handled; it is tried again");
    if (failure) {
      // as graph-node writes it: the handler isn't named
      const noted = { block, handler: undefined, message: error.message, isDeterministic: false };
      await store.noteTrouble(noted).catch(() => undefined);
    }
    const tries = ++this.failedTries;
    if (failure && until !== undefined && tries >= (block.isRecent ? RECENT_TRIES : FINAL_TRIES)) throw failure;
    await sleep(backoffMs(tries - 1, BLOCK_PAUSE_MS, MAX_BLOCK_PAUSE_MS), signal);
  }

  /** No block fails at present. */
  private settleBlock(): void {
    this.failedTries = 0;
    this.parts.health.noteTrouble("block", undefined);
  }

  /** Writes what was handled so far. */
  async flush(): Promise<void> {
    await timed(this.parts.profile, "writing", this.writer.flush());
  }

  /** Waits for a write that is under way; whatever became of it, nothing is under way then. */
  async idle(): Promise<void> {
    await this.writer.settle().catch(() => undefined);
  }

  /** The last block that is to be indexed as of now. */
  private get goal(): number {
    return Math.min(this.parts.source.head, this.parts.until ?? Infinity);
  }

  private persist(what: string, change: (isAgain: boolean) => Promise<void>): Promise<void> {
    return persist(this.parts, what, change);
  }

  /** Writes what was handled while no block follows: the head that it was on the way to may have moved below it. */
  async pause(): Promise<void> {
    await this.flush();
    const { last } = this.writer;
    if (last && !this.failure && last.number >= this.parts.source.head) await this.noteSynced(last);
  }

  private async noteSynced(block: BlockRef): Promise<void> {
    const { health, store, viewsSchema, logger, until } = this.parts;
    if (this.isNotedSynced || Date.now() < this.switchAfter) return;
    try {
      await this.persist("noting that the head is reached", async () => {
        await store.markSynced(block, viewsSchema).catch((error: unknown) => {
          throw until === undefined && isLocked(error) ? new Postponed() : error;
        });
      });
    } catch (error) {
      if (!(error instanceof Postponed)) throw error;
      this.switchAfter = Date.now() + SWITCH_PAUSE_MS;
      logger.warn({ block: block.number, viewsSchema }, "the views are in use; they are switched later");
      return;
    }
    health.isSynced = true;
    this.isNotedSynced = true;
    logger.info({ block: block.number }, "at the head");
  }

  /** Undoes the blocks above `ancestor`. */
  async revertTo(ancestor: BlockRef): Promise<void> {
    const { store, cache, registry, health, metrics, logger, onStep } = this.parts;
    await this.flush();
    await this.persist("undoing blocks", () => store.revertTo(ancestor));
    cache.current.clear();
    registry.removeFrom(ancestor.number + 1);
    this.settleBlock();
    this.failure = undefined;
    health.resume();
    metrics.reorgs.inc();
    metrics.reorgDepth.observe(Math.max(0, health.indexed - ancestor.number));
    logger.warn(
      { from: health.indexed, to: ancestor.number, depth: health.indexed - ancestor.number },
      "reorg: blocks are undone",
    );
    this.writer.moveTo(ancestor);
    onStep?.({ type: "reorg", ancestor });
  }

  /** The position after the last handled block; `undefined` when there is none yet in this run. */
  get position(): Checkpoint | undefined {
    return this.writer.last && encodeCheckpoint(this.writer.last);
  }

  /** Notes that blocks up to `block` can't change anymore. */
  async finalize(block: BlockRef): Promise<void> {
    this.parts.onStep?.({ type: "finalize", block });
    if (block.number < this.finalizedTo + FINALIZE_STEP) return;
    await this.flush();
    await this.persist("forgetting hashes", () =>
      this.parts.store.finalize(block, this.writer.last?.number ?? block.number),
    );
    this.finalizedTo = block.number;
  }
}
