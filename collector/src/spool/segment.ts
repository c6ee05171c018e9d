import { open, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { decodeFrame, frameBytes, MAGIC } from "./frame.ts";

/** One append-only file of the spool. */
export interface Segment {
  id: number;
  path: string;
  /** size up to the end of the last whole record */
  bytes: number;
  /** where each record begins */
  offsets: number[];
  /** each record's low-water time, see `Frame` */
  lows: number[];
}

/** An empty segment, not yet on disk. */
export function newSegment(dir: string, id: number): Segment {
  return { id, path: join(dir, `${String(id).padStart(10, "0")}.spool`), bytes: MAGIC.length, offsets: [], lows: [] };
}

/** Notes a record of `bytes` at the segment's end. */
export function noteRecord(segment: Segment, bytes: number, low: number): void {
  segment.offsets.push(segment.bytes);
  segment.lows.push(low);
  segment.bytes += bytes;
}

/** The segments in a folder, oldest first, and how many bytes in them are no records (a torn end, or damage). */
export async function scanSegments(dir: string): Promise<{ segments: Segment[]; damagedBytes: number }> {
  const names = (await readdir(dir)).filter((name) => /^\d{10}\.spool$/.test(name)).sort();
  const segments: Segment[] = [];
  let damagedBytes = 0;
  for (const name of names) {
    const segment = newSegment(dir, Number(name.slice(0, 10)));
    const bytes = await readFile(segment.path);
    if (bytes.subarray(0, MAGIC.length).equals(MAGIC)) {
      for (let frame = decodeFrame(bytes, segment.bytes); frame; frame = decodeFrame(bytes, segment.bytes)) {
        noteRecord(segment, frameBytes(frame.payload), frame.low);
      }
      damagedBytes += bytes.length - segment.bytes;
    } else {
      damagedBytes += bytes.length;
    }
    segments.push(segment);
  }
  return { segments, damagedBytes };
}

/** Reads records, into memory of its own that the next read uses again. */
export class RecordReader {
  #bytes = Buffer.alloc(0);

  /** The payloads of records [from, to) of a segment, until the next call. */
  async read(segment: Segment, from: number, to: number): Promise<Buffer[]> {
    const start = segment.offsets[from] ?? segment.bytes;
    const length = (segment.offsets[to] ?? segment.bytes) - start;
    if (this.#bytes.length < length) this.#bytes = Buffer.allocUnsafeSlow(2 * length);
    const bytes = this.#bytes.subarray(0, length);
    const file = await open(segment.path, "r");
    try {
      const { bytesRead } = await file.read(bytes, 0, length, start);
      bytes.fill(0, bytesRead);
    } finally {
      await file.close();
    }
    return segment.offsets.slice(from, to).flatMap((offset) => decodeFrame(bytes, offset - start)?.payload ?? []);
  }
}

/** Deletes a segment. */
export async function removeSegment(segment: Segment): Promise<void> {
  await rm(segment.path, { force: true });
}
