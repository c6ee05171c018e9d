import { identityOf } from "./identity/identity.ts";
import { KeptRow } from "./kept-row.ts";
import { COLUMNS } from "./metrics.ts";
import type { GpuRow } from "./parse/result.ts";
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

const COLUMN_NAMES = COLUMNS.map(({ column }) => column).join();
/** First byte of a scrape; a heartbeat, and what versions before this format wrote, is JSON and begins with a brace. */
const SCRAPE_FORMAT = 1;
/** Format (1 byte, padded to 4), length of the text, rows, columns (4 each). */
const HEADER_BYTES = 16;
const DOUBLE_BYTES = 8;

/** Where records are encoded, one after the other. */
let scratch = Buffer.allocUnsafeSlow(65_536);

/**
 * A record as it lies in the spool. A scrape is a header; text, a line for the scrape, one for the names of its columns,
 * which another version may have otherwise, and one for the identity of each row; then the rows' values as doubles, NaN
 * for none.
 *
 * @returns in memory that the next call uses again
 */
export function encodeRecord(record: CollectorRecord): Buffer {
  if (record.kind === "heartbeat") return Buffer.from(JSON.stringify(record));
  const { rows, ...scrape } = record;
  let text = `${JSON.stringify(scrape)}\n${COLUMN_NAMES}`;
  for (const row of rows) text += `\n${identityOf(row)}`;
  const textBytes = Buffer.byteLength(text);
  const bytes = reuse(HEADER_BYTES + textBytes + rows.length * COLUMNS.length * DOUBLE_BYTES);
  bytes.writeUInt32LE(SCRAPE_FORMAT, 0);
  bytes.writeUInt32LE(textBytes, 4);
  bytes.writeUInt32LE(rows.length, 8);
  bytes.writeUInt32LE(COLUMNS.length, 12);
  bytes.write(text, HEADER_BYTES, textBytes);
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

/**
 * Reads a record back.
 *
 * @returns undefined for one that no version of ours has written
 */
export function decodeRecord(payload: Buffer): CollectorRecord | undefined {
  try {
    return payload[0] === SCRAPE_FORMAT ? decodeScrape(payload) : decodeJson(payload);
  } catch {
    return undefined;
  }
}

function decodeScrape(bytes: Buffer): CollectorRecord | undefined {
  const [textBytes, rowCount, columnCount] = [bytes.readUInt32LE(4), bytes.readUInt32LE(8), bytes.readUInt32LE(12)];
  let at = HEADER_BYTES + textBytes;
  if (bytes.length !== at + rowCount * columnCount * DOUBLE_BYTES) return undefined;
  const [head = "", columns = "", ...identities] = bytes.toString("utf8", HEADER_BYTES, at).split("\n");
  const scrape = JSON.parse(head) as Omit<CollectorRecord & { kind: "scrape" }, "rows">;
  const arrange = arrangement(columns);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const rows = identities.map((identity): GpuRow => {
    const values: number[] = [];
    for (let index = 0; index < columnCount; index++, at += DOUBLE_BYTES) values.push(view.getFloat64(at, true));
    return new KeptRow(scrape.at, identity, arrange(values));
  });
  return { ...scrape, rows };
}

/** What versions before the format above wrote: rows as objects, null for no reading. */
function decodeJson(payload: Buffer): CollectorRecord | undefined {
  type Old = Omit<GpuRow, "values"> & { values: (number | null)[] };
  type Json = Omit<CollectorRecord & { kind: "scrape" }, "rows"> & { columns?: string[]; rows: Old[] };
  const record = JSON.parse(payload.toString("utf8")) as Json | ({ kind: "heartbeat" } & Heartbeat) | null;
  if (record?.kind === "heartbeat") return record;
  if (record?.kind !== "scrape" || !record.columns) return undefined;
  const { columns, rows, ...scrape } = record;
  const arrange = arrangement(columns.join());
  return { ...scrape, rows: rows.map((row) => ({ ...row, values: arrange(row.values.map((value) => value ?? NaN)) })) };
}

/** Puts values of these columns into ours: what we don't know any more is left out. */
function arrangement(columns: string): (values: number[]) => number[] {
  if (columns === COLUMN_NAMES) return (values) => values;
  const names = columns.split(",");
  const places = COLUMNS.map(({ column }) => names.indexOf(column));
  return (values) => places.map((place) => values[place] ?? NaN);
}
