import { parseType } from "../../abi/types.ts";
import { UndecodableError } from "../../abi/words.ts";
import { decodeToHeap } from "../abi-decode.ts";
import { encodeValue } from "../abi-encode.ts";
import type { HostContext } from "../context.ts";
import { DeterministicError } from "../errors.ts";
import type { Pointer } from "../heap.ts";
import type { HostFunction, HostFunctions } from "../instance.ts";

const unsupported =
  (name: string): HostFunction =>
  () => {
    throw new DeterministicError(
      `${name} is not supported by this engine yet: handlers must work from events and blocks alone`,
    );
  };

/** `ethereum.*`: ABI encoding and decoding. Reading the chain's state isn't supported yet. */
export function ethereumImports(context: HostContext): HostFunctions {
  return {
    "ethereum.encode": (value: Pointer) => {
      const digits = encodeValue(context, value);
      return digits === undefined ? 0 : context.heap.hex(digits, 0);
    },
    "ethereum.decode": (types: Pointer, data: Pointer) => {
      const type = parseType(context.reader.string(types));
      const hex = context.reader.hex(data);
      if (!type) return 0;
      try {
        return decodeToHeap(context.heap, type, hex, 2, 2);
      } catch (error) {
        if (error instanceof UndecodableError) return 0;
        throw error;
      }
    },
    "ethereum.call": unsupported("ethereum.call"),
    "ethereum.getBalance": unsupported("ethereum.getBalance"),
    "ethereum.hasCode": unsupported("ethereum.hasCode"),
  };
}
