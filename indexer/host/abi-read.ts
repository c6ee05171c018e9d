import { wordOf, type AbiValue } from "../abi/values.ts";
import { EthereumKind } from "./asc-types.ts";
import { DeterministicError } from "./errors.ts";
import type { Pointer } from "./heap.ts";
import type { Reader } from "./reader.ts";

const MAX_DEPTH = 128;
const WORD_BYTES = 32;
const WORD_BITS = 256;
const WORD_DIGITS = 64;

/**
 * Reads an `ethereum.Value` of a mapping.
 *
 * @throws DeterministicError for one that no ABI type can hold
 */
export function readAbiValue(reader: Reader, pointer: Pointer, depth = 0): AbiValue {
  if (depth > MAX_DEPTH) throw new DeterministicError("recursion limit reached");
  const kind = reader.word(pointer, 0);
  const payload = reader.word(pointer, 2);
  switch (kind) {
    case EthereumKind.Address:
      return { kind: "address", size: 0, digits: readAddress(reader, payload).slice(2).padStart(WORD_DIGITS, "0") };
    case EthereumKind.FixedBytes:
      return fixedBytes(reader.hex(payload).slice(2));
    case EthereumKind.Bytes:
      return { kind: "bytes", digits: reader.hex(payload).slice(2) };
    case EthereumKind.Int:
      return int(reader.bigInt(payload));
    case EthereumKind.Uint:
      return uint(reader.bigInt(payload));
    case EthereumKind.Function:
      return { kind: "function", size: 0, digits: reader.hex(payload).slice(2).padEnd(WORD_DIGITS, "0") };
    case EthereumKind.Bool:
      return { kind: "bool", size: 0, digits: wordOf(payload === 0 ? 0 : 1) };
    case EthereumKind.String:
      return { kind: "string", digits: Buffer.from(reader.string(payload)).toString("hex") };
    case EthereumKind.FixedArray:
      return { kind: "fixedArray", items: readAbiValues(reader, payload, depth + 1) };
    case EthereumKind.Array:
      return { kind: "array", items: readAbiValues(reader, payload, depth + 1) };
    case EthereumKind.Tuple:
      return { kind: "tuple", items: readAbiValues(reader, payload, depth + 1) };
    default:
      throw new DeterministicError(`value ${kind} is out of range for EthereumValueKind`);
  }
}

/** Reads an `Array<ethereum.Value>`. */
export function readAbiValues(reader: Reader, pointer: Pointer, depth = 0): AbiValue[] {
  return reader.pointers(pointer).map((item) => readAbiValue(reader, item, depth));
}

/** Reads an address as `0x` and 40 digits. */
export function readAddress(reader: Reader, pointer: Pointer): string {
  const address = reader.hex(pointer);
  if (address.length !== 42) {
    throw new DeterministicError(`an address has 20 bytes, this one has ${(address.length - 2) / 2}: ${address}`);
  }
  return address;
}

function fixedBytes(digits: string): AbiValue {
  const size = digits.length / 2;
  if (size > WORD_BYTES) {
    throw new DeterministicError(`input slice must contain a maximum of ${WORD_BYTES} bytes, got ${size}`);
  }
  return { kind: "fixedBytes", size, digits: digits.padEnd(WORD_DIGITS, "0") };
}

/** The size of a signed number: bits of its two's complement, none for 0. */
function int(value: bigint): AbiValue {
  const size = value === 0n ? 0 : (value < 0n ? ~value : value).toString(2).replace(/^0/, "").length + 1;
  if (size > WORD_BITS) throw new DeterministicError(`BigInt value \`${value}\` does not fit into int256`);
  return { kind: "int", size, digits: wordOf(value) };
}

function uint(value: bigint): AbiValue {
  if (value < 0n) throw new DeterministicError(`BigInt value is negative, cannot convert to unsigned U256: ${value}`);
  const size = value === 0n ? 0 : value.toString(2).length;
  if (size > WORD_BITS) throw new DeterministicError(`BigInt value \`${value}\` does not fit into uint256`);
  return { kind: "uint", size, digits: wordOf(value) };
}
