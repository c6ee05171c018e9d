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
  const writer = new ByteWriter(rows.length * columns.length * 12);
  writer.bytes(COPY_HEADER);
  for (const row of rows) {
    writer.int16(columns.length);
    columns.forEach(({ type }, index) => writeCell(writer, type, row[index] ?? null));
  }
  writer.int16(-1);
  return writer.result();
}

function writeCell(writer: ByteWriter, type: PgType, cell: Cell): void {
  if (cell === null) return writer.int32(-1);
  switch (type) {
    case "timestamptz":
      writer.int32(8);
      return writer.int64(BigInt(Math.round(((cell as number) - POSTGRES_EPOCH_MS) * 1_000)));
    case "int4":
      writer.int32(4);
      return writer.int32(cell as number);
    case "float4":
      writer.int32(4);
      return writer.float(cell as number);
    case "float8":
      writer.int32(8);
      return writer.double(cell as number);
    case "bool":
      writer.int32(1);
      return writer.bytes(Buffer.from([cell ? 1 : 0]));
    case "text":
    case "jsonb": {
      // PostgreSQL's text holds no zero bytes; binary jsonb begins with its version.
      const text = Buffer.from(`${type === "jsonb" ? "\x01" : ""}${String(cell).replaceAll("\0", "")}`);
      writer.int32(text.length);
      return writer.bytes(text);
    }
  }
}

/** A buffer that grows. */
class ByteWriter {
  #buffer: Buffer;
  #length = 0;

  constructor(size: number) {
    this.#buffer = Buffer.allocUnsafe(Math.max(size, 1_024));
  }

  int16(value: number): void {
    this.#length = this.#room(2).writeInt16BE(value, this.#length);
  }

  int32(value: number): void {
    this.#length = this.#room(4).writeInt32BE(value, this.#length);
  }

  int64(value: bigint): void {
    this.#length = this.#room(8).writeBigInt64BE(value, this.#length);
  }

  float(value: number): void {
    this.#length = this.#room(4).writeFloatBE(value, this.#length);
  }

  double(value: number): void {
    this.#length = this.#room(8).writeDoubleBE(value, this.#length);
  }

  bytes(value: Buffer): void {
    this.#length += value.copy(this.#room(value.length), this.#length);
  }

  result(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }

  #room(bytes: number): Buffer {
    if (this.#length + bytes > this.#buffer.length) {
      const larger = Buffer.allocUnsafe((this.#length + bytes) * 2);
      this.#buffer.copy(larger, 0, 0, this.#length);
      this.#buffer = larger;
    }
    return this.#buffer;
  }
}
