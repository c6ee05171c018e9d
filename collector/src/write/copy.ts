import type { BulkTable, Cell, PgType } from "./table.ts";

/** PGCOPY, newline, 0xff, carriage return, newline, zero; then 32 bits of flags and of extension length. */
const COPY_HEADER = Buffer.concat([Buffer.from("PGCOPY\n\xff\r\n\0", "latin1"), Buffer.alloc(8)]);
/** 2000-01-01 in milliseconds since 1970: where PostgreSQL's time begins. */
const POSTGRES_EPOCH_MS = 946_684_800_000;

/** Statement to which `encodeCopy` belongs. */
export function copyStatement({ name, columns }: BulkTable): string {
  return `copy ${name} (${columns.map((column) => column.name).join(", ")}) from stdin with (format binary)`;
}

/** Rows in the binary format of COPY. */
export function encodeCopy({ columns }: BulkTable, rows: readonly (readonly Cell[])[]): Buffer {
  const writers = columns.map(({ type }) => CELL_WRITERS[type]);
  const rowBytes = 2 + columns.length * MAX_FIXED_BYTES;
  const bytes = new ByteWriter(COPY_HEADER.length + (rows.length + 1) * rowBytes, rowBytes);
  bytes.append(COPY_HEADER);
  for (const row of rows) {
    bytes.reserve(0);
    bytes.int16(writers.length);
    for (let index = 0; index < writers.length; index++) {
      const cell = row[index] ?? null;
      if (cell === null) bytes.int32(-1);
      else writers[index]?.(bytes, cell);
    }
  }
  bytes.reserve(0);
  bytes.int16(-1);
  return bytes.result();
}

/** A cell of a type with fixed size takes at most its length and eight bytes. */
const MAX_FIXED_BYTES = 12;

/** How a cell that isn't null is written: its length, then its bytes. */
const CELL_WRITERS: Record<PgType, (bytes: ByteWriter, cell: string | number | boolean) => void> = {
  timestamptz: (bytes, cell) => {
    bytes.int32(8);
    bytes.int64(Math.round(((cell as number) - POSTGRES_EPOCH_MS) * 1_000));
  },
  int4: (bytes, cell) => {
    bytes.int32(4);
    bytes.int32(cell as number);
  },
  float4: (bytes, cell) => {
    bytes.int32(4);
    bytes.float(cell as number);
  },
  float8: (bytes, cell) => {
    bytes.int32(8);
    bytes.double(cell as number);
  },
  bool: (bytes, cell) => {
    bytes.int32(1);
    bytes.int8(cell ? 1 : 0);
  },
  text: (bytes, cell) => writeText(bytes, String(cell)),
  // Binary jsonb begins with its version.
  jsonb: (bytes, cell) => writeText(bytes, `\x01${String(cell)}`),
};

/** PostgreSQL's text holds no zero bytes. */
function writeText(bytes: ByteWriter, text: string): void {
  const encoded = Buffer.from(text.replaceAll("\0", ""));
  bytes.int32(encoded.length);
  bytes.append(encoded);
}

/** A buffer that grows where it is told to: behind what was reserved, a whole row of fixed sizes still has its room. */
class ByteWriter {
  #buffer: Buffer;
  #view: DataView;
  #length = 0;
  readonly #rowBytes: number;

  constructor(size: number, rowBytes: number) {
    this.#rowBytes = rowBytes;
    this.#buffer = Buffer.allocUnsafeSlow(size);
    this.#view = new DataView(this.#buffer.buffer);
  }

  int8(value: number): void {
    this.#view.setInt8(this.#length, value);
    this.#length += 1;
  }

  int16(value: number): void {
    this.#view.setInt16(this.#length, value);
    this.#length += 2;
  }

  int32(value: number): void {
    this.#view.setInt32(this.#length, value);
    this.#length += 4;
  }

  /** @param value a safe integer */
  int64(value: number): void {
    this.#view.setInt32(this.#length, Math.floor(value / 2 ** 32));
    this.#view.setInt32(this.#length + 4, value);
    this.#length += 8;
  }

  float(value: number): void {
    this.#view.setFloat32(this.#length, value);
    this.#length += 4;
  }

  double(value: number): void {
    this.#view.setFloat64(this.#length, value);
    this.#length += 8;
  }

  append(value: Buffer): void {
    this.reserve(value.length);
    this.#length += value.copy(this.#buffer, this.#length);
  }

  reserve(bytes: number): void {
    const needed = this.#length + bytes + this.#rowBytes;
    if (needed <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafeSlow(needed * 2);
    this.#buffer.copy(larger, 0, 0, this.#length);
    this.#buffer = larger;
    this.#view = new DataView(larger.buffer);
  }

  result(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }
}
