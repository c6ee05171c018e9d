import { Descriptions } from "./identity/descriptions.ts";
import { COLUMNS } from "./metrics.ts";
import type { ScrapeResult } from "./scrape/scrape.ts";

/** The collector was alive in this minute. */
export interface Heartbeat {
  /** start of the minute, milliseconds since 1970 */
  minute: number;
  targetCount: number;
  spoolBytes: number;
}

/** What goes through the spool. */
export type CollectorRecord = ({ kind: "scrape" } & ScrapeResult) | ({ kind: "heartbeat" } & Heartbeat);

/** The names of our columns, as they stand in a record. */
export const COLUMN_NAMES = COLUMNS.map(({ column }) => column).join();
/** First byte of a scrape; a heartbeat, and what versions before this format wrote, is JSON and begins with a brace. */
export const SCRAPE_FORMAT = 1;
/** Format (1 byte, padded to 4), length of the text, rows, columns (4 each). */
export const HEADER_BYTES = 16;
export const DOUBLE_BYTES = 8;

/** Where records are encoded, one after the other. */
let scratch = Buffer.allocUnsafeSlow(65_536);

/**
 * A record as it lies in the spool. A scrape is a header; text, a line for the scrape, one for the names of its columns,
 * which another version may have otherwise, and one for the identity of each row; then the rows' values as doubles, NaN
 * for none.
 *
 * @param descriptions remember what targets say of their GPUs
 * @returns in memory that the next call uses again
 */
export function encodeRecord(record: CollectorRecord, descriptions = new Descriptions()): Buffer {
  if (record.kind === "heartbeat") return Buffer.from(JSON.stringify(record));
  const { rows, ...scrape } = record;
  const head = `${JSON.stringify(scrape)}\n${COLUMN_NAMES}${rows.length > 0 ? "\n" : ""}`;
  const headBytes = Buffer.byteLength(head);
  const identities = descriptions.write(scrape.url, rows);
  const textBytes = headBytes + identities.length;
  const bytes = reuse(HEADER_BYTES + textBytes + rows.length * COLUMNS.length * DOUBLE_BYTES);
  bytes.writeUInt32LE(SCRAPE_FORMAT, 0);
  bytes.writeUInt32LE(textBytes, 4);
  bytes.writeUInt32LE(rows.length, 8);
  bytes.writeUInt32LE(COLUMNS.length, 12);
  bytes.write(head, HEADER_BYTES, headBytes);
  identities.copy(bytes, HEADER_BYTES + headBytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = HEADER_BYTES + textBytes;
  for (const { values } of rows) {
    for (let index = 0; index < COLUMNS.length; index++, at += DOUBLE_BYTES) {
      view.setFloat64(at, values[index] ?? NaN, true);
    }
  }
  return bytes;
}

function reuse(length: number): Buffer {
  if (scratch.length < length) scratch = Buffer.allocUnsafeSlow(2 * length);
  return scratch.subarray(0, length);
}
