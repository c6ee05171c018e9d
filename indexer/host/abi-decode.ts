import type { AbiType } from "../abi/types.ts";
import { UndecodableError, WORD_DIGITS, checkRange, readSize } from "../abi/words.ts";
import { AscType, EthereumKind } from "./asc-types.ts";
import type { Heap, Pointer } from "./heap.ts";
import { byteAt } from "./hex.ts";

const UTF8 = new TextDecoder("utf-8", { ignoreBOM: true });

function valueOf(heap: Heap, kind: number, payload: number): Pointer {
  return heap.tagged(AscType.EthereumValue, kind, payload);
}

/**
 * Decodes an ABI value from hex digits straight into an `ethereum.Value` in the mapping's memory.
 *
 * @param at index of the value's head in `hex`
 * @param base index of the enclosing tuple's first digit: offsets count from here
 * @throws UndecodableError
 */
export function decodeToHeap(heap: Heap, type: AbiType, hex: string, at: number, base: number): Pointer {
  const place = type.isDynamic ? base + readSize(hex, at) * 2 : at;
  if (!type.isDynamic) checkRange(hex, at, type.headWords * WORD_DIGITS);
  switch (type.kind) {
    case "address":
      return valueOf(heap, EthereumKind.Address, heap.hex(hex, at + 24, 20));
    case "uint":
      return valueOf(heap, EthereumKind.Uint, heap.bigIntFromHex(hex, at, 32, false));
    case "int":
      return valueOf(heap, EthereumKind.Int, heap.bigIntFromHex(hex, at, 32, true));
    case "bool":
      return valueOf(heap, EthereumKind.Bool, isZero(hex, at) ? 0 : 1);
    case "fixedBytes":
      return valueOf(heap, EthereumKind.FixedBytes, heap.hex(hex, at, type.size));
    case "function":
      return valueOf(heap, EthereumKind.Function, heap.hex(hex, at, 24));
    case "bytes":
      return valueOf(heap, EthereumKind.Bytes, heap.hex(hex, place + WORD_DIGITS, lengthAt(hex, place)));
    case "string":
      return valueOf(
        heap,
        EthereumKind.String,
        heap.string(decodeText(hex, place + WORD_DIGITS, lengthAt(hex, place))),
      );
    case "array": {
      const length = readSize(hex, place);
      return valueOf(heap, EthereumKind.Array, decodeItems(heap, type.item, length, hex, place + WORD_DIGITS));
    }
    case "fixedArray":
      return valueOf(heap, EthereumKind.FixedArray, decodeItems(heap, type.item, type.length, hex, place));
    case "tuple": {
      const pointers: Pointer[] = [];
      let head = place;
      for (const item of type.items) {
        pointers.push(decodeToHeap(heap, item, hex, head, place));
        head += item.headWords * WORD_DIGITS;
      }
      return valueOf(heap, EthereumKind.Tuple, heap.array(pointers, AscType.ArrayEthereumValue));
    }
  }
}

/** Any bit of a word makes it true, as for graph-node. */
function isZero(hex: string, at: number): boolean {
  for (let index = at + WORD_DIGITS - 1; index >= at; index--) {
    if (hex.charCodeAt(index) !== 48) return false;
  }
  return true;
}

/** The byte length at `place`, whose bytes must all be there. */
function lengthAt(hex: string, place: number): number {
  const length = readSize(hex, place);
  checkRange(hex, place + WORD_DIGITS, length * 2);
  return length;
}

function decodeItems(heap: Heap, item: AbiType, length: number, hex: string, start: number): Pointer {
  const step = item.headWords * WORD_DIGITS;
  // an array of empty tuples would take no space and any length
  if (step === 0 && length > 0) throw new UndecodableError("an array of nothing");
  checkRange(hex, start, length * step);
  const pointers: Pointer[] = [];
  for (let index = 0; index < length; index++) {
    pointers.push(decodeToHeap(heap, item, hex, start + index * step, start));
  }
  return heap.array(pointers, AscType.ArrayEthereumValue);
}

/** Text from UTF-8 in hex; invalid sequences become U+FFFD. */
function decodeText(hex: string, at: number, length: number): string {
  const end = at + length * 2;
  let text = "";
  for (let index = at; index < end; index += 2) {
    const byte = byteAt(hex, index);
    if (byte >= 128) return UTF8.decode(Buffer.from(hex.slice(at, end), "hex"));
    text += String.fromCharCode(byte);
  }
  return text;
}
