import { assemble } from "./assemble.ts";
import { sortLogs, type ChainReader } from "./chain-reader.ts";
import { inconsistent } from "./check.ts";
import { MAX_ADDRESSES, type LogQuery, type SourceFilter } from "./filter.ts";
import { keyOf, type RangeCache, type StoredRange } from "./range-cache.ts";
import { AdaptiveRange } from "./ranges.ts";
import type { Block, Header, Log } from "./types.ts";

/** A range of final blocks: those with logs or wanted otherwise, and always the last. */
export interface Range {
  readonly from: number;
  readonly to: number;
  readonly parentHash: string;
  readonly last: Header;
  readonly blocks: Block[];
  /** what it is kept as on disk, if it is */
  readonly key: string | undefined;
  /** whether it came from there */
  readonly isStored: boolean;
}

/** Fewer blocks aren't kept where the chain ends: following a chain whose head is final would make a file of each. */
const MIN_KEPT = 10;

/** Reads ranges of final blocks: from disk where they are kept, otherwise from the node. */
export class RangeReader {
  private readonly reader: ChainReader;
  private readonly filter: SourceFilter;
  private readonly cache: RangeCache | undefined;
  private readonly size = new AdaptiveRange();

  /** @param cache where ranges are kept and looked for; without it all are fetched */
  constructor(reader: ChainReader, filter: SourceFilter, cache: RangeCache | undefined) {
    this.reader = reader;
    this.filter = filter;
    this.cache = cache;
  }

  /** The range from `from` to `most` or a block before. */
  async read(from: number, most: number): Promise<Range> {
    const queries = this.filter.logQueries();
    const key = this.cache && keyOf(queries);
    const stored = key === undefined ? undefined : await this.find(key, from, most);
    if (stored) return stored;
    // a range that is kept further on begins a range of its own, or it would be of no use
    const next = key === undefined ? undefined : this.cache?.next(key, from);
    const end = Math.min(most, (next ?? Infinity) - 1);
    for (;;) {
      const to = this.size.end(from, end);
      try {
        const { logs, first, last } = await this.reader.logsInRange(queries, from, to);
        const wanted = withoutStrangers(logs, queries);
        this.size.note(to - from + 1, logs.length);
        const blocks = await this.assemble(wanted, from, last, []);
        const isKept = to < most || to - from + 1 >= MIN_KEPT;
        const range = { from, to, parentHash: first.parentHash, last, blocks, isStored: false };
        if (isKept) this.keep(key, { ...range, headers: headersOf(blocks), logs: wanted });
        return { ...range, key: isKept ? key : undefined };
      } catch (error) {
        if (!this.size.shrink(to - from + 1, error)) throw error;
      }
    }
  }

  /** Forgets a range that came from disk. */
  async forget({ key, from, to }: Range): Promise<void> {
    if (key !== undefined) await this.cache?.remove({ key, from, to });
  }

  /**
   * Adds the logs of new queries to the blocks of a range above `block`.
   *
   * @returns those of `block`
   */
  async extend(range: Range, block: Block, queries: readonly LogQuery[]): Promise<Log[]> {
    const { to, last, blocks } = range;
    const key = range.key === undefined ? undefined : keyOf(queries);
    const from = block.number;
    const isOnChain = ({ hash }: Header): boolean => hash === last.hash;
    const stored = key && (await this.cache?.find(key, { from, least: to, most: to }, isOnChain));
    const found = stored ? stored.logs : await this.logsInParts(queries, from, to);
    if (found.some((log) => Number(log.blockNumber) === from && log.blockHash !== block.hash))
      throw inconsistent(`block ${from} (${block.hash}) is no longer on the chain`);
    const later = found.filter((log) => Number(log.blockNumber) > from);
    const before = headersOf(blocks);
    if (later.length > 0 || this.filter.wantedBlocks(from + 1, to).length > 0) {
      const index = blocks.findIndex(({ number }) => number === from);
      const logs = sortLogs([...blocks.slice(index + 1).flatMap((item) => item.logs), ...later]);
      const rest = await this.assemble(logs, from + 1, last, [...before, ...(stored ? stored.headers : [])]);
      blocks.splice(index + 1, blocks.length, ...rest);
    }
    const had = new Set(before.map(({ hash }) => hash));
    const headers = [...headersOf(blocks).filter(({ hash }) => !had.has(hash)), last];
    this.keep(key, { from, to, parentHash: block.header.parentHash, headers, logs: found }, stored || undefined);
    return found.filter((log) => Number(log.blockNumber) === from);
  }

  /** A range from disk, if the node still has its last block. */
  private async find(key: string, from: number, most: number): Promise<Range | undefined> {
    const isOnChain = async ({ number, hash }: Header): Promise<boolean> => {
      const [header] = await this.reader.headersByNumber([Number(number)]);
      if (!header) throw inconsistent(`the node no longer has block ${Number(number)}`);
      return header.hash === hash;
    };
    const stored = await this.cache?.find(key, { from, most }, isOnChain);
    const last = stored?.headers.at(-1);
    if (!stored || !last) return undefined;
    const { to, parentHash, logs, headers } = stored;
    this.size.note(to - from + 1, logs.length);
    const blocks = await this.assemble(logs, from, last, headers);
    this.keep(key, { ...stored, headers: headersOf(blocks) }, stored);
    return { from, to, parentHash, last, blocks, key, isStored: true };
  }

  /** Keeps a range; one that is kept already only if it has headers that were lacking. */
  private keep(key: string | undefined, range: StoredRange, stored?: StoredRange): void {
    if (key === undefined) return;
    const known = new Map(stored?.headers.map((header) => [header.number, header]));
    if (stored && range.headers.every(({ number, hash }) => known.get(number)?.hash === hash)) return;
    for (const header of range.headers) known.set(header.number, header);
    const headers = [...known.values()].sort((a, b) => Number(a.number) - Number(b.number));
    const { from, to, parentHash, logs } = range;
    this.cache?.put(key, { from, to, parentHash, headers, logs });
  }

  /** Logs of a range that is given: in halves where the node refuses the whole. */
  private async logsInParts(queries: readonly LogQuery[], from: number, to: number): Promise<Log[]> {
    try {
      return (await this.reader.logsInRange(queries, from, to)).logs;
    } catch (error) {
      if (!this.size.shrink(to - from + 1, error)) throw error;
      const middle = Math.floor((from + to) / 2);
      const lower = await this.logsInParts(queries, from, middle);
      return [...lower, ...(await this.logsInParts(queries, middle + 1, to))];
    }
  }

  private assemble(logs: readonly Log[], from: number, last: Header, known: readonly Header[]): Promise<Block[]> {
    return assemble(this.reader, this.filter, { logs, from, last, known });
  }
}

function headersOf(blocks: readonly Block[]): Header[] {
  return blocks.map(({ header }) => header);
}

/** When the addresses were too many to be named, logs of other contracts come along. */
function withoutStrangers(logs: Log[], queries: readonly LogQuery[]): Log[] {
  if (queries.every(({ addresses }) => addresses === undefined || addresses.length <= MAX_ADDRESSES)) return logs;
  const sets = queries.map(({ addresses, topics }) => ({
    addresses: addresses && new Set(addresses),
    topics: new Set(topics[0]),
  }));
  return logs.filter((log) =>
    sets.some(({ addresses, topics }) => topics.has(log.topics[0] ?? "") && (addresses?.has(log.address) ?? true)),
  );
}
