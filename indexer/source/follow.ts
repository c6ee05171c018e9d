import { BaseError } from "#kernel/errors.ts";
import { sleep } from "#kernel/time.ts";
import { findAncestor } from "../chain/reorg.ts";
import type { ReorgWindow } from "../chain/window.ts";
import { decodeCheckpoint, type Checkpoint } from "../checkpoint.ts";
import { blockOf } from "./assemble.ts";
import { Backfill } from "./backfill.ts";
import type { ChainReader } from "./chain-reader.ts";
import { inconsistent } from "./check.ts";
import type { LogQuery, SourceFilter } from "./filter.ts";
import type { RangeCache } from "./range-cache.ts";
import { BLOCK_TRIES, ChainMoved, createRetry, type OnTrouble, type Retry } from "./retry.ts";
import { RpcError } from "./rpc.ts";
import type { Block, BlockRef, Header, Log, Step } from "./types.ts";

/** How to follow a chain. */
export interface SourceOptions {
  readonly reader: ChainReader;
  readonly filter: SourceFilter;
  /** hashes of indexed blocks that may still change; kept up to date by the source */
  readonly window: ReorgWindow;
  /** blocks behind the head that may change; `undefined`: those above the node's `finalized` */
  readonly reorgWindow: number | undefined;
  /** last block to give; without it the source goes on for ever */
  readonly until: number | undefined;
  readonly pollMs: number;
  readonly signal: AbortSignal;
  /** told the node's head and its time in seconds since 1970 */
  readonly onPoll?: (head: number, time: number) => void;
  /** asked when an indexed block isn't found; throws when the node serves another chain altogether */
  readonly checkChain: () => Promise<void>;
  /** what goes wrong and is tried again, or goes well again */
  readonly onTrouble?: OnTrouble;
  /** where ranges of final blocks are kept; without it all are fetched */
  readonly cache?: RangeCache | undefined;
}

/** Headers fetched at once near the head. */
const TIP_BATCH = 50;
/** The window when a node doesn't know `finalized`: graph-node's. */
const DEFAULT_WINDOW = 250;

interface Tip {
  readonly head: Header;
  readonly headNumber: number;
  /** the highest block that can't change anymore */
  readonly final: number;
  /** set when the indexed chain is not the node's anymore */
  readonly isReorg: boolean;
}

/** Follows one chain: history by ranges, then block by block. */
export class Source {
  /** the node's head as of the last poll */
  head = -1;
  /** the node's last `finalized`, once it gave one */
  private finalized: BlockRef | undefined;
  private readonly options: SourceOptions;
  private readonly backfill: Backfill;
  private readonly retry: Retry;
  /** for the logs of blocks that may have left the chain */
  private readonly tryLogs: Retry;
  /** for what else the block that is being handled needs */
  private readonly tryBlock: Retry;

  constructor(options: SourceOptions) {
    this.options = options;
    const { signal, onTrouble } = options;
    this.retry = createRetry("chain", signal, onTrouble);
    this.tryLogs = createRetry("logs", signal, onTrouble, BLOCK_TRIES);
    this.tryBlock = createRetry("block", signal, onTrouble, BLOCK_TRIES);
    this.backfill = new Backfill(options.reader, options.filter, this.tryLogs, options.cache);
  }

  /**
   * What happens on the chain after `checkpoint`, in order, until `until` is reached or the signal is aborted.
   *
   * @param checkpoint `undefined` begins with block 0
   * @throws BaseError `REORG_TOO_DEEP`
   */
  async *follow(checkpoint: Checkpoint | undefined): AsyncGenerator<Step> {
    const { until = Infinity, window, signal } = this.options;
    let last = checkpoint === undefined ? { number: -1, hash: "" } : decodeCheckpoint(checkpoint);
    let finalized = -1;
    window.cutAbove(last.number); // a block that was given up is none of ours
    while (!signal.aborted) {
      const tip = await this.retry(() => this.poll(last));
      const before = last;
      if (tip.isReorg) {
        last = await this.ancestorOf(last);
        // asked again, the node had our last block: its answers come from unequal nodes, and nothing is to be undone
        if (last.hash === before.hash) await sleep(this.options.pollMs, signal);
        else {
          window.cutAbove(last.number);
          yield { type: "reorg", ancestor: last };
        }
        continue;
      }
      const final = Math.min(tip.final, until);
      for await (const block of this.history(last, final)) {
        last = block;
        yield { type: "block", block };
      }
      for await (const block of this.recent(last, Math.min(tip.headNumber, until))) {
        last = block;
        yield { type: "block", block };
      }
      const finalHash = final > finalized ? window.hashOf(final) : undefined;
      if (finalHash !== undefined) {
        finalized = final;
        window.cutBelow(final);
        yield { type: "finalize", block: { number: final, hash: finalHash } };
      }
      if (last.number >= until) return;
      yield { type: "rest" };
      // a whole new stretch may have come while the last one was handled
      if (last.number >= tip.headNumber || last === before) await sleep(this.options.pollMs, signal);
    }
  }

  /** @throws BaseError `REORG_TOO_DEEP`; `CHAIN_CHANGED` when the node serves another chain, forked off or not */
  private async ancestorOf(last: BlockRef): Promise<BlockRef> {
    await this.retry(() => this.options.checkChain());
    return this.retry(() => findAncestor(this.options.reader, this.options.window, last));
  }

  /**
   * The logs of new queries in the block that is being handled; later blocks will have theirs too.
   *
   * @throws ChainMoved
   */
  async extend(block: Block, queries: readonly LogQuery[]): Promise<Log[]> {
    return this.tryBlock(() => this.backfill.extend(block, queries));
  }

  /** Head, finality, and whether the indexed blocks are still on the chain: always asked anew, nothing is kept. */
  private async poll(last: BlockRef): Promise<Tip> {
    const { reader, onPoll } = this.options;
    const head = await reader.tagged("latest");
    if (!head) throw inconsistent("the node has no latest block");
    const headNumber = Number(head.number);
    const final = await this.finalOf(headNumber);
    this.head = headNumber;
    onPoll?.(headNumber, Number(head.timestamp));
    const isReorg = (await this.isBesideFinal()) || (await this.isReorg(last, head, headNumber));
    return { head, headNumber, final, isReorg };
  }

  /**
   * The highest block that can't change anymore. Once a node was seen to know `finalized`, a failing answer isn't taken
   * for one that doesn't; and a head below it is an old one, whose blocks may all have been replaced.
   */
  private async finalOf(headNumber: number): Promise<number> {
    const { reader, reorgWindow } = this.options;
    if (reorgWindow !== undefined) return headNumber - reorgWindow;
    try {
      const header = await reader.tagged("finalized");
      if (header && Number(header.number) <= headNumber)
        this.finalized = { number: Number(header.number), hash: header.hash };
    } catch (error) {
      if (!(error instanceof RpcError)) throw error;
    }
    const { number } = this.finalized ?? { number: Infinity };
    return number <= headNumber ? number : headNumber - DEFAULT_WINDOW;
  }

  /**
   * Whether another block than the node's final one was indexed at its height.
   *
   * @throws BaseError `NODE_INCONSISTENT`, retryable, when that isn't on the node's own chain
   */
  private async isBesideFinal(): Promise<boolean> {
    const { finalized } = this;
    const indexed = finalized && this.options.window.hashOf(finalized.number);
    if (indexed === undefined || indexed === finalized?.hash) return false;
    const [header] = await this.options.reader.headersByNumber([finalized?.number ?? 0]);
    if (header?.hash === indexed) throw inconsistent(`the node's final block ${header.number} isn't on its chain`);
    return true;
  }

  /**
   * A reorg is another hash at an indexed height. A lower head alone is not: the node may lag, and what it has is held
   * against what was indexed at its height.
   *
   * @throws BaseError `NODE_BEHIND`, retryable, when the head is below every block whose hash is kept
   */
  private async isReorg(last: BlockRef, head: Header, headNumber: number): Promise<boolean> {
    if (last.number < 0) return false;
    const height = Math.min(last.number, headNumber);
    const indexed = height === last.number ? last.hash : this.options.window.hashOf(height);
    if (indexed === undefined) {
      await this.options.checkChain();
      throw new BaseError(
        "NODE_BEHIND",
        `the node is at block ${headNumber}, far below block ${last.number} (${last.hash}), the last one indexed`,
        {
          isRetryable: true,
          hints: [
            "wait until the node has caught up, or use another",
            `if its chain was replaced, run again with --rewind-to BLOCK (at most ${headNumber})`,
          ],
        },
      );
    }
    if (height === headNumber) return head.hash !== indexed;
    const [header] = await this.options.reader.headersByNumber([height]);
    return header !== undefined && header.hash !== indexed;
  }

  /** Final blocks by ranges; the last one opens the window of recent ones. */
  private async *history(last: BlockRef, to: number): AsyncGenerator<Block> {
    for await (const found of this.backfill.blocks(last, to)) {
      const block = found.number === to ? { ...found, isRecent: true } : found;
      if (block.isRecent) this.remember(block);
      yield block;
    }
  }

  /** Blocks that may still change, each checked to be its predecessor's child. Ends early when one isn't. */
  private async *recent(last: BlockRef, to: number): AsyncGenerator<Block> {
    while (last.number < to) {
      const from = last.number + 1;
      const numbers = Array.from({ length: Math.min(TIP_BATCH, to - from + 1) }, (_, index) => from + index);
      const previous = last;
      const headers = await this.retry(() => this.linkedHeaders(numbers, previous));
      if (headers.length === 0) return; // the next poll finds the reorg
      const version = this.options.filter.version;
      const logs = await this.logsOf(headers);
      if (!logs) return; // so it does when these blocks have left the chain
      for (const [index, header] of headers.entries()) {
        const block = blockOf(header, logs[index] ?? [], true);
        this.remember(block);
        last = block;
        yield block;
        // the filter grew: the rest was fetched without the new sources
        if (this.options.filter.version !== version) break;
      }
    }
  }

  private async linkedHeaders(numbers: readonly number[], last: BlockRef): Promise<Header[]> {
    const headers = await this.options.reader.headersByNumber(numbers);
    const linked: Header[] = [];
    let parent = last.hash;
    for (const header of headers) {
      if (!header || (parent !== "" && header.parentHash !== parent)) break;
      linked.push(header);
      parent = header.hash;
    }
    return linked;
  }

  private async logsOf(headers: readonly Header[]): Promise<Log[][] | undefined> {
    const queries = this.options.filter.logQueries();
    if (queries.length === 0) return headers.map(() => []);
    try {
      return await this.tryLogs(() => this.options.reader.logsOfBlocks(queries, headers));
    } catch (error) {
      if (error instanceof ChainMoved) return undefined;
      throw error;
    }
  }

  private remember(block: Block): void {
    this.options.window.add({ number: block.number, hash: block.hash, parentHash: block.header.parentHash });
  }
}
