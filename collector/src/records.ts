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

const COLUMN_NAMES = COLUMNS.map(({ column }) => column);

/** A record as it lies in the spool: JSON, with the names of its columns, which another version may have otherwise. */
export function encodeRecord(record: CollectorRecord): Buffer {
  return Buffer.from(JSON.stringify(record.kind === "scrape" ? { ...record, columns: COLUMN_NAMES } : record));
}

/**
 * Reads a record back.
 *
 * @returns undefined for one that no version of ours has written
 */
export function decodeRecord(payload: Buffer): CollectorRecord | undefined {
  let record: (CollectorRecord & { columns?: string[] }) | null;
  try {
    record = JSON.parse(payload.toString("utf8")) as typeof record;
  } catch {
    return undefined;
  }
  if (typeof record !== "object" || record === null) return undefined;
  const { columns, ...rest } = record;
  if (rest.kind === "heartbeat") return rest;
  if (rest.kind !== "scrape" || !columns) return undefined;
  if (columns.length === COLUMN_NAMES.length && columns.every((name, index) => name === COLUMN_NAMES[index]))
    return rest;
  const places = COLUMN_NAMES.map((name) => columns.indexOf(name));
  const rows = rest.rows.map((row) => ({ ...row, values: places.map((place) => row.values[place] ?? null) }));
  return { ...rest, rows };
}
