import { inconsistent } from "./check.ts";
import { sortLogs, type ChainReader } from "./chain-reader.ts";
import { MAX_ADDRESSES, type LogQuery, type SourceFilter } from "./filter.ts";
import { AdaptiveRange } from "./ranges.ts";
import type { Retry } from "./retry.ts";
import type { Block, BlockRef, Header, Log } from "./types.ts";

/** A range of final blocks: those with logs or wanted otherwise, and always the last. */
interface Range {
  readonly from: number;
  readonly to: number;
  readonly parentHash: string;
  readonly last: Header;
  readonly blocks: Block[];
}

/** Makes a block of a header and its logs. */
export function blockOf(header: Header, logs: readonly Log[], isRecent: boolean): Block {
  return {
    number: Number(header.number),
    hash: header.hash,
    header,
    time: Number(header.timestamp),
    logs,
    isRecent,
  };
}

/** Reads blocks that can't change anymore, range by range, one range ahead of what is handled. */
export class Backfill {
  private readonly reader: ChainReader;
  private readonly filter: SourceFilter;
  private readonly retry: Retry;
  private readonly range = new AdaptiveRange();
  private current: Range | undefined;
  private next: { range: Promise<Range>; from: number } | undefined;

  constructor(reader: ChainReader, filter: SourceFilter, retry: Retry) {
    this.reader = reader;
    this.filter = filter;
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
      const range = await this.retry(() => this.fetchLinked(start, to, before));
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

  private async fetchLinked(from: number, to: number, parent: string): Promise<Range> {
    const ahead = this.next?.from === from ? this.next.range : undefined;
    this.next = undefined;
    const range = (await ahead?.catch(() => undefined)) ?? (await this.fetch(from, to));
    if (parent !== "" && range.parentHash !== parent)
      throw inconsistent(`block ${from} is no child of block ${from - 1} as it was indexed (${parent})`);
    return range;
  }

  private lookAhead(from: number, to: number): void {
    const range = this.fetch(from, to);
    range.catch(() => undefined); // it is fetched again, and told, when its turn comes
    this.next = { range, from };
  }

  /**
   * Looks for logs of new queries in `block`, which is being handled, and in later blocks that were fetched without
   * them.
   *
   * @returns the logs of `block`
   */
  async extend(block: Block, queries: readonly LogQuery[]): Promise<Log[]> {
    const range = this.current;
    if (!range) return (await this.reader.logsOfBlocks(queries, [block.header]))[0] ?? [];
    this.next = undefined;
    const found = await this.logsInParts(queries, block.number, range.to);
    if (found.some((log) => Number(log.blockNumber) === block.number && log.blockHash !== block.hash))
      throw inconsistent(`block ${block.number} (${block.hash}) is no longer on the chain`);
    const later = found.filter((log) => Number(log.blockNumber) > block.number);
    if (later.length > 0 || this.filter.wantedBlocks(block.number + 1, range.to).length > 0) {
      const index = range.blocks.findIndex((item) => item.number === block.number);
      const logs = sortLogs([...range.blocks.slice(index + 1).flatMap((item) => item.logs), ...later]);
      const rest = await this.assemble(logs, block.number + 1, range.last);
      range.blocks.splice(index + 1, range.blocks.length, ...rest);
    }
    return found.filter((log) => Number(log.blockNumber) === block.number);
  }

  /** Logs of a range that is given: in halves where the node refuses the whole. */
  private async logsInParts(queries: readonly LogQuery[], from: number, to: number): Promise<Log[]> {
    try {
      return (await this.reader.logsInRange(queries, from, to)).logs;
    } catch (error) {
      if (!this.range.shrink(to - from + 1, error)) throw error;
      const middle = Math.floor((from + to) / 2);
      const lower = await this.logsInParts(queries, from, middle);
      return [...lower, ...(await this.logsInParts(queries, middle + 1, to))];
    }
  }

  private async fetch(from: number, most: number): Promise<Range> {
    for (;;) {
      const to = this.range.end(from, most);
      try {
        const queries = this.filter.logQueries();
        const { logs, first, last } = await this.reader.logsInRange(queries, from, to);
        const wanted = this.withoutStrangers(logs, queries);
        this.range.note(to - from + 1, logs.length);
        const blocks = await this.assemble(wanted, from, last);
        return { from, to, parentHash: first.parentHash, last, blocks };
      } catch (error) {
        if (!this.range.shrink(to - from + 1, error)) throw error;
      }
    }
  }

  /** When the addresses were too many to be named, logs of other contracts come along. */
  private withoutStrangers(logs: Log[], queries: readonly LogQuery[]): Log[] {
    if (queries.every(({ addresses }) => addresses === undefined || addresses.length <= MAX_ADDRESSES)) return logs;
    const sets = queries.map(({ addresses, topics }) => ({
      addresses: addresses && new Set(addresses),
      topics: new Set(topics[0]),
    }));
    return logs.filter((log) =>
      sets.some(({ addresses, topics }) => topics.has(log.topics[0] ?? "") && (addresses?.has(log.address) ?? true)),
    );
  }

  /** Blocks of logs, of `wantedBlocks`, and the range's last, which moves the cursor. */
  private async assemble(logs: readonly Log[], from: number, last: Header): Promise<Block[]> {
    const byHash = new Map<string, Log[]>();
    for (const log of logs) {
      const list = byHash.get(log.blockHash);
      if (list) list.push(log);
      else byHash.set(log.blockHash, [log]);
    }
    const hashes = [...byHash.keys()].filter((hash) => hash !== last.hash);
    const withLogs = [...(await this.reader.headersByHash(hashes)), last];
    const known = new Set(withLogs.map((header) => Number(header.number)));
    const numbers = this.filter.wantedBlocks(from, Number(last.number)).filter((number) => !known.has(number));
    const others = (await this.reader.headersByNumber(numbers)).map((header, index) => {
      if (!header) throw inconsistent(`the node no longer has block ${numbers[index] ?? "?"}`);
      return header;
    });
    return [...withLogs, ...others]
      .map((header) => blockOf(header, sortByIndex(byHash.get(header.hash) ?? []), false))
      .sort((a, b) => a.number - b.number);
  }
}

function sortByIndex(logs: Log[]): Log[] {
  return logs.sort((a, b) => Number(a.logIndex) - Number(b.logIndex));
}
