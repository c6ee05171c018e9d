/** PGCOPY, newline, 0xff, carriage return, newline, zero; then 32 bits of flags and of extension length. */
export const COPY_HEADER = Buffer.concat([Buffer.from("PGCOPY\n\xff\r\n\0", "latin1"), Buffer.alloc(8)]);
/** 2000-01-01 in milliseconds since 1970: where PostgreSQL's time begins. */
export const POSTGRES_EPOCH_MS = 946_684_800_000;
/** A cell of a type with fixed size takes at most its length and eight bytes. */
export const MAX_FIXED_BYTES = 12;
const NULL = -1;

/** A buffer that grows where it is told to: behind what was reserved, a whole row of fixed sizes still has its room. */
export class ByteWriter {
  #buffer: Buffer;
  #view: DataView;
  #length = 0;
  readonly #rowBytes: number;

  constructor(size: number, rowBytes: number) {
    this.#rowBytes = rowBytes;
    this.#buffer = Buffer.allocUnsafeSlow(size);
    this.#view = new DataView(this.#buffer.buffer);
  }

  int16(value: number): void {
    this.#view.setInt16(this.#length, value);
    this.#length += 2;
  }

  int32(value: number): void {
    this.#view.setInt32(this.#length, value);
    this.#length += 4;
  }

  nullCell(): void {
    this.int32(NULL);
  }

  boolCell(value: boolean): void {
    this.int32(1);
    this.#view.setInt8(this.#length, value ? 1 : 0);
    this.#length += 1;
  }

  /** @param value NaN for null, as for the other numbers */
  intCell(value: number): void {
    if (Number.isNaN(value)) return this.nullCell();
    this.int32(4);
    this.int32(value);
  }

  floatCell(value: number): void {
    if (Number.isNaN(value)) return this.nullCell();
    this.int32(4);
    this.#view.setFloat32(this.#length, value);
    this.#length += 4;
  }

  doubleCell(value: number): void {
    if (Number.isNaN(value)) return this.nullCell();
    this.int32(8);
    this.#view.setFloat64(this.#length, value);
    this.#length += 8;
  }

  /** @param value milliseconds since 1970 */
  timeCell(value: number): void {
    const micros = Math.round((value - POSTGRES_EPOCH_MS) * 1_000); // a safe integer
    this.int32(8);
    this.int32(Math.floor(micros / 2 ** 32));
    this.int32(micros);
  }

  /** PostgreSQL's text holds no zero bytes. */
  textCell(text: string): void {
    const encoded = Buffer.from(text.replaceAll("\0", ""));
    this.int32(encoded.length);
    this.append(encoded);
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
