import type { Value } from "../entities/row.ts";
import { toText, type BigDecimal } from "../numbers/bigdecimal.ts";
import { ValueKind } from "../schema/schema.ts";
import { AscType } from "./asc-types.ts";
import type { HostContext } from "./context.ts";
import { DeterministicError } from "./errors.ts";
import type { Heap, Pointer } from "./heap.ts";
import type { Reader } from "./reader.ts";

/** From the year -262143 to the end of 262142. */
const LEAST_MICROS = -8_334_601_228_800_000_000n;
const MOST_MICROS = 8_210_266_876_799_999_999n;

const MAX_DEPTH = 128;

/** A store.Value with its kind. */
export interface KindedValue {
  readonly kind: ValueKind;
  readonly value: Value | null;
  /** kinds of a list's elements */
  readonly itemKinds?: readonly ValueKind[];
}

/** Reads a store.Value. */
export function readValue(reader: Reader, heap: Heap, pointer: Pointer, depth = 0): KindedValue {
  if (depth > MAX_DEPTH) throw new DeterministicError("recursion limit reached");
  const kind = reader.word(pointer, 0) as ValueKind;
  if (kind !== ValueKind.Array) return { kind, value: readScalar(reader, heap, kind, pointer) };
  const items = reader.pointers(reader.word(pointer, 2)).map((item) => readValue(reader, heap, item, depth + 2));
  return { kind, value: items.map((item) => item.value), itemKinds: items.map((item) => item.kind) };
}

/** Reads a store.Value of this kind, which isn't a list. */
export function readScalar(reader: Reader, heap: Heap, kind: ValueKind, pointer: Pointer): Value | null {
  const low = reader.word(pointer, 2);
  switch (kind) {
    case ValueKind.String:
      return reader.string(low);
    case ValueKind.Int:
      return low | 0;
    case ValueKind.BigDecimal:
      return reader.bigDecimal(low);
    case ValueKind.Boolean:
      return low !== 0 || reader.word(pointer, 3) !== 0;
    case ValueKind.Null:
      return null;
    case ValueKind.Bytes:
      return reader.hex(low);
    case ValueKind.BigInt:
      return reader.bigInt(low);
    case ValueKind.Int8:
      return heap.view.getBigInt64(pointer + 8, true);
    case ValueKind.Timestamp:
      return checkedTimestamp(heap.view.getBigInt64(pointer + 8, true));
    default:
      throw new DeterministicError(`value ${String(kind)} is out of range for StoreValueKind`);
  }
}

/** Refuses what graph-node can't hold: years beyond ±262142, and parts of a second before 1970. */
function checkedTimestamp(micros: bigint): bigint {
  if (micros < LEAST_MICROS || micros > MOST_MICROS || (micros < 0n && micros % 1_000_000n !== 0n)) {
    throw new DeterministicError(`${micros} µs since 1970 is no valid timestamp`);
  }
  return micros;
}

/** A BigDecimal object. */
export function writeBigDecimal(heap: Heap, value: BigDecimal): Pointer {
  const exponent = heap.smallBigInt(-value.scale);
  return heap.pair(AscType.BigDecimal, heap.bigInt(value.digits), exponent);
}

/** A store.Value of a column's kind. */
export function writeValue(heap: Heap, kind: ValueKind, isList: boolean, value: Value | null): Pointer {
  const type = AscType.StoreValue;
  if (value === null) return heap.tagged(type, ValueKind.Null, 0);
  if (isList) {
    const items = (value as readonly (Value | null)[]).map((item) => writeValue(heap, kind, false, item));
    return heap.tagged(type, ValueKind.Array, heap.array(items, AscType.ArrayStoreValue));
  }
  switch (kind) {
    case ValueKind.Int:
      return heap.tagged(type, kind, value as number, (value as number) < 0 ? -1 : 0);
    case ValueKind.BigDecimal:
      return heap.tagged(type, kind, writeBigDecimal(heap, value as BigDecimal));
    case ValueKind.Boolean:
      return heap.tagged(type, kind, value === true ? 1 : 0);
    case ValueKind.Bytes:
      return heap.tagged(type, kind, heap.hex(value as string));
    case ValueKind.BigInt:
      return heap.tagged(type, kind, heap.bigInt(value as bigint));
    case ValueKind.Int8:
    case ValueKind.Timestamp: {
      const pointer = heap.tagged(type, kind, 0);
      heap.view.setBigInt64(pointer + 8, value as bigint, true);
      return pointer;
    }
    default:
      return heap.tagged(type, ValueKind.String, heap.string(value as string));
  }
}

/** A TypedMap<string, Value> of entries that were written already. */
export function writeMap(context: HostContext, entries: Iterable<readonly [string, Pointer]>): Pointer {
  const { heap } = context;
  const pointers: Pointer[] = [];
  for (const [name, value] of entries) {
    pointers.push(heap.pair(AscType.TypedMapEntryStringStoreValue, context.text(name), value));
  }
  const list = heap.array(pointers, AscType.ArrayTypedMapEntryStringStoreValue);
  return heap.object(AscType.TypedMapStringStoreValue, [list]);
}

/** The names graph-node gives kinds in a data source's context. */
export const CONTEXT_TYPES: readonly string[] = [
  "String",
  "Int",
  "BigDecimal",
  "Bool",
  "List",
  "Null",
  "Bytes",
  "BigInt",
  "Int8",
  "Timestamp",
];

/** A value as graph-node keeps it in the context's JSON. */
export function toContextData({ kind, value, itemKinds }: KindedValue): unknown {
  if (value === null) return null;
  if (kind === ValueKind.BigDecimal) return toText(value as BigDecimal);
  if (kind === ValueKind.Array) {
    return (value as readonly (Value | null)[]).map((item, index) => {
      const itemKind = itemKinds?.[index] ?? ValueKind.Null;
      return { type: CONTEXT_TYPES[itemKind], data: toContextData({ kind: itemKind, value: item }) };
    });
  }
  return typeof value === "bigint" ? value.toString() : value;
}
