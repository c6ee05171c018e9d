import { keccakHex } from "./keccak.ts";
import { canonicalType, parseType, type AbiEntry, type AbiParameter, type AbiType } from "./types.ts";

/** A function of a contract's ABI, ready for calling. */
export interface FunctionFragment {
  readonly name: string;
  /** as compiled mappings name it, e.g. `balanceOf(address):(uint256)`; without outputs the name and inputs alone */
  readonly signature: string;
  /** its first four bytes of call data, with `0x` */
  readonly selector: string;
  readonly inputs: readonly AbiType[];
  readonly outputs: readonly AbiType[];
}

/** A contract's ABI under the name that the manifest gives it. */
export class ContractAbi {
  readonly name: string;
  readonly entries: readonly AbiEntry[];
  private readonly known = new Map<string, readonly FunctionFragment[]>();

  constructor(name: string, entries: readonly AbiEntry[]) {
    this.name = name;
    this.entries = entries;
  }

  /** The functions of a name, in the ABI's order. */
  functions(name: string): readonly FunctionFragment[] {
    let found = this.known.get(name);
    if (!found) {
      found = this.entries.filter((entry) => entry.type === "function" && entry.name === name).map(functionFragment);
      this.known.set(name, found);
    }
    return found;
  }
}

/**
 * Prepares a function of a JSON ABI.
 *
 * @throws TypeError for a type that Solidity doesn't have
 */
export function functionFragment({ name = "", inputs = [], outputs = [] }: AbiEntry): FunctionFragment {
  const listed = (parameters: readonly AbiParameter[]): string => `(${parameters.map(canonicalType).join(",")})`;
  const called = `${name}${listed(inputs)}`;
  return {
    name,
    signature: outputs.length === 0 ? called : `${called}:${listed(outputs)}`,
    selector: keccakHex(called).slice(0, 10),
    inputs: inputs.map(typeOf),
    outputs: outputs.map(typeOf),
  };
}

function typeOf(parameter: AbiParameter): AbiType {
  const type = parseType(canonicalType(parameter));
  if (!type) throw new TypeError(`unknown type ${parameter.type}`);
  return type;
}
