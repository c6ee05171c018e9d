import type { AbiType } from "./types.ts";
import { paddedDigits } from "./words.ts";

/** A decoded ABI value: what graph-node keeps of an argument, sizes included. */
export type AbiValue =
  /** `digits` are the value's word; `size` the bits that a number takes, or the bytes of fixed ones */
  | {
      readonly kind: "address" | "bool" | "uint" | "int" | "fixedBytes" | "function";
      readonly size: number;
      readonly digits: string;
    }
  | { readonly kind: "bytes" | "string"; readonly digits: string }
  | { readonly kind: "array" | "fixedArray" | "tuple"; readonly items: readonly AbiValue[] };

const WORD_BYTES = 32;

/** A number as a word's digits. */
export function wordOf(value: bigint | number): string {
  return BigInt.asUintN(256, BigInt(value)).toString(16).padStart(64, "0");
}

/** Whether a value may be an argument of a type: no wider than it, and of its shape. */
export function fits(value: AbiValue, type: AbiType): boolean {
  if ("items" in value) {
    const { items } = value;
    if (type.kind === "array") return value.kind === "array" && items.every((item) => fits(item, type.item));
    if (type.kind === "fixedArray") {
      return (
        value.kind === "fixedArray" && items.length === type.length && items.every((item) => fits(item, type.item))
      );
    }
    if (type.kind !== "tuple" || value.kind !== "tuple" || items.length !== type.items.length) return false;
    return items.every((item, index) => fits(item, type.items[index] as AbiType));
  }
  if (value.kind !== type.kind) return false;
  if (type.kind === "uint" || type.kind === "int") return (value as { size: number }).size <= type.bits;
  if (type.kind === "fixedBytes") return (value as { size: number }).size <= type.size;
  return true;
}

/** Encoded hex digits of a value, and whether an enclosing tuple holds them elsewhere. */
interface Encoded {
  digits: string;
  isDynamic: boolean;
}

/** `abi.encode` of one value, as hex digits. */
export function encodeValue(value: AbiValue): string {
  return encodeValues([value]);
}

/** `abi.encode` of values one after the other, as a function takes its arguments; hex digits. */
export function encodeValues(values: readonly AbiValue[]): string {
  return sequence(values.map(encode)).digits;
}

function encode(value: AbiValue): Encoded {
  switch (value.kind) {
    case "bytes":
    case "string": {
      const length = value.digits.length / 2;
      return { digits: wordOf(length) + value.digits.padEnd(paddedDigits(length), "0"), isDynamic: true };
    }
    case "array":
      return { digits: wordOf(value.items.length) + sequence(value.items.map(encode)).digits, isDynamic: true };
    case "fixedArray":
    case "tuple":
      return sequence(value.items.map(encode));
    default:
      return { digits: value.digits, isDynamic: false };
  }
}

/** Heads one after the other, then the bodies of dynamic items. */
function sequence(items: readonly Encoded[]): Encoded {
  const headBytes = items.reduce((sum, item) => sum + (item.isDynamic ? WORD_BYTES : item.digits.length / 2), 0);
  let heads = "";
  let bodies = "";
  let isDynamic = false;
  for (const item of items) {
    if (item.isDynamic) {
      heads += wordOf(headBytes + bodies.length / 2);
      bodies += item.digits;
      isDynamic = true;
    } else heads += item.digits;
  }
  return { digits: heads + bodies, isDynamic };
}
