import { Descriptions, lineEnd } from "./identity/descriptions.ts";
import { KeptRow, type Subject } from "./identity/subject.ts";
import { COLUMNS } from "./metrics.ts";
import type { GpuRow } from "./parse/result.ts";
import { COLUMN_NAMES, DOUBLE_BYTES, HEADER_BYTES, SCRAPE_FORMAT } from "./records.ts";
import type { CollectorRecord, Heartbeat } from "./records.ts";
import type { ScrapeResult } from "./scrape/scrape.ts";

const OUR_COLUMNS = Buffer.from(COLUMN_NAMES);
/** So many rows have their memory together. */
const PAGE_ROWS = 1_024;

/** What a version before the format of today wrote: rows as objects, null for no reading. */
type OldRow = Omit<GpuRow, "values" | "subject"> & { values: (number | null)[] };
type OldRecord = Omit<CollectorRecord & { kind: "scrape" }, "rows"> & { columns?: string[]; rows: OldRow[] };

/** Rows with room for their values, used again for each other batch. */
class RowPool {
  readonly #rows: KeptRow[] = [];
  #used = 0;

  reset(): void {
    this.#used = 0;
  }

  /** A row whose values are still those of another. */
  take(at: number, subject: Subject): KeptRow & { values: Float64Array } {
    if (this.#used === this.#rows.length) this.#grow(subject);
    const row = this.#rows[this.#used++] as KeptRow & { values: Float64Array };
    row.at = at;
    row.subject = subject;
    return row;
  }

  #grow(subject: Subject): void {
    const page = new Float64Array(PAGE_ROWS * COLUMNS.length);
    for (let row = 0; row < PAGE_ROWS; row++) {
      const values = page.subarray(row * COLUMNS.length, (row + 1) * COLUMNS.length);
      this.#rows.push(new KeptRow(0, subject, values));
    }
  }
}

/**
 * Reads records back. What a target's records say of its GPUs hardly ever changes, and is compared, not read again; rows
 * and their values are in memory that the batch after the next uses again.
 */
export class RecordDecoder {
  readonly #descriptions: Descriptions;
  /** of the batch before, and of this one */
  readonly #pools = [new RowPool(), new RowPool()];
  #pool = this.#pools[0] ?? new RowPool();

  /** @param descriptions shared with who writes the records; of its own when left out */
  constructor(descriptions = new Descriptions()) {
    this.#descriptions = descriptions;
  }

  /** The records from now on are of another batch: what was decoded before the last call of this is used no more. */
  begin(): void {
    this.#pool = this.#pools.reverse()[0] ?? this.#pool;
    this.#pool.reset();
  }

  /** @returns undefined for what no version of ours has written */
  decode(payload: Buffer): CollectorRecord | undefined {
    try {
      return payload[0] === SCRAPE_FORMAT ? this.#decodeScrape(payload) : decodeJson(payload);
    } catch {
      return undefined;
    }
  }

  #decodeScrape(bytes: Buffer): CollectorRecord | undefined {
    const [textBytes, rowCount, columnCount] = [bytes.readUInt32LE(4), bytes.readUInt32LE(8), bytes.readUInt32LE(12)];
    const textEnd = HEADER_BYTES + textBytes;
    if (bytes.length !== textEnd + rowCount * columnCount * DOUBLE_BYTES) return undefined;
    const headEnd = lineEnd(bytes, HEADER_BYTES, textEnd);
    const columnsEnd = lineEnd(bytes, headEnd + 1, textEnd);
    const scrape = JSON.parse(bytes.toString("utf8", HEADER_BYTES, headEnd)) as Omit<ScrapeResult, "rows">;
    const subjects = this.#descriptions.read(scrape.url, bytes, columnsEnd + 1, textEnd);
    if (subjects.length !== rowCount) return undefined;
    const isOurs =
      columnCount === COLUMNS.length &&
      bytes.compare(OUR_COLUMNS, 0, OUR_COLUMNS.length, headEnd + 1, columnsEnd) === 0;
    const read = isOurs ? readOurs : arrangement(bytes.toString("utf8", headEnd + 1, columnsEnd), columnCount);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const rows = subjects.map((subject, index) => {
      const row = this.#pool.take(scrape.at, subject);
      read(view, textEnd + index * columnCount * DOUBLE_BYTES, row.values);
      return row;
    });
    return { kind: "scrape", ...scrape, rows };
  }
}

function decodeJson(payload: Buffer): CollectorRecord | undefined {
  const record = JSON.parse(payload.toString("utf8")) as OldRecord | ({ kind: "heartbeat" } & Heartbeat) | null;
  if (record?.kind === "heartbeat") return record;
  if (record?.kind !== "scrape" || !record.columns) return undefined;
  const { columns, rows, ...scrape } = record;
  const places = placesIn(columns);
  const arrange = (values: OldRow["values"]): number[] => places.map((place) => values[place] ?? NaN);
  return { ...scrape, rows: rows.map((row) => ({ ...row, values: arrange(row.values) })) };
}

/** Puts the values of a row that begins at a place into ours. */
type ReadValues = (view: DataView, start: number, into: Float64Array) => void;

const readOurs: ReadValues = (view, start, into) => {
  for (let index = 0, at = start; index < into.length; index++, at += DOUBLE_BYTES) {
    into[index] = view.getFloat64(at, true);
  }
};

/** Of another version's columns: what we don't know any more is left out. */
function arrangement(columns: string, columnCount: number): ReadValues {
  const names = columns.split(",");
  if (names.length !== columnCount) throw new RangeError("other values than columns");
  const places = placesIn(names);
  return (view, start, into) => {
    for (const [index, place] of places.entries()) {
      into[index] = place < 0 ? NaN : view.getFloat64(start + place * DOUBLE_BYTES, true);
    }
  };
}

function placesIn(names: readonly string[]): number[] {
  return COLUMNS.map(({ column }) => names.indexOf(column));
}
