import type { ChainReader } from "./chain-reader.ts";
import { inconsistent } from "./check.ts";
import type { LogQuery, SourceFilter } from "./filter.ts";
import type { RangeCache } from "./range-cache.ts";
import { RangeReader, type Range } from "./range-reader.ts";
import type { Retry } from "./retry.ts";
import type { Block, BlockRef, Log } from "./types.ts";

/** Reads blocks that can't change anymore, range by range, one range ahead of what is handled. */
export class Backfill {
  private readonly reader: ChainReader;
  private readonly ranges: RangeReader;
  private readonly retry: Retry;
  private current: Range | undefined;
  private next: { range: Promise<Range>; from: number } | undefined;

  constructor(reader: ChainReader, filter: SourceFilter, retry: Retry, cache?: RangeCache) {
    this.reader = reader;
    this.ranges = new RangeReader(reader, filter, cache);
    this.retry = retry;
  }

  /**
   * Blocks above `last` up to `to`; only ones that matter, and the last of each range. Each range must be the child of
   * what came before it: a chain that changes below its last final block isn't mixed with what it was.
   */
  async *blocks(last: BlockRef, to: number): AsyncGenerator<Block> {
    let from = last.number + 1;
    let parent = last.hash;
    while (from <= to) {
      const [start, before] = [from, parent];
      const range = await this.retry(() => this.readLinked(start, to, before));
      this.current = range;
      parent = range.last.hash;
      from = range.to + 1;
      if (from <= to) this.lookAhead(from, to);
      // the list may grow behind the current block while it is handled
      try {
        for (let index = 0; index < range.blocks.length; index++) yield range.blocks[index] as Block;
      } finally {
        this.current = undefined; // also when the reader gives up in the middle
      }
    }
  }

  private async readLinked(from: number, to: number, parent: string): Promise<Range> {
    const ahead = this.next?.from === from ? this.next.range : undefined;
    this.next = undefined;
    let range = (await ahead?.catch(() => undefined)) ?? (await this.ranges.read(from, to));
    const isStranger = (): boolean => parent !== "" && range.parentHash !== parent;
    while (range.isStored && isStranger()) {
      await this.ranges.forget(range);
      range = await this.ranges.read(from, to);
    }
    if (isStranger())
      throw inconsistent(`block ${from} is no child of block ${from - 1} as it was indexed (${parent})`);
    return range;
  }

  private lookAhead(from: number, to: number): void {
    const range = this.ranges.read(from, to);
    range.catch(() => undefined); // it is read again, and told, when its turn comes
    this.next = { range, from };
  }

  /**
   * Looks for logs of new queries in `block`, which is being handled, and in later blocks that were read without them.
   *
   * @returns the logs of `block`
   */
  async extend(block: Block, queries: readonly LogQuery[]): Promise<Log[]> {
    const range = this.current;
    if (!range) return (await this.reader.logsOfBlocks(queries, [block.header]))[0] ?? [];
    this.next = undefined;
    return this.ranges.extend(range, block, queries);
  }
}
