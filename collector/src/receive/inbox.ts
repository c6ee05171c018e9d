import { mkdir } from "node:fs/promises";
import { Appender } from "../spool/appender.ts";
import { frameBytes, writeFrame } from "../spool/frame.ts";
import { newSegment, noteRecord, RecordReader, removeSegment, scanSegments, type Segment } from "../spool/segment.ts";

/** A file of the inbox, kept while anything in it is still needed. */
export interface InboxFile {
  readonly segment: Segment;
  /** how many scrapes, or requests, still need it */
  holders: number;
  isFull: boolean;
}

/** A request that an earlier run has left. */
export interface LeftRequest {
  payload: Buffer;
  file: InboxFile;
}

interface Waiting {
  /** as it will lie on the disk */
  frame: Buffer;
  low: number;
  resolve: (file: InboxFile) => void;
  reject: (error: unknown) => void;
}

const FILE_BYTES = 4 * 1_048_576;

/**
 * Requests as they came, on disk before they are acknowledged, until all that they brought is in the spool: a scrape
 * comes in several requests, and none of them may be lost while the others are awaited. Requests that come together are
 * synced together.
 */
export class Inbox {
  readonly #dir: string;
  readonly #appender = new Appender();
  readonly #files = new Set<InboxFile>();
  #current: InboxFile;
  #waiting: Waiting[] = [];
  #writing: Promise<void> | undefined;
  #isClosed = false;

  private constructor(dir: string, lastId: number) {
    this.#dir = dir;
    this.#current = this.#begin(lastId + 1);
  }

  /** Opens the inbox in a folder that is this process's alone, and gives what an earlier run has left there. */
  static async open(dir: string): Promise<{ inbox: Inbox; left: LeftRequest[]; damagedBytes: number }> {
    await mkdir(dir, { recursive: true });
    const { segments, damagedBytes } = await scanSegments(dir);
    const inbox = new Inbox(dir, segments.at(-1)?.id ?? 0);
    const left: LeftRequest[] = [];
    for (const segment of segments) {
      const file: InboxFile = { segment, holders: 1, isFull: true };
      inbox.#files.add(file);
      for (const payload of await new RecordReader().read(segment, 0, segment.offsets.length)) {
        inbox.hold(file);
        left.push({ payload, file });
      }
      await inbox.release(file);
    }
    return { inbox, left, damagedBytes };
  }

  get bytes(): number {
    let sum = 0;
    for (const { segment } of this.#files) sum += segment.bytes;
    return sum;
  }

  /**
   * Keeps a request.
   *
   * @returns once it is safe, the file that holds it, held once
   * @throws what the disk says; then it isn't kept
   */
  append(payload: Buffer): Promise<InboxFile> {
    if (this.#isClosed) return Promise.reject(new Error("the collector is stopping"));
    const [frame, low] = [Buffer.allocUnsafe(frameBytes(payload)), Date.now()];
    writeFrame(frame, { payload, low });
    return new Promise((resolve, reject) => {
      this.#waiting.push({ frame, low, resolve, reject });
      this.#writing ??= this.#write();
    });
  }

  /** One more needs the file. */
  hold(file: InboxFile): void {
    file.holders++;
  }

  /** One less does; with the last one the file goes. */
  async release(file: InboxFile): Promise<void> {
    file.holders--;
    await this.#removeUnneeded(file);
  }

  /** Begins a new file if nothing in the present one is needed, so that little is read again after a crash. */
  async tidy(): Promise<void> {
    if (this.#writing || this.#current.segment.offsets.length === 0 || this.#current.holders > 0) return;
    await this.#turn();
  }

  /** Ends writing; what is still needed stays for the next run. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#writing;
    await this.tidy();
    await this.#appender.close();
  }

  #begin(id: number): InboxFile {
    const file: InboxFile = { segment: newSegment(this.#dir, id), holders: 0, isFull: false };
    this.#files.add(file);
    return file;
  }

  async #write(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting;
      this.#waiting = [];
      const file = this.#current;
      try {
        const frames = batch.map(({ frame }) => frame);
        await this.#appender.append(file.segment, frames);
      } catch (error) {
        for (const { reject } of batch) reject(error);
        continue;
      }
      for (const { frame, low, resolve } of batch) {
        noteRecord(file.segment, frame.length, low);
        this.hold(file);
        resolve(file);
      }
      if (file.segment.bytes >= FILE_BYTES) await this.#turn();
    }
    // At once: a request that comes before our caller hears of the end must begin anew.
    this.#writing = undefined;
  }

  async #turn(): Promise<void> {
    const file = this.#current;
    file.isFull = true;
    this.#current = this.#begin(file.segment.id + 1);
    await this.#appender.close().catch(() => undefined); // what was synced is safe all the same
    await this.#removeUnneeded(file);
  }

  async #removeUnneeded(file: InboxFile): Promise<void> {
    if (!file.isFull || file.holders > 0 || !this.#files.delete(file)) return;
    // What can't be deleted now is read again at the next start, which changes nothing.
    await removeSegment(file.segment).catch(() => undefined);
  }
}
