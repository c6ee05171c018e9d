import { keccak256 } from "../../abi/keccak.ts";
import { base58 } from "../../numbers/base58.ts";
import { AscType } from "../asc-types.ts";
import type { HostContext } from "../context.ts";
import { DeterministicError } from "../errors.ts";
import type { Pointer } from "../heap.ts";
import { HEX_PAIR } from "../hex.ts";
import type { HostFunctions } from "../instance.ts";

const UTF8 = new TextDecoder("utf-8", { ignoreBOM: true });

/** `typeConversion.*` and `crypto.*`. */
export function conversionImports(context: HostContext): HostFunctions {
  return {
    "typeConversion.bytesToString": (pointer: Pointer) =>
      context.heap.string(UTF8.decode(context.reader.bytes(pointer)).replace(/\0+$/, "")),
    "typeConversion.bytesToHex": (pointer: Pointer) => writeHex(context, context.reader.bytes(pointer)),
    "typeConversion.bytesToBase58": (pointer: Pointer) => context.heap.string(base58(context.reader.bytes(pointer))),
    "typeConversion.bigIntToString": (pointer: Pointer) =>
      context.heap.string(context.reader.bigInt(pointer).toString()),
    // only the magnitude is printed
    "typeConversion.bigIntToHex": (pointer: Pointer) => {
      const value = context.reader.bigInt(pointer);
      return context.heap.string(`0x${(value < 0n ? -value : value).toString(16)}`);
    },
    "typeConversion.stringToH160": (pointer: Pointer) => {
      const text = context.reader.string(pointer);
      const digits = text.startsWith("0x") ? text.slice(2) : text;
      if (!/^[0-9a-fA-F]{40}$/.test(digits)) {
        throw new DeterministicError(`Failed to convert string to Address/H160: '${text}'`);
      }
      return context.heap.hex(digits, 0);
    },
    "crypto.keccak256": (pointer: Pointer) => context.heap.bytes(keccak256(context.reader.bytes(pointer))),
  };
}

/** Writes `0x…` digit pairs straight into memory: ids are the most common strings of all. */
function writeHex({ heap }: HostContext, bytes: Uint8Array): Pointer {
  const pointer = heap.allocate((2 + bytes.length * 2) * 2, AscType.String);
  let word = pointer >> 2;
  heap.u32[word++] = 0x0078_0030;
  for (const byte of bytes) heap.u32[word++] = HEX_PAIR[byte] as number;
  return pointer;
}
