import { messageOf } from "#kernel/errors.ts";
import type { FunctionFragment } from "../../abi/functions.ts";
import { encodeValues, fits, type AbiValue } from "../../abi/values.ts";
import { UndecodableError, WORD_DIGITS } from "../../abi/words.ts";
import { decodeToHeap } from "../abi-decode.ts";
import { readAbiValues, readAddress } from "../abi-read.ts";
import { AscType } from "../asc-types.ts";
import type { HostContext } from "../context.ts";
import { DeterministicError, MappingError } from "../errors.ts";
import type { Heap, Pointer } from "../heap.ts";
import type { HostFunctions } from "../instance.ts";

/** `ethereum.call`, `getBalance` and `hasCode`: the chain's state at the block that is handled. */
export function stateImports(context: HostContext): HostFunctions {
  const checkVersion = (name: string): void => {
    if (context.hasBalances) return;
    throw new DeterministicError(`ethereum.${name} call is not supported before API version 0.0.9`);
  };
  return {
    "ethereum.call": (pointer: Pointer) => {
      const { reader, invocation, heap } = context;
      const text = (index: number): string => reader.string(reader.word(pointer, index));
      const [contract, name, signature] = [text(0), text(2), text(3)];
      const address = readAddress(reader, reader.word(pointer, 1));
      const inputs = readAbiValues(reader, reader.word(pointer, 4));
      const called = findFunction(context, contract, name, signature);
      const output = invocation.state.call(address, callData(called, inputs, contract));
      return output === null ? 0 : writeOutputs(heap, called, output);
    },
    "ethereum.getBalance": (pointer: Pointer) => {
      checkVersion("getBalance");
      return context.heap.bigInt(context.invocation.state.balance(readAddress(context.reader, pointer)));
    },
    "ethereum.hasCode": (pointer: Pointer) => {
      checkVersion("hasCode");
      const hasCode = context.invocation.state.hasCode(readAddress(context.reader, pointer));
      const wrapped = context.heap.allocate(1, AscType.WrappedBool);
      context.heap.u8[wrapped] = hasCode ? 1 : 0;
      return wrapped;
    },
  };
}

/** The function of the running data source's ABIs that a mapping was compiled against. */
function findFunction(context: HostContext, contract: string, name: string, signature: string): FunctionFragment {
  const abi = context.invocation.abis.get(contract);
  if (!abi) {
    throw new DeterministicError(
      `Could not find ABI for contract "${contract}", try adding it to the 'abis' section of the subgraph manifest`,
    );
  }
  let functions: readonly FunctionFragment[];
  try {
    functions = abi.functions(name);
  } catch (error) {
    throw failure(contract, name, messageOf(error));
  }
  const found = functions.find((fragment) => fragment.signature === signature);
  if (found) return found;
  const which = functions.length === 0 ? "" : ` with signature \`${signature}\``;
  throw new DeterministicError(`Unknown function "${contract}::${name}"${which} called from WASM runtime`);
}

/** The data of a call. Faults of arguments aren't deterministic for graph-node. */
function callData({ name, selector, inputs }: FunctionFragment, values: readonly AbiValue[], contract: string): string {
  const wrong = values.findIndex((value, index) => inputs[index] !== undefined && !fits(value, inputs[index]));
  if (wrong >= 0) {
    throw failure(
      contract,
      name,
      `type mismatch: argument ${wrong + 1} is no ${inputs[wrong]?.kind ?? ""} of its size`,
    );
  }
  if (values.length !== inputs.length) {
    const count = `unexpected number of values; expected ${inputs.length}, got ${values.length}`;
    throw failure(contract, name, `error encoding input call data: ${count}`);
  }
  return selector + encodeValues(values);
}

function failure(contract: string, name: string, what: string): MappingError {
  return new MappingError(`Failed to call function "${name}" of contract "${contract}": ${what}`);
}

/** The outputs as an `Array<ethereum.Value>`; null for data that they can't be read from, as after a revert. */
function writeOutputs(heap: Heap, { outputs }: FunctionFragment, data: string): Pointer {
  try {
    let at = 2;
    const pointers = outputs.map((type) => {
      const pointer = decodeToHeap(heap, type, data, at, 2);
      at += type.headWords * WORD_DIGITS;
      return pointer;
    });
    return heap.array(pointers, AscType.ArrayEthereumValue);
  } catch (error) {
    if (error instanceof UndecodableError) return 0;
    throw error;
  }
}
