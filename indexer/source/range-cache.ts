import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { brotliCompress, brotliDecompress, constants, crc32 } from "node:zlib";
import { messageOf } from "#kernel/errors.ts";
import type { Logger } from "#kernel/log.ts";
import type { ChainIdentity } from "../chain/identity.ts";
import type { LogQuery } from "./filter.ts";
import { RangeFiles, type RangeName } from "./range-files.ts";
import type { Header, Log } from "./types.ts";

/** What the node said of a range of blocks that can't change anymore. */
export interface StoredRange {
  readonly from: number;
  readonly to: number;
  /** of the first block */
  readonly parentHash: string;
  /** of blocks with logs, of others that were wanted, and of the last one, which ends the list */
  readonly headers: readonly Header[];
  readonly logs: readonly Log[];
}

/** Where ranges are kept, and for which chain. */
export interface RangeCacheOptions {
  readonly folder: string;
  readonly chain: ChainIdentity;
  readonly maxBytes: number;
  readonly logger: Logger;
  /** told how each look for a range ended; a stale one was of another chain */
  readonly onLookup?: (outcome: "hit" | "miss" | "stale") => void;
}

/** The most bytes of all files together when nothing else is said. */
export const DEFAULT_LOG_CACHE_BYTES = 2 * 2 ** 30;

/** Changes with what the files hold. */
const FORMAT = 1;
const CHECKSUM_BYTES = 4;
/** Logs and headers that may wait to be written; with more, a range isn't kept: the disk is too slow for this chain. */
const MAX_WAITING = 200_000;

const compress = promisify(brotliCompress);
const expand = promisify(brotliDecompress);

/** A name for the answers to these queries. */
export function keyOf(queries: readonly LogQuery[]): string {
  return createHash("sha256")
    .update(JSON.stringify([FORMAT, queries]))
    .digest("hex")
    .slice(0, 16);
}

/** Final ranges of blocks on disk, so that indexing again asks the node for little. A failing disk turns it off. */
export class RangeCache {
  private readonly options: RangeCacheOptions;
  private readonly files: RangeFiles;
  private opening: Promise<void> | undefined;
  private writing = Promise.resolve();
  private waiting = 0;
  private isOff = false;

  constructor(options: RangeCacheOptions) {
    const { chainId, genesisHash } = options.chain;
    this.options = options;
    this.files = new RangeFiles(options.folder, `${chainId}-${genesisHash.slice(2, 10)}`, options.maxBytes);
  }

  /**
   * A range that begins at `from` and ends between `least` and `most`, if one is kept and `isOnChain` says so of its
   * last block; if it says no, the range is forgotten.
   *
   * @throws what `isOnChain` throws
   */
  async find(
    key: string,
    { from, least = from, most }: { from: number; least?: number; most: number },
    isOnChain: (last: Header) => boolean | Promise<boolean>,
  ): Promise<StoredRange | undefined> {
    this.opening ??= this.guard(() => this.files.open());
    await this.opening;
    const to = this.isOff ? undefined : this.files.find(key, from, most);
    const range = to === undefined || to < least ? undefined : await this.read({ key, from, to });
    const last = range?.headers.at(-1);
    const outcome = !last ? "miss" : (await isOnChain(last)) ? "hit" : "stale";
    this.options.onLookup?.(outcome);
    if (range && outcome === "stale") await this.remove({ key, from, to: range.to });
    return outcome === "hit" ? range : undefined;
  }

  /** Where the next range begins that is kept, if one does after `from`. */
  next(key: string, from: number): number | undefined {
    return this.isOff ? undefined : this.files.next(key, from);
  }

  /** Keeps a range, in the background. */
  put(key: string, range: StoredRange): void {
    const weight = range.logs.length + range.headers.length;
    if (this.isOff || this.waiting + weight > MAX_WAITING) return;
    this.waiting += weight;
    const name = { key, from: range.from, to: range.to };
    this.writing = this.writing
      .then(() => this.guard(async () => this.files.write(name, await encode(name, range))))
      .finally(() => (this.waiting -= weight));
  }

  /** Forgets a range. */
  async remove(name: RangeName): Promise<void> {
    await this.guard(() => this.files.remove(name));
  }

  /** Waits until everything is written. */
  async idle(): Promise<void> {
    await this.writing;
  }

  private async read(name: RangeName): Promise<StoredRange | undefined> {
    return this.guard(async () => {
      const content = await this.files.read(name);
      const range = content && (await decode(name, content));
      if (content && !range) await this.files.remove(name);
      return range;
    });
  }

  /** Indexing goes on without the disk, whatever is wrong with it. */
  private async guard<T>(work: () => Promise<T>): Promise<T | undefined> {
    if (this.isOff) return undefined;
    try {
      return await work();
    } catch (error) {
      const { folder, logger } = this.options;
      if (!this.isOff) logger.warn({ folder, reason: messageOf(error) }, "logs can't be kept; they are always fetched");
      this.isOff = true;
      return undefined;
    }
  }
}

/** The checksum of the rest, then JSON as Brotli makes it smaller: that has no checksum of its own. */
async function encode(name: RangeName, range: StoredRange): Promise<Buffer> {
  const json = Buffer.from(JSON.stringify({ ...range, key: name.key }));
  // of all that Node has, quality 1 costs least: 1.1 ms per MB, half of gzip's, for a tenth of the size
  const params = { [constants.BROTLI_PARAM_QUALITY]: 1, [constants.BROTLI_PARAM_SIZE_HINT]: json.length };
  const content = await compress(json, { params });
  const checksum = Buffer.alloc(CHECKSUM_BYTES);
  checksum.writeUInt32BE(crc32(content));
  return Buffer.concat([checksum, content]);
}

/** `undefined` for what isn't whole, or was written under another name. */
async function decode(name: RangeName, content: Buffer): Promise<StoredRange | undefined> {
  const compressed = content.subarray(CHECKSUM_BYTES);
  if (compressed.length === 0 || content.readUInt32BE(0) !== crc32(compressed)) return undefined;
  try {
    const json = (await expand(compressed, { chunkSize: 2 ** 20 })).toString();
    const { key, ...range } = JSON.parse(json) as StoredRange & { key: string };
    return key === name.key && range.from === name.from && range.to === name.to ? range : undefined;
  } catch {
    return undefined;
  }
}
