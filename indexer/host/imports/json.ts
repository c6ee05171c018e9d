import { parseBigInt } from "../../numbers/bigint.ts";
import { messageOf } from "#kernel/errors.ts";
import { AscType } from "../asc-types.ts";
import type { HostContext } from "../context.ts";
import { DeterministicError } from "../errors.ts";
import type { Heap, Pointer } from "../heap.ts";
import type { HostFunctions } from "../instance.ts";
import { JsonNumber, parseJson, type JsonValue } from "../json.ts";
import { checkSize } from "../reader.ts";

const MAX_BYTES = 10_000_000;
const JsonKind = { Null: 0, Bool: 1, Number: 2, String: 3, Array: 4, Object: 5 } as const;
const FLOAT = /^[+-]?(?:inf(?:inity)?|nan|(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)$/i;

/** `json.*`: parsing, and conversion of numbers kept as text. */
export function jsonImports(context: HostContext): HostFunctions {
  const parse = (pointer: Pointer): JsonValue => {
    const bytes = context.reader.bytes(pointer);
    if (bytes.length > MAX_BYTES) throw new RangeError(`JSON size exceeds max size of ${MAX_BYTES}`);
    return parseJson(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
  };
  const integer = (pointer: Pointer, type: "i64" | "u64", min: bigint, max: bigint): bigint => {
    const text = context.reader.string(pointer);
    const isDigits = type === "u64" ? /^\+?\d+$/.test(text) : /^[+-]?\d+$/.test(text);
    const value = isDigits ? BigInt(text.replace(/^\+/, "")) : undefined;
    if (value === undefined || value < min || value > max) {
      throw new DeterministicError(`JSON \`${text}\` cannot be parsed as ${type}`);
    }
    return BigInt.asIntN(64, value);
  };
  return {
    "json.fromBytes": (pointer: Pointer) => {
      try {
        return writeJson(context.heap, parse(pointer));
      } catch (error) {
        throw error instanceof DeterministicError
          ? error
          : new DeterministicError(`Failed to parse JSON from byte array: ${messageOf(error)}`);
      }
    },
    "json.try_fromBytes": (pointer: Pointer) => {
      let value: JsonValue | undefined;
      try {
        value = parse(pointer);
      } catch (error) {
        if (error instanceof DeterministicError) throw error;
      }
      return writeResult(context.heap, value);
    },
    "json.toI64": (pointer: Pointer) => integer(pointer, "i64", -(2n ** 63n), 2n ** 63n - 1n),
    "json.toU64": (pointer: Pointer) => integer(pointer, "u64", 0n, 2n ** 64n - 1n),
    "json.toF64": (pointer: Pointer) => toFloat(context.reader.string(pointer)),
    "json.toBigInt": (pointer: Pointer) => {
      const text = context.reader.string(pointer);
      const value = parseBigInt(text);
      if (value === undefined) throw new DeterministicError(`JSON \`${text}\` is not a decimal string`);
      return context.heap.bigInt(checkSize(value));
    },
  };
}

function toFloat(text: string): number {
  if (!FLOAT.test(text)) throw new DeterministicError(`JSON \`${text}\` cannot be parsed as f64`);
  if (/inf/i.test(text)) return text.startsWith("-") ? -Infinity : Infinity;
  return Number(text);
}

function writeJson(heap: Heap, value: JsonValue): Pointer {
  const tagged = (kind: number, payload: number): Pointer => heap.tagged(AscType.JsonValue, kind, payload);
  if (value === null) return tagged(JsonKind.Null, 0);
  if (typeof value === "boolean") return tagged(JsonKind.Bool, value ? 1 : 0);
  if (typeof value === "string") return tagged(JsonKind.String, heap.string(value));
  if (value instanceof JsonNumber) return tagged(JsonKind.Number, heap.string(value.text));
  if (Array.isArray(value)) {
    const items = value.map((item: JsonValue) => writeJson(heap, item));
    return tagged(JsonKind.Array, heap.array(items, AscType.ArrayJsonValue));
  }
  const entries = [...(value as ReadonlyMap<string, JsonValue>)].map(([key, item]) =>
    heap.object(AscType.TypedMapEntryStringJsonValue, [heap.string(key), writeJson(heap, item)]),
  );
  const list = heap.array(entries, AscType.ArrayTypedMapEntryStringJsonValue);
  return tagged(JsonKind.Object, heap.object(AscType.TypedMapStringJsonValue, [list]));
}

/** A Result: the value, or `true` as the error. */
function writeResult(heap: Heap, value: JsonValue | undefined): Pointer {
  if (value === undefined) {
    const error = heap.allocate(1, AscType.WrappedBool);
    heap.u8[error] = 1;
    return heap.object(AscType.ResultJsonValueBool, [0, error]);
  }
  const wrapped = heap.object(AscType.WrappedJsonValue, [writeJson(heap, value)]);
  return heap.object(AscType.ResultJsonValueBool, [wrapped, 0]);
}
