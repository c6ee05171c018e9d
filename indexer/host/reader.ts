import { MAX_BIGINT_BITS, bitLength } from "../numbers/bigint.ts";
import { normalize, type BigDecimal } from "../numbers/bigdecimal.ts";
import { DeterministicError } from "./errors.ts";
import type { Heap, Pointer } from "./heap.ts";

const MIN_EXPONENT = -6_143;
const MAX_EXPONENT = 6_144;

/** Where the bytes of a typed array lie. */
interface Span {
  start: number;
  length: number;
}

/** Reads objects that a mapping made. */
export class Reader {
  /** texts of strings below this address never change and are kept */
  staticEnd = 0;
  private readonly heap: Heap;
  private readonly staticStrings = new Map<Pointer, string>();
  /** the highest 64 bits of a BigInt being read */
  private readonly topWord = new BigInt64Array(1);
  private readonly sumBytes = new Uint8Array(40);
  private readonly topBytes = new Uint8Array(this.topWord.buffer);

  constructor(heap: Heap) {
    this.heap = heap;
  }

  /** Notes the text of a string that the host put into permanent memory. */
  remember(pointer: Pointer, text: string): void {
    this.staticStrings.set(pointer, text);
  }

  /** Whether a string lies where the host put it for good. */
  isPermanent(pointer: Pointer): boolean {
    return this.staticStrings.has(pointer);
  }

  word(pointer: Pointer, index: number): number {
    this.checkNull(pointer);
    const word = this.heap.u32[(pointer >>> 2) + index];
    if (word === undefined) throw outOfBounds(pointer, 4);
    return word;
  }

  string(pointer: Pointer): string {
    const known = this.staticStrings.get(pointer);
    if (known !== undefined) return known;
    const text = this.stringUncached(pointer);
    if (pointer < this.staticEnd) this.staticStrings.set(pointer, text);
    return text;
  }

  /** A mapping's string: U+0000 is removed, a lone surrogate is refused. */
  private stringUncached(pointer: Pointer): string {
    const { heap } = this;
    const length = this.objectSize(pointer);
    const text = heap.buffer.toString("utf16le", pointer, pointer + length);
    for (let at = pointer >> 1; at < (pointer + length) >> 1; at++) {
      const unit = heap.u16[at] as number;
      if (unit !== 0 && (unit < 0xd800 || unit >= 0xe000)) continue;
      if (!isWellFormed(text)) throw new DeterministicError("invalid utf-16: lone surrogate found");
      return text.replaceAll("\0", "");
    }
    return text;
  }

  private objectSize(pointer: Pointer): number {
    this.checkNull(pointer);
    const length = this.heap.u32[(pointer - 4) >>> 2];
    if (length === undefined || pointer + length > this.heap.u8.length) throw outOfBounds(pointer, length ?? 0);
    return length;
  }

  private checkNull(pointer: Pointer): void {
    if (pointer !== 0) return;
    throw new DeterministicError(
      "Tried to read AssemblyScript value that is 'null'. Suggestion: look into the function that the error happened and add 'log' calls till you find where a 'null' value is being used as not nullable. It's likely that you're calling a 'graph-ts' function (or operator) with a 'null' value when it doesn't support it.",
    );
  }

  private span(pointer: Pointer): Span {
    const buffer = this.word(pointer, 0);
    const start = this.word(pointer, 1);
    const available = this.objectSize(buffer) - (start - buffer);
    return { start, length: Math.min(this.word(pointer, 2), available) };
  }

  bytes(pointer: Pointer): Uint8Array {
    const { start, length } = this.span(pointer);
    return this.heap.u8.slice(start, start + length);
  }

  /** Bytes as `0x` and lower-case hex. */
  hex(pointer: Pointer): string {
    const { start, length } = this.span(pointer);
    return `0x${this.heap.buffer.toString("hex", start, start + length)}`;
  }

  /** How many elements an array of pointers has; all of them can be read. */
  pointerCount(pointer: Pointer): number {
    const length = this.word(pointer, 3);
    const start = this.word(pointer, 1) >>> 2;
    if ((start + length) * 4 > this.heap.u8.length) throw outOfBounds(pointer, length * 4);
    return length;
  }

  /** One element of an array of pointers. */
  pointerAt(pointer: Pointer, index: number): Pointer {
    return this.heap.u32[((this.heap.u32[(pointer >>> 2) + 1] as number) >>> 2) + index] as Pointer;
  }

  /** The elements of an array of pointers. */
  pointers(pointer: Pointer): Pointer[] {
    const result: Pointer[] = [];
    const count = this.pointerCount(pointer);
    for (let index = 0; index < count; index++) result.push(this.pointerAt(pointer, index));
    return result;
  }

  /** A BigInt as a number when it fits 32 bits, else NaN. */
  small(pointer: Pointer): number {
    const { start, length } = this.span(pointer);
    if (length === 0 || length > 4) return Number.NaN;
    let value = 0;
    for (let index = 0; index < length; index++) value |= (this.heap.u8[start + index] as number) << (8 * index);
    const unused = 32 - 8 * length;
    return (value << unused) >> unused;
  }

  bigInt(pointer: Pointer): bigint {
    const small = this.small(pointer);
    if (!Number.isNaN(small)) return BigInt(small);
    const { start, length } = this.span(pointer);
    const value = this.twosComplement(start, length);
    if (length * 8 > MAX_BIGINT_BITS) checkSize(value);
    return value;
  }

  private twosComplement(start: number, length: number): bigint {
    if (length === 0) return 0n;
    const { heap } = this;
    let word = start + ((length - 1) & ~7);
    const last = start + length - word;
    // the highest word, filled up with the sign
    this.topBytes.fill((heap.u8[start + length - 1] as number) >= 128 ? 255 : 0);
    for (let index = 0; index < last; index++) this.topBytes[index] = heap.u8[word + index] as number;
    let value = this.topWord[0] as bigint;
    for (word -= 8; word >= start; word -= 8) value = (value << 64n) | heap.view.getBigUint64(word, true);
    return value;
  }

  /**
   * The sum or difference of two BigInts, byte by byte where they lie: nothing is computed more often.
   *
   * @returns a new BigInt, or null when they are too long for this
   */
  sum(x: Pointer, y: Pointer, isDifference: boolean): Pointer {
    const { heap, sumBytes } = this;
    const a = this.span(x);
    const b = this.span(y);
    if (a.length === 0 || b.length === 0 || a.length >= sumBytes.length || b.length >= sumBytes.length) return 0;
    const flip = isDifference ? 255 : 0;
    const signA = (heap.u8[a.start + a.length - 1] as number) >= 128 ? 255 : 0;
    const signB = ((heap.u8[b.start + b.length - 1] as number) >= 128 ? 255 : 0) ^ flip;
    let length = Math.max(a.length, b.length) + 1;
    let carry = flip & 1; // x - y = x + ~y + 1
    for (let index = 0; index < length; index++) {
      const byteA = index < a.length ? (heap.u8[a.start + index] as number) : signA;
      const byteB = index < b.length ? (heap.u8[b.start + index] as number) ^ flip : signB;
      const total = byteA + byteB + carry;
      sumBytes[index] = total;
      carry = total >> 8;
    }
    const sign = (sumBytes[length - 1] as number) >= 128 ? 255 : 0;
    while (length > 1 && sumBytes[length - 1] === sign && ((sumBytes[length - 2] as number) ^ sign) < 128) length--;
    const pointer = heap.allocateBytes(length);
    for (let index = 0; index < length; index++) heap.u8[heap.lastData + index] = sumBytes[index] as number;
    return pointer;
  }

  bigDecimal(pointer: Pointer): BigDecimal {
    const digits = this.bigInt(this.word(pointer, 0));
    const value = normalize(digits, -Number(this.bigInt(this.word(pointer, 1))));
    if (-value.scale < MIN_EXPONENT || -value.scale > MAX_EXPONENT) {
      throw new DeterministicError(
        `big decimal exponent \`${-value.scale}\` is outside the \`${MIN_EXPONENT}\` to \`${MAX_EXPONENT}\` range`,
      );
    }
    return value;
  }
}

/** graph-node's limit, checked wherever a BigInt enters the host. */
export function checkSize(value: bigint): bigint {
  const bits = bitLength(value) + 1;
  if (bits > MAX_BIGINT_BITS) {
    throw new DeterministicError(`BigInt is too big, total bits ${bits} (max ${MAX_BIGINT_BITS})`);
  }
  return value;
}

function outOfBounds(pointer: Pointer, size: number): DeterministicError {
  return new DeterministicError(`Heap access out of bounds. Offset: ${pointer} Size: ${size}`);
}

/** `String.prototype.isWellFormed`, which the library's types lack. */
function isWellFormed(text: string): boolean {
  return !/[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/.test(text);
}
