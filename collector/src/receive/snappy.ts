import { Refusal } from "./refusal.ts";

/**
 * Uncompresses a block of Snappy (no framing), https://github.com/google/snappy/blob/main/format_description.txt.
 *
 * Our own, as what strangers send must not hold up the process: `snappyjs` steps backwards on a literal whose length has
 * its highest bit set, and never ends. Here every step goes forward, and the length told must come out exactly.
 *
 * @throws Refusal 413 if it tells a length above `maxBytes`, 400 if it isn't well-formed
 */
export function uncompress(block: Uint8Array, maxBytes: number): Uint8Array {
  const told = readLength(block);
  if (told.length > maxBytes) {
    throw new Refusal(413, "too_large", `the body would be ${told.length} bytes long, more than ${maxBytes}`);
  }
  // No element gives more than 64 bytes for 2 of its own: a short block that tells a long body lies.
  if (told.length > 32 * block.length) throw malformed("tells more than it can hold");
  const out = new Uint8Array(told.length);
  let to = 0;
  for (let at = told.end; at < block.length;) {
    const element = readElement(block, at);
    if (to + element.length > out.length) throw malformed("holds more than it tells");
    if (element.offset === 0) out.set(block.subarray(element.end - element.length, element.end), to);
    else copyBack(out, to, element);
    to += element.length;
    at = element.end;
  }
  if (to !== out.length) throw malformed("holds less than it tells");
  return out;
}

interface Element {
  length: number;
  /** how far back the bytes to copy begin; 0 for a literal, whose bytes end at `end` */
  offset: number;
  /** where the next element begins */
  end: number;
}

function readLength(block: Uint8Array): { length: number; end: number } {
  let length = 0;
  for (let at = 0; at < Math.min(block.length, 5); at++) {
    const byte = block[at] ?? 0;
    length += (byte & 0x7f) * 2 ** (7 * at);
    if (byte < 0x80) return { length, end: at + 1 };
  }
  throw malformed("doesn't begin with its length");
}

function readElement(block: Uint8Array, at: number): Element {
  const tag = block[at] ?? 0;
  const kind = tag & 3;
  if (kind === 0) return readLiteral(block, at, tag >>> 2);
  const size = kind === 3 ? 4 : kind;
  const end = at + 1 + size;
  if (end > block.length) throw malformed("ends within a copy");
  const length = kind === 1 ? ((tag >>> 2) & 7) + 4 : (tag >>> 2) + 1;
  const offset = kind === 1 ? (tag >>> 5) * 256 + (block[at + 1] ?? 0) : readLittleEndian(block, at + 1, size);
  if (offset === 0) throw malformed("copies from where it is");
  return { length, offset, end };
}

function readLiteral(block: Uint8Array, at: number, code: number): Element {
  const size = code < 60 ? 0 : code - 59;
  const start = at + 1 + size;
  const length = 1 + (size === 0 ? code : readLittleEndian(block, at + 1, size));
  if (start + length > block.length) throw malformed("ends within a literal");
  return { length, offset: 0, end: start + length };
}

function readLittleEndian(block: Uint8Array, at: number, size: number): number {
  let value = 0;
  for (let index = 0; index < size; index++) value += (block[at + index] ?? 0) * 2 ** (8 * index);
  return value;
}

/** The bytes may overlap what they make: then they repeat. */
function copyBack(out: Uint8Array, to: number, { offset, length }: Element): void {
  if (offset > to) throw malformed("copies from before its beginning");
  if (offset >= length) out.copyWithin(to, to - offset, to - offset + length);
  else for (let index = to; index < to + length; index++) out[index] = out[index - offset] ?? 0;
}

function malformed(what: string): Refusal {
  return new Refusal(400, "snappy", `the body is no Snappy block: it ${what}`);
}
