import { AscType } from "./asc-types.ts";
import { HEX_VALUE, byteAt } from "./hex.ts";

/** What a compiled mapping exports besides its handlers. */
export interface MappingExports {
  readonly memory: WebAssembly.Memory;
  allocate(size: number): number;
  id_of_type(type: number): number;
}

/** A pointer into a mapping's memory; 0 is null. */
export type Pointer = number;

/** Bytes before an object's content: mmInfo, gcInfo, gcInfo2, rtId, rtSize. */
export const HEADER_BYTES = 20;

const MAX_ASC_TYPE = Math.max(...Object.values(AscType));

function longer(words: BigInt64Array): BigInt64Array<ArrayBuffer> {
  const result = new BigInt64Array(words.length * 2);
  result.set(words);
  return result;
}

/** Writes objects into a mapping's memory in AssemblyScript 0.19's layout, in an arena taken from its allocator. */
export class Heap {
  u8 = new Uint8Array(0);
  u16 = new Uint16Array(0);
  u32 = new Uint32Array(0);
  view = new DataView(new ArrayBuffer(0));
  buffer = Buffer.alloc(0);
  /** next free address of the arena, and its end */
  top = 0;
  end = 0;
  /** the arena was not enough since the last reset */
  hasGrown = false;
  /** size of the next arena */
  arenaBytes = 2_048;
  /** address of the bytes that `allocateBytes` made last */
  lastData: Pointer = 0;
  readonly exports: MappingExports;
  /** a BigInt on its way to memory */
  private words = new BigInt64Array(8);
  /** the mapping's numbers of classes by graph-ts' number; -1 before it is asked */
  private readonly ids = new Int32Array(MAX_ASC_TYPE + 1).fill(-1);

  constructor(exports: MappingExports) {
    this.exports = exports;
    this.refresh();
  }

  /** Makes the views again when memory has grown: growing detaches them. */
  refresh(): void {
    if (this.u8.length > 0) return;
    const memory = this.exports.memory.buffer;
    this.u8 = new Uint8Array(memory);
    this.u16 = new Uint16Array(memory);
    this.u32 = new Uint32Array(memory);
    this.view = new DataView(memory);
    this.buffer = Buffer.from(memory);
  }

  /** The mapping's own number of a class, constant per compiled module. */
  id(type: AscType): number {
    let id = this.ids[type] as number;
    if (id === -1) {
      id = this.exports.id_of_type(type);
      this.ids[type] = id;
    }
    return id;
  }

  /** Takes a new arena of at least `bytes` from the mapping's allocator. */
  takeArena(bytes: number): void {
    const size = Math.max(bytes + 16, this.arenaBytes);
    const start = this.exports.allocate(size) >>> 0;
    this.refresh();
    this.hasGrown = true;
    this.top = start + 12; // headers lie at 12 modulo 16, so that contents are aligned
    this.end = start + size;
  }

  /** Allocates an object of `size` bytes and writes its header; the content is zero. */
  allocate(size: number, type: AscType): Pointer {
    const total = (HEADER_BYTES + size + 15) & ~15;
    if (this.top + total > this.end) this.takeArena(total);
    const start = this.top;
    this.top = start + total;
    const word = start >> 2;
    const id = this.id(type);
    const u32 = this.u32;
    u32[word] = total - 4;
    u32[word + 1] = 0;
    u32[word + 2] = 0;
    u32[word + 3] = id;
    u32[word + 4] = size;
    return start + HEADER_BYTES;
  }

  /** An object of pointers and numbers, one word each. */
  object(type: AscType, words: readonly number[]): Pointer {
    const pointer = this.allocate(words.length * 4, type);
    const first = pointer >> 2;
    for (let index = 0; index < words.length; index++) this.u32[first + index] = words[index] as number;
    return pointer;
  }

  /** An object of two pointers. */
  pair(type: AscType, first: number, second: number): Pointer {
    const pointer = this.allocate(8, type);
    this.u32[pointer >> 2] = first;
    this.u32[(pointer >> 2) + 1] = second;
    return pointer;
  }

  string(text: string): Pointer {
    const pointer = this.allocate(text.length * 2, AscType.String);
    if (text.length < 48) {
      let at = pointer >> 1;
      for (let index = 0; index < text.length; index++) this.u16[at++] = text.charCodeAt(index);
    } else this.buffer.write(text, pointer, "utf16le");
    return pointer;
  }

  /** A Uint8Array of `length` zero bytes; its data is at `lastData`. */
  allocateBytes(length: number): Pointer {
    const data = this.allocate(length, AscType.ArrayBuffer);
    const pointer = this.allocate(12, AscType.Uint8Array);
    const word = pointer >> 2;
    this.u32[word] = data;
    this.u32[word + 1] = data;
    this.u32[word + 2] = length;
    this.lastData = data;
    return pointer;
  }

  bytes(content: Uint8Array): Pointer {
    const pointer = this.allocateBytes(content.length);
    this.u8.set(content, this.lastData);
    return pointer;
  }

  /** Bytes from hex digits, by default those after `0x`. */
  hex(hex: string, from = 2, length = (hex.length - from) >> 1): Pointer {
    const pointer = this.allocateBytes(length);
    let at = this.lastData;
    for (let index = from; index < from + length * 2; index += 2) this.u8[at++] = byteAt(hex, index);
    return pointer;
  }

  /** An array of pointers. */
  array(pointers: ArrayLike<Pointer>, type: AscType): Pointer {
    const data = this.allocate(pointers.length * 4, AscType.ArrayBuffer);
    const word = data >> 2;
    for (let index = 0; index < pointers.length; index++) this.u32[word + index] = pointers[index] as Pointer;
    return this.object(type, [data, data, pointers.length * 4, pointers.length]);
  }

  /** A tagged value: store.Value, ethereum.Value or JSONValue. */
  tagged(type: AscType, kind: number, low: number, high = 0): Pointer {
    const pointer = this.allocate(16, type);
    const word = pointer >> 2;
    this.u32[word] = kind;
    this.u32[word + 1] = 0;
    this.u32[word + 2] = low;
    this.u32[word + 3] = high;
    return pointer;
  }

  /** A BigInt that fits 32 bits. */
  smallBigInt(value: number): Pointer {
    const length =
      value >= -128 && value < 128
        ? 1
        : value >= -32_768 && value < 32_768
          ? 2
          : value >= -8_388_608 && value < 8_388_608
            ? 3
            : 4;
    const pointer = this.allocateBytes(length);
    for (let index = 0; index < length; index++) this.u8[this.lastData + index] = (value >> (8 * index)) & 255;
    return pointer;
  }

  /** A BigInt: two's complement, little endian, minimal. */
  bigInt(value: bigint): Pointer {
    if (value >= -2_147_483_648n && value <= 2_147_483_647n) return this.smallBigInt(Number(value));
    let rest = value;
    let words = 0;
    // 64 bits at a time, until what is left says no more than the sign of the last ones
    do {
      if (words === this.words.length) this.words = longer(this.words);
      this.words[words] = BigInt.asIntN(64, rest);
      rest >>= 64n;
    } while (rest !== (this.words[words++] as bigint) >> 63n);
    const bytes = new Uint8Array(this.words.buffer, 0, words * 8);
    const sign = value < 0n ? 255 : 0;
    let length = bytes.length;
    while (bytes[length - 1] === sign && ((bytes[length - 2] as number) ^ sign) < 128) length--;
    const pointer = this.allocateBytes(length);
    for (let index = 0; index < length; index++) this.u8[this.lastData + index] = bytes[index] as number;
    return pointer;
  }

  /** A BigInt from big-endian hex digits, straight from an ABI word. */
  bigIntFromHex(hex: string, from: number, bytes: number, isSigned: boolean): Pointer {
    const end = from + bytes * 2;
    const isNegative = isSigned && (HEX_VALUE[hex.charCodeAt(from)] as number) >= 8;
    const pad = isNegative ? 255 : 0;
    let at = from;
    while (at < end - 2 && byteAt(hex, at) === pad) at += 2;
    const hasSignBit = (HEX_VALUE[hex.charCodeAt(at)] as number) >= 8;
    const needsPad = hasSignBit !== isNegative;
    const length = (end - at) >> 1;
    const pointer = this.allocateBytes(needsPad ? length + 1 : length);
    let to = this.lastData;
    for (let index = end - 2; index >= at; index -= 2) this.u8[to++] = byteAt(hex, index);
    if (needsPad) this.u8[to] = pad;
    return pointer;
  }

  /** A BigInt from a JSON-RPC quantity; null for what the node left out. */
  quantity(value: string | null | undefined): Pointer {
    if (value === null || value === undefined) return 0;
    return value.length <= 9 ? this.smallOrBig(Number(value)) : this.bigInt(BigInt(value));
  }

  private smallOrBig(value: number): Pointer {
    return value <= 2_147_483_647 ? this.smallBigInt(value) : this.bigInt(BigInt(value));
  }
}
