import { parseType } from "../../abi/types.ts";
import { encodeValue } from "../../abi/values.ts";
import { UndecodableError } from "../../abi/words.ts";
import { decodeToHeap } from "../abi-decode.ts";
import { readAbiValue } from "../abi-read.ts";
import type { HostContext } from "../context.ts";
import type { Pointer } from "../heap.ts";
import type { HostFunctions } from "../instance.ts";

/** `ethereum.encode` and `ethereum.decode`. */
export function ethereumImports(context: HostContext): HostFunctions {
  return {
    "ethereum.encode": (value: Pointer) => context.heap.hex(encodeValue(readAbiValue(context.reader, value)), 0),
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
  };
}
