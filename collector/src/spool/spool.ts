import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { BaseError, messageOf } from "#kernel/errors.ts";
import { acquireLock, type Release } from "#kernel/lock.ts";
import type { Logger } from "#kernel/log.ts";
import { Appender } from "./appender.ts";
import { readCursor, writeCursor, type Position } from "./cursor.ts";
import { Arena } from "./arena.ts";
import { frameBytes, writeFrame } from "./frame.ts";
import { newSegment, noteRecord, RecordReader, removeSegment, scanSegments, type Segment } from "./segment.ts";

/** Options of `openSpool`. */
export interface SpoolOptions {
  dir: string;
  logger: Logger;
  /** above it the oldest segments are dropped; 1 GiB when left out */
  maxBytes?: number;
  /** size at which a new file is begun; 8 MiB when left out */
  segmentBytes?: number;
}

/** Records to be written, oldest first. */
export interface SpoolBatch {
  /** until the next `read`, which uses their memory again */
  payloads: Buffer[];
  /** given back to `acknowledge` */
  end: Position;
  /** records that are damaged on the disk, counted once the batch is done */
  lost: number;
}

interface Waiting {
  /** as it will lie on the disk */
  frame: Buffer;
  /** see `Frame` */
  low: number;
  resolve: () => void;
}

/** While the disk refuses, so much is held in memory. */
const MAX_WAITING_BYTES = 64 * 1_048_576;
const TELL_AGAIN_MS = 10_000;

/**
 * The queue on disk between scraping and the database. A record is safe once `append` has resolved; it is handed out, in
 * order and again after a restart, until it is acknowledged. At the byte cap the oldest are dropped, loudly.
 */
export class Spool {
  /** records dropped because the spool was full, in its life */
  droppedRecords = 0;
  /** the disk's last refusal, until a write succeeds */
  fault: string | undefined;

  readonly #options: Required<SpoolOptions>;
  readonly #release: Release;
  /** oldest first; the last one is being written */
  #segments: Segment[] = [];
  /** in the oldest segment */
  #head: Position = { segmentId: 0, record: 0 };
  #writing: Waiting[] = [];
  #waiting: Waiting[] = [];
  #waitingBytes = 0;
  readonly #arena = new Arena();
  /** memory of what is being written */
  #sealed: Buffer[] = [];
  readonly #appender = new Appender();
  readonly #reader = new RecordReader();
  #flushing: Promise<void> = Promise.resolve();
  #acknowledging: Promise<void> = Promise.resolve();
  #keeping: Promise<void> = Promise.resolve();
  #isClosed = false;
  #toldOfDropsAt = -Infinity;

  constructor(options: SpoolOptions, release: Release) {
    const maxBytes = options.maxBytes ?? 1_073_741_824;
    const segmentBytes = Math.min(options.segmentBytes ?? 8 * 1_048_576, maxBytes / 4);
    this.#options = { ...options, maxBytes, segmentBytes };
    this.#release = release;
  }

  /** Finds what an earlier run has left. */
  async load(): Promise<void> {
    const { dir, logger } = this.#options;
    const { segments, damagedBytes, lostRecords } = await scanSegments(dir);
    if (damagedBytes > 0) logger.warn({ damagedBytes }, "the spool has a torn or damaged record: skipped it");
    const cursor = await readCursor(this.#cursorPath);
    this.droppedRecords = cursor?.droppedRecords ?? 0;
    if (lostRecords > 0) this.#lost(lostRecords, "the spool was damaged: lost scrapes");
    // Never append to a file that may end in a torn record.
    this.#segments = [...segments, newSegment(dir, Math.max(segments.at(-1)?.id ?? 0, cursor?.segmentId ?? 0) + 1)];
    while (this.#oldest.id < (cursor?.segmentId ?? 0)) await this.#removeOldest();
    this.#head = { segmentId: this.#oldest.id, record: this.#oldest.id === cursor?.segmentId ? cursor.record : 0 };
    await this.#skipDone();
  }

  /** Records not yet acknowledged, those not yet on disk included. */
  get recordCount(): number {
    const stored = this.#segments.reduce((sum, { offsets }) => sum + offsets.length, 0);
    return stored - this.#head.record + this.#writing.length + this.#waiting.length;
  }

  get bytes(): number {
    return this.#segments.reduce((sum, { bytes }) => sum + bytes, 0) + this.#waitingBytes;
  }

  /** No record that is still here, or comes later, is of a time before this; undefined when the spool is empty. */
  get pendingSince(): number | undefined {
    for (const segment of this.#segments) {
      const low = segment.lows[segment === this.#oldest ? this.#head.record : 0];
      if (low !== undefined) return low;
    }
    return (this.#writing[0] ?? this.#waiting[0])?.low;
  }

  /**
   * Adds a record, which is copied at once. It reaches the disk with the next `flush`.
   *
   * @param low see `Frame`
   * @returns resolves once the record is safe, or was dropped because the disk refused for too long
   */
  append(payload: Buffer, low: number): Promise<void> {
    return new Promise((resolve) => {
      const frame = this.#arena.take(frameBytes(payload));
      writeFrame(frame, { payload, low });
      this.#waiting.push({ frame, low, resolve });
      this.#waitingBytes += frame.length;
      while (this.#waitingBytes > MAX_WAITING_BYTES && this.#waiting.length > 0) this.#dropWaiting();
    });
  }

  /** Writes what waits and syncs it to the disk. A refusal of the disk is kept in `fault`, and tried again next time. */
  async flush(): Promise<void> {
    this.#flushing = this.#flushing.then(() => this.#write());
    return this.#flushing;
  }

  /**
   * The oldest records on disk, at most `maxRecords` and about `maxBytes`; undefined when there are none.
   *
   * @param after the end of a batch that isn't acknowledged yet: what follows it
   */
  async read(maxRecords: number, maxBytes: number, after?: Position): Promise<SpoolBatch | undefined> {
    const { segment, from } = this.#placeOf(after);
    if (from >= segment.offsets.length) return undefined;
    const start = segment.offsets[from] ?? 0;
    let to = from + 1;
    while (to - from < maxRecords && to < segment.offsets.length && (segment.offsets[to] ?? 0) - start < maxBytes) to++;
    try {
      const payloads = await this.#reader.read(segment, from, to);
      return { payloads, end: { segmentId: segment.id, record: to }, lost: to - from - payloads.length };
    } catch (error) {
      if (!this.#segments.includes(segment)) return this.read(maxRecords, maxBytes, after); // it was dropped meanwhile
      throw error;
    }
  }

  /**
   * The records of a batch are in the database: forget them.
   *
   * @throws BaseError `SPOOL_CLOSED` after `close`
   */
  async acknowledge({ end, lost }: SpoolBatch): Promise<void> {
    if (this.#isClosed) {
      throw new BaseError("SPOOL_CLOSED", `spool folder ${this.#options.dir} is closed and may be another process's`, {
        hints: ["nothing is lost: whoever opens it next writes this batch again, which changes nothing"],
      });
    }
    if (end.segmentId !== this.#head.segmentId) return; // it was dropped meanwhile
    this.#head = end;
    if (lost > 0) this.#lost(lost, "the spool is damaged: lost scrapes");
    this.#acknowledging = this.#skipDone().then(() => this.#keepCursor());
    await this.#acknowledging;
  }

  /** Writes what waits, and gives the folder back. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    try {
      await this.flush();
      this.#isClosed = true;
      await this.#acknowledging;
      await this.#appender.close();
    } finally {
      this.#isClosed = true;
      this.#release();
    }
  }

  get #oldest(): Segment {
    const segment = this.#segments[0];
    if (!segment) throw new Error("BUG: a spool always has the segment being written");
    return segment;
  }

  /** Where the first record after a position is, or the first of all if that was dropped meanwhile. */
  #placeOf(after: Position | undefined): { segment: Segment; from: number } {
    const place = this.#segments.findIndex(({ id }) => id === after?.segmentId);
    const segment = this.#segments[place];
    if (!after || !segment) return { segment: this.#oldest, from: this.#head.record };
    const next = this.#segments[place + 1];
    return next && after.record >= segment.offsets.length
      ? { segment: next, from: 0 }
      : { segment, from: after.record };
  }

  get #cursorPath(): string {
    return join(this.#options.dir, "cursor.json");
  }

  async #write(): Promise<void> {
    if (this.#waiting.length === 0) return;
    const segment = this.#segments.at(-1) ?? this.#oldest;
    this.#writing = this.#waiting;
    this.#waiting = [];
    this.#sealed.push(...this.#arena.seal());
    try {
      const frames = this.#writing.map(({ frame }) => frame);
      await this.#appender.append(segment, frames);
      this.fault = undefined;
      this.#noteWritten(segment);
      this.#arena.giveBack(this.#sealed.splice(0));
    } catch (error) {
      this.#refused(error);
      this.#waiting = [...this.#writing, ...this.#waiting];
      this.#writing = [];
    }
    // On a full disk what is done must make room, even if it is the file being written.
    const isDone = segment.offsets.length > 0 && this.#head.record >= this.#oldest.offsets.length;
    if (segment.bytes >= this.#options.segmentBytes || (isDone && this.fault !== undefined)) await this.#beginSegment();
    await this.#dropOldest();
  }

  #noteWritten(segment: Segment): void {
    const written = this.#writing;
    this.#writing = [];
    for (const { frame, low, resolve } of written) {
      noteRecord(segment, frame.length, low);
      this.#waitingBytes -= frame.length;
      resolve();
    }
  }

  async #beginSegment(): Promise<void> {
    this.#segments.push(newSegment(this.#options.dir, (this.#segments.at(-1)?.id ?? 0) + 1));
    await this.#appender.close().catch((error: unknown) => this.#refused(error));
    await this.#skipDone();
  }

  #refused(error: unknown): void {
    if (this.fault === undefined) {
      this.#options.logger.error({ err: error }, "the spool can't be written: holding scrapes in memory");
    }
    this.fault = messageOf(error);
  }

  #dropWaiting(): void {
    const dropped = this.#waiting.shift();
    this.#waitingBytes -= dropped?.frame.length ?? 0;
    this.droppedRecords++;
    dropped?.resolve();
    // Not a line for each: there may be hundreds a second.
    if (Date.now() - this.#toldOfDropsAt >= TELL_AGAIN_MS) {
      this.#toldOfDropsAt = Date.now();
      this.#lost(0, "the disk refuses or is too slow, and memory is full: dropping the oldest scrapes");
    }
    // Memory that held nothing but what was dropped.
    const oldest = (this.#writing[0] ?? this.#waiting[0])?.frame.buffer;
    while (this.#sealed[0] && this.#sealed[0].buffer !== oldest) this.#arena.giveBack(this.#sealed.splice(0, 1));
  }

  #lost(records: number, what: string): void {
    this.droppedRecords += records;
    this.#options.logger.error({ records, inAll: this.droppedRecords }, what);
  }

  async #dropOldest(): Promise<void> {
    while (this.#segments.length > 1 && this.bytes > this.#options.maxBytes) {
      this.#lost(this.#oldest.offsets.length - this.#head.record, "the spool is full: dropped the oldest scrapes");
      await this.#removeOldest();
      await this.#keepCursor();
    }
  }

  /** Deletes segments that are done; the one being written stays. */
  async #skipDone(): Promise<void> {
    while (this.#segments.length > 1 && this.#head.record >= this.#oldest.offsets.length) await this.#removeOldest();
  }

  async #removeOldest(): Promise<void> {
    const segment = this.#segments.shift();
    this.#head = { segmentId: this.#oldest.id, record: 0 };
    // What can't be deleted now is deleted at the next start, as the cursor is past it.
    if (segment) await removeSegment(segment).catch((error: unknown) => this.#refused(error));
  }

  /** One after the other, as they go through the same file. */
  async #keepCursor(): Promise<void> {
    this.#keeping = this.#keeping
      .then(() => writeCursor(this.#cursorPath, { ...this.#head, droppedRecords: this.droppedRecords }))
      .catch((error: unknown) => this.#refused(error));
    await this.#keeping;
  }
}

/**
 * Opens the spool in a folder, made if need be, for this process alone.
 *
 * @throws BaseError `LOCKED` if another collector has it, `SPOOL_UNUSABLE` if it can't be read or written
 */
export async function openSpool(options: SpoolOptions): Promise<Spool> {
  try {
    await mkdir(options.dir, { recursive: true });
    const release = acquireLock(join(options.dir, "lock"), `spool folder ${options.dir}`);
    try {
      const spool = new Spool(options, release);
      await spool.load();
      return spool;
    } catch (error) {
      release();
      throw error;
    }
  } catch (error) {
    if (error instanceof BaseError) throw error;
    throw new BaseError("SPOOL_UNUSABLE", `spool folder ${options.dir} cannot be used: ${messageOf(error)}`, {
      hints: ["make it writable for this user, or choose another folder"],
      cause: error,
    });
  }
}
