import { pipeline } from "node:stream/promises";
import { Readable } from "node:stream";
import { from as copyFrom } from "pg-copy-streams";
import type { PoolClient } from "#kernel/pg.ts";
import { keyOf, type Row, type Value } from "../entities/row.ts";
import { toText, type BigDecimal } from "../numbers/bigdecimal.ts";
import { quoted } from "../schema/names.ts";
import { ValueKind, type Column, type EntityType } from "../schema/schema.ts";
import { qualified } from "./ddl.ts";

/** Rows are handed over in pieces of about this many characters. */
const CHUNK_CHARACTERS = 256 * 1024;
const SPECIAL = /[\\\n\r\t]/;

/** An entity's version: `to` is the block that ended it, if one did. */
export interface RowVersion {
  readonly row: Row;
  readonly from: number;
  readonly to: number | undefined;
}

/** Rows of one table in COPY's text format: as text they take a tenth of the memory, and none of it is looked at again. */
export class CopyText {
  private readonly type: EntityType;
  private readonly chunks: Buffer[] = [];
  private text = "";

  constructor(type: EntityType) {
    this.type = type;
  }

  add({ row, from, to }: RowVersion): void {
    const { columns, hasSerialVid, isImmutable } = this.type;
    if (!hasSerialVid) this.text += `${row.vid}\t`;
    this.text += isImmutable ? String(from) : `[${from},${to ?? ""})`;
    for (let index = 0; index < columns.length; index++) {
      this.text += `\t${fieldText(columns[index] as Column, row.values[index])}`;
    }
    this.text += "\n";
    if (this.text.length >= CHUNK_CHARACTERS) this.close();
  }

  private close(): void {
    if (this.text === "") return;
    this.chunks.push(Buffer.from(this.text));
    this.text = "";
  }

  /** All rows so far. */
  read(): readonly Buffer[] {
    this.close();
    return this.chunks;
  }
}

/** Writes rows to their table by COPY. */
export async function copyRows(client: PoolClient, namespace: string, type: EntityType, rows: CopyText): Promise<void> {
  const chunks = rows.read();
  if (chunks.length === 0) return;
  const columns = type.columns.map(({ sqlName }) => quoted(sqlName));
  const own = [...(type.hasSerialVid ? [] : ["vid"]), type.isImmutable ? "block$" : "block_range"];
  const sql = `copy ${qualified(namespace, type)} (${[...own, ...columns].join(", ")}) from stdin`;
  await pipeline(Readable.from(chunks, { objectMode: false }), client.query(copyFrom(sql)));
}

/** A field in COPY's text format. */
export function fieldText(column: Column, value: Value | null | undefined): string {
  if (value === null || value === undefined) return "\\N";
  if (!column.isList) return scalarField(column.kind, value);
  const items = (value as readonly (Value | null)[]).map((item) =>
    item === null ? "NULL" : `"${scalarText(column.kind, item).replaceAll(/["\\]/g, "\\$&")}"`,
  );
  return escaped(`{${items.join(",")}}`);
}

/** Only text can hold what COPY gives a meaning, and the backslash of bytes is always the same. */
function scalarField(kind: ValueKind, value: Value): string {
  if (kind === ValueKind.Bytes) return `\\\\x${(value as string).slice(2)}`;
  return kind === ValueKind.String ? escaped(value as string) : scalarText(kind, value);
}

/** A value in PostgreSQL's text form. */
export function scalarText(kind: ValueKind, value: Value): string {
  switch (kind) {
    case ValueKind.BigDecimal:
      return toText(value as BigDecimal);
    case ValueKind.Boolean:
      return value === true ? "t" : "f";
    case ValueKind.Bytes:
      return `\\x${(value as string).slice(2)}`;
    case ValueKind.Timestamp:
      return timestampText(value as bigint);
    default:
      return keyOf(value);
  }
}

/** Microseconds since 1970 as PostgreSQL reads them, without loss. */
function timestampText(micros: bigint): string {
  const rest = ((micros % 1_000_000n) + 1_000_000n) % 1_000_000n;
  const iso = new Date(Number((micros - rest) / 1_000n)).toISOString();
  const fraction = `.${rest.toString().padStart(6, "0")}+00`;
  if (iso.length === 24 && !iso.startsWith("0000")) return iso.slice(0, 19) + fraction;
  // beyond the years of four digits: there was no year 0, and 1 BC is shown as 0
  const year = Number(iso.slice(0, -20));
  const era = year > 0 ? "" : " BC";
  return `${(year > 0 ? year : 1 - year).toString().padStart(4, "0")}${iso.slice(-20, -5)}${fraction}${era}`;
}

function escaped(text: string): string {
  if (!SPECIAL.test(text)) return text;
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll("\r", "\\r").replaceAll("\t", "\\t");
}
