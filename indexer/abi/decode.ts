import { hasTopicsOf, type EventFragment } from "./events.ts";
import type { AbiType } from "./types.ts";
import type { AbiValue } from "./values.ts";
import { UndecodableError, WORD_DIGITS, checkRange, readSize } from "./words.ts";

/**
 * Decodes a value from hex digits, as `decodeToHeap` does into a mapping's memory.
 *
 * @param at index of the value's head in `hex`
 * @param base index of the enclosing tuple's first digit: offsets count from here
 * @throws UndecodableError
 */
export function decodeValue(type: AbiType, hex: string, at: number, base: number): AbiValue {
  if (!type.isDynamic) checkRange(hex, at, type.headWords * WORD_DIGITS);
  const place = type.isDynamic ? base + readSize(hex, at) * 2 : at;
  switch (type.kind) {
    case "bytes":
      return { kind: "bytes", digits: bytesAt(hex, place) };
    case "string":
      // text that isn't UTF-8 is kept with U+FFFD for what is wrong
      return {
        kind: "string",
        digits: Buffer.from(Buffer.from(bytesAt(hex, place), "hex").toString()).toString("hex"),
      };
    case "array":
      return { kind: "array", items: decodeItems(type.item, readSize(hex, place), hex, place + WORD_DIGITS) };
    case "fixedArray":
      return { kind: "fixedArray", items: decodeItems(type.item, type.length, hex, place) };
    case "tuple":
      return { kind: "tuple", items: decodeAll(type.items, hex, place) };
    default:
      return { kind: type.kind, size: sizeOf(type), digits: wordAs(type, hex.slice(at, at + WORD_DIGITS)) };
  }
}

/** Decodes values one after the other, from the digit at `base` on. */
export function decodeAll(types: readonly AbiType[], hex: string, base: number): AbiValue[] {
  let head = base;
  return types.map((type) => {
    const value = decodeValue(type, hex, head, base);
    head += type.headWords * WORD_DIGITS;
    return value;
  });
}

/**
 * The parameters of a log, in the event's order; indexed ones that a topic has only the hash of are `bytes32`.
 *
 * @throws UndecodableError when the log isn't the event's
 */
export function decodeLog(event: EventFragment, log: { topics: readonly string[]; data: string }): AbiValue[] {
  if (!hasTopicsOf(event, log.topics)) throw new UndecodableError("another event's topics");
  checkRange(log.data, 2, event.headWords * WORD_DIGITS);
  let topic = event.selector === undefined ? 0 : 1;
  let head = 2;
  return event.inputs.map(({ isIndexed, type }) => {
    if (isIndexed) return decodeValue(topicType(type), log.topics[topic++] ?? "0x", 2, 2);
    const value = decodeValue(type, log.data, head, 2);
    head += type.headWords * WORD_DIGITS;
    return value;
  });
}

/** The type under which a topic holds an indexed parameter. */
export function topicType(type: AbiType): AbiType {
  const isWord = !type.isDynamic && type.kind !== "tuple" && type.kind !== "fixedArray";
  return isWord ? type : { kind: "fixedBytes", size: 32, isDynamic: false, headWords: 1 };
}

function decodeItems(item: AbiType, length: number, hex: string, start: number): AbiValue[] {
  const step = item.headWords * WORD_DIGITS;
  if (step === 0 && length > 0) throw new UndecodableError("an array of nothing");
  checkRange(hex, start, length * step);
  return Array.from({ length }, (_, index) => decodeValue(item, hex, start + index * step, start));
}

function bytesAt(hex: string, place: number): string {
  const length = readSize(hex, place);
  checkRange(hex, place + WORD_DIGITS, length * 2);
  return hex.slice(place + WORD_DIGITS, place + WORD_DIGITS + length * 2);
}

function sizeOf(type: AbiType): number {
  if (type.kind === "uint" || type.kind === "int") return type.bits;
  return type.kind === "fixedBytes" ? type.size : 0;
}

/** What is kept of a word: an address' last 20 bytes, a bool's truth, a fixed one's or a function's first bytes. */
function wordAs(type: AbiType, word: string): string {
  if (type.kind === "address") return word.slice(24).padStart(WORD_DIGITS, "0");
  if (type.kind === "bool") return (/^0*$/.test(word) ? "0" : "1").padStart(WORD_DIGITS, "0");
  if (type.kind === "function") return word.slice(0, 48).padEnd(WORD_DIGITS, "0");
  return type.kind === "fixedBytes" ? word.slice(0, type.size * 2).padEnd(WORD_DIGITS, "0") : word;
}
