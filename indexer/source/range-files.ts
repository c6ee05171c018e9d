import { randomBytes } from "node:crypto";
import { mkdir, readFile, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { SECOND_MS } from "#kernel/time.ts";
import { StretchIndex } from "./stretches.ts";

/** Which file: of what was asked for, and from which block to which. */
export interface RangeName {
  readonly key: string;
  readonly from: number;
  readonly to: number;
}

/** Names of ours; whatever else lies in the folder is left alone. */
const FILE = /^([0-9a-f]{16})-(\d{1,10})-(\d{1,10})\.br$/;
const UNFINISHED = /^[0-9a-f]{16}-\d{1,10}-\d{1,10}\.br\.[0-9a-f]{16}$/;
/** A file that was being written so long ago never will be finished: its writer was killed. */
const UNFINISHED_MS = 3_600 * SECOND_MS;
/** What a file takes of the disk is counted in blocks of so many bytes. */
const DISK_BLOCK = 4_096;
/** After this part of the most bytes has been written, all files are counted anew: others may write there as well. */
const COUNTED_PART = 1 / 16;
/** When there are too many bytes, the oldest files go until this part of the most is left. */
const KEPT_PART = 7 / 8;

interface Found {
  readonly path: string;
  readonly bytes: number;
  readonly writtenAt: number;
}

/**
 * Files of ranges of blocks in `<folder>/<chain>/<key>-<from>-<to>.br`, for any number of processes at once. Each is
 * there as a whole or not at all. Together with those of other chains they take no more than so many bytes.
 */
export class RangeFiles {
  private readonly root: string;
  private readonly folder: string;
  private readonly maxBytes: number;
  private index = new StretchIndex();
  /** bytes written since all were counted */
  private uncounted = Infinity;

  constructor(root: string, chain: string, maxBytes: number) {
    this.root = root;
    this.folder = join(root, chain);
    this.maxBytes = maxBytes;
  }

  /** Looks which files there are. */
  async open(): Promise<void> {
    const index = new StretchIndex();
    for (const name of await namesIn(this.folder)) {
      const [, key = "", from, to] = FILE.exec(name) ?? [];
      if (key !== "") index.add(key, Number(from), Number(to));
    }
    this.index = index;
  }

  /** The last block of the longest file that begins at `from` and ends at `most` or before. */
  find(key: string, from: number, most: number): number | undefined {
    return this.index.find(key, from, most);
  }

  /** Where the next file after `from` begins. */
  next(key: string, from: number): number | undefined {
    return this.index.next(key, from);
  }

  /** A file's content; `undefined` when another process has removed it. */
  async read(name: RangeName): Promise<Buffer | undefined> {
    try {
      return await readFile(this.pathOf(name));
    } catch (error) {
      if (!isMissing(error)) throw error;
      this.index.remove(name.key, name.from, name.to);
      return undefined;
    }
  }

  /** Writes a file, under another name until it is whole. */
  async write(name: RangeName, content: Uint8Array): Promise<void> {
    const path = this.pathOf(name);
    const unfinished = `${path}.${randomBytes(8).toString("hex")}`;
    await mkdir(this.folder, { recursive: true });
    try {
      await writeFile(unfinished, content);
      await rename(unfinished, path);
    } catch (error) {
      await rm(unfinished, { force: true }).catch(() => undefined);
      throw error;
    }
    this.index.add(name.key, name.from, name.to);
    this.uncounted += onDisk(content.length);
    if (this.uncounted >= this.maxBytes * COUNTED_PART) await this.limit();
  }

  /** Deletes a file. */
  async remove(name: RangeName): Promise<void> {
    this.index.remove(name.key, name.from, name.to);
    await rm(this.pathOf(name), { force: true });
  }

  /** Deletes the oldest files of any chain when all together have too many bytes. */
  private async limit(): Promise<void> {
    const files = (await this.all()).sort((a, b) => a.writtenAt - b.writtenAt || (a.path < b.path ? -1 : 1));
    let bytes = files.reduce((sum, file) => sum + file.bytes, 0);
    if (bytes > this.maxBytes) {
      for (const file of files) {
        if (bytes <= this.maxBytes * KEPT_PART) break;
        await rm(file.path, { force: true });
        bytes -= file.bytes;
      }
      await this.open();
    }
    this.uncounted = 0;
  }

  private async all(): Promise<Found[]> {
    const found: Found[] = [];
    for (const chain of await namesIn(this.root)) {
      if (!/^\d+-[0-9a-f]{8}$/.test(chain)) continue;
      for (const name of await namesIn(join(this.root, chain))) {
        const path = join(this.root, chain, name);
        const isUnfinished = UNFINISHED.test(name);
        const stats = isUnfinished || FILE.test(name) ? await stat(path).catch(() => undefined) : undefined;
        if (stats === undefined) continue;
        if (!isUnfinished) found.push({ path, bytes: onDisk(stats.size), writtenAt: stats.mtimeMs });
        else if (Date.now() - stats.mtimeMs > UNFINISHED_MS) await rm(path, { force: true });
      }
    }
    return found;
  }

  private pathOf({ key, from, to }: RangeName): string {
    return join(this.folder, `${key}-${from}-${to}.br`);
  }
}

function onDisk(bytes: number): number {
  return Math.ceil(bytes / DISK_BLOCK) * DISK_BLOCK;
}

const isMissing = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === "ENOENT";

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}
