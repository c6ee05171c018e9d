import { ByteWriter, COPY_HEADER, MAX_FIXED_BYTES } from "./bytes.ts";
import type { BulkTable, Cell, PgType } from "./table.ts";

/** Statement to which `encodeCopy` and `SampleEncoder` belong. */
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
      if (cell === null) bytes.nullCell();
      else writers[index]?.(bytes, cell);
    }
  }
  bytes.reserve(0);
  bytes.int16(-1);
  return bytes.result();
}

/** How a cell that isn't null is written: its length, then its bytes. */
const CELL_WRITERS: Record<PgType, (bytes: ByteWriter, cell: string | number | boolean) => void> = {
  timestamptz: (bytes, cell) => bytes.timeCell(cell as number),
  int4: (bytes, cell) => bytes.intCell(cell as number),
  float4: (bytes, cell) => bytes.floatCell(cell as number),
  float8: (bytes, cell) => bytes.doubleCell(cell as number),
  bool: (bytes, cell) => bytes.boolCell(cell as boolean),
  text: (bytes, cell) => bytes.textCell(String(cell)),
  // Binary jsonb begins with its version; it holds no zero bytes either.
  jsonb: (bytes, cell) => bytes.textCell(`\x01${String(cell)}`),
};
