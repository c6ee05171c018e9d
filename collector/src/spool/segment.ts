import { open, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { afterDamaged, decodeFrame, frameBytes, isTornEnd, MAGIC } from "./frame.ts";

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

/** What is found in a folder. */
export interface Scanned {
  /** oldest first */
  segments: Segment[];
  /** bytes that are no records: a torn end, or damage */
  damagedBytes: number;
  /** records lost to damage behind the last that was found, at least; a torn end was never safe and is none */
  lostRecords: number;
}

/** Reads what an earlier run has left. A damaged record costs itself, or what is behind it in its file. */
export async function scanSegments(dir: string): Promise<Scanned> {
  const names = (await readdir(dir)).filter((name) => /^\d{10}\.spool$/.test(name)).sort();
  const scanned: Scanned = { segments: [], damagedBytes: 0, lostRecords: 0 };
  for (const name of names) {
    const segment = newSegment(dir, Number(name.slice(0, 10)));
    scan(await readFile(segment.path), segment, scanned);
    scanned.segments.push(segment);
  }
  return scanned;
}

/** Notes the records of a file, and what of it are none. */
function scan(bytes: Buffer, segment: Segment, scanned: Scanned): void {
  const isOurs = bytes.subarray(0, MAGIC.length).equals(MAGIC);
  for (let offset = isOurs ? MAGIC.length : 0; offset < bytes.length;) {
    const frame = isOurs ? decodeFrame(bytes, offset) : undefined;
    if (frame) {
      segment.bytes = offset;
      noteRecord(segment, frameBytes(frame.payload), frame.low);
      offset = segment.bytes;
      continue;
    }
    const next = isOurs ? afterDamaged(bytes, offset) : undefined;
    scanned.damagedBytes += (next ?? bytes.length) - offset;
    const after = next === undefined ? undefined : decodeFrame(bytes, next);
    if (next !== undefined && after) {
      // It keeps its number, as the cursor counts records; whoever reads it finds it lost.
      segment.bytes = offset;
      noteRecord(segment, next - offset, after.low);
    } else if (!isTornEnd(bytes, offset)) scanned.lostRecords++;
    offset = next ?? bytes.length;
  }
}

/** Reads records, into memory of its own that the next read uses again. */
export class RecordReader {
  #bytes = Buffer.alloc(0);

  /** The payloads of records [from, to) of a segment, until the next call. */
  async read(segment: Segment, from: number, to: number): Promise<Buffer[]> {
    const start = segment.offsets[from] ?? segment.bytes;
    const length = (segment.offsets[to] ?? segment.bytes) - start;
    if (this.#bytes.length < length) this.#bytes = Buffer.allocUnsafeSlow(Math.ceil(1.1 * length));
    const bytes = this.#bytes.subarray(0, length);
    const file = await open(segment.path, "r");
    try {
      let done = 0;
      for (let bytesRead = -1; bytesRead !== 0 && done < length; done += bytesRead) {
        ({ bytesRead } = await file.read(bytes, done, length - done, start + done));
      }
      bytes.fill(0, done);
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
