import { readFile, rename, writeFile } from "node:fs/promises";

/** How far the spool has been written to the database. */
export interface Position {
  segmentId: number;
  /** number of records of that segment that are done */
  record: number;
}

/** What is kept of a spool beside its records. */
export interface Cursor extends Position {
  /** records lost to the byte cap in the spool's life */
  droppedRecords: number;
}

/** The cursor left by an earlier run; undefined if there is none, or none that can be read. */
export async function readCursor(path: string): Promise<Cursor | undefined> {
  try {
    const cursor = JSON.parse(await readFile(path, "utf8")) as Cursor;
    return [cursor.segmentId, cursor.record, cursor.droppedRecords].every(Number.isInteger) ? cursor : undefined;
  } catch {
    return undefined;
  }
}

/** Keeps the cursor. It is a hint and not synced: without it records are written again, which changes nothing. */
export async function writeCursor(path: string, cursor: Cursor): Promise<void> {
  const temporary = `${path}.new`;
  await writeFile(temporary, JSON.stringify(cursor));
  await rename(temporary, path);
}
