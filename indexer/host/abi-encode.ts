import { paddedDigits } from "../abi/words.ts";
import { EthereumKind } from "./asc-types.ts";
import type { HostContext } from "./context.ts";
import { DeterministicError } from "./errors.ts";
import type { Pointer } from "./heap.ts";

const MAX_DEPTH = 128;
const WORD_BYTES = 32;
const TWO_POW_255 = 2n ** 255n;
const TWO_POW_256 = 2n ** 256n;

/** Encoded hex digits of a value, and whether an enclosing tuple holds them elsewhere. */
interface Encoded {
  digits: string;
  isDynamic: boolean;
}

const word = (value: bigint | number): string => BigInt(value).toString(16).padStart(64, "0");

/**
 * `abi.encode` of one `ethereum.Value`, as hex digits.
 *
 * @returns `undefined` when the value is of an unknown kind
 * @throws DeterministicError when it doesn't fit into its type
 */
export function encodeValue(context: HostContext, pointer: Pointer): string | undefined {
  const encoded = encode(context, pointer, 0);
  return encoded && (encoded.isDynamic ? word(WORD_BYTES) + encoded.digits : encoded.digits);
}

function encode(context: HostContext, pointer: Pointer, depth: number): Encoded | undefined {
  const { reader } = context;
  const payload = reader.word(pointer, 2);
  if (depth > MAX_DEPTH) throw new DeterministicError("a value to encode is nested too deeply");
  switch (reader.word(pointer, 0)) {
    case EthereumKind.Address:
      return { digits: reader.hex(payload).slice(2).padStart(64, "0"), isDynamic: false };
    case EthereumKind.FixedBytes: {
      const digits = reader.hex(payload).slice(2);
      if (digits.length > 64) throw new DeterministicError(`fixed bytes to encode are ${digits.length / 2} bytes long`);
      return { digits: digits.padEnd(64, "0"), isDynamic: false };
    }
    case EthereumKind.Bytes:
      return ofBytes(reader.hex(payload).slice(2));
    case EthereumKind.Int: {
      const value = checked(reader.bigInt(payload), -TWO_POW_255, TWO_POW_255);
      return { digits: word(value < 0n ? value + TWO_POW_256 : value), isDynamic: false };
    }
    case EthereumKind.Uint:
      return { digits: word(checked(reader.bigInt(payload), 0n, TWO_POW_256)), isDynamic: false };
    case EthereumKind.Function:
      return { digits: reader.hex(payload).slice(2).padEnd(64, "0"), isDynamic: false };
    case EthereumKind.Bool:
      return { digits: word(payload === 0 ? 0 : 1), isDynamic: false };
    case EthereumKind.String:
      return ofBytes(Buffer.from(reader.string(payload)).toString("hex"));
    case EthereumKind.FixedArray:
    case EthereumKind.Tuple:
      return sequence(reader.pointers(payload).map((item) => encode(context, item, depth + 1)));
    case EthereumKind.Array: {
      const items = reader.pointers(payload);
      const body = sequence(items.map((item) => encode(context, item, depth + 1)));
      return body && { digits: word(items.length) + body.digits, isDynamic: true };
    }
    default:
      return undefined;
  }
}

function checked(value: bigint, least: bigint, beyond: bigint): bigint {
  if (value < least || value >= beyond) throw new DeterministicError(`${value} doesn't fit into 256 bits`);
  return value;
}

function ofBytes(digits: string): Encoded {
  const length = digits.length / 2;
  return { digits: word(length) + digits.padEnd(paddedDigits(length), "0"), isDynamic: true };
}

/** Heads one after the other, then the bodies of dynamic items. */
function sequence(items: readonly (Encoded | undefined)[]): Encoded | undefined {
  let headBytes = 0;
  for (const item of items) {
    if (!item) return undefined;
    headBytes += item.isDynamic ? WORD_BYTES : item.digits.length / 2;
  }
  let heads = "";
  let bodies = "";
  let isDynamic = false;
  for (const item of items as readonly Encoded[]) {
    if (item.isDynamic) {
      heads += word(headBytes + bodies.length / 2);
      bodies += item.digits;
      isDynamic = true;
    } else heads += item.digits;
  }
  return { digits: heads + bodies, isDynamic };
}
