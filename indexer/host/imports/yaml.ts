import { messageOf } from "#kernel/errors.ts";
import { AscType } from "../asc-types.ts";
import type { HostContext } from "../context.ts";
import { DeterministicError } from "../errors.ts";
import type { Heap, Pointer } from "../heap.ts";
import type { HostFunctions } from "../instance.ts";
import { YamlMapping, YamlNumber, YamlTagged, parseYaml, type YamlValue } from "../yaml.ts";

const MAX_BYTES = 10_000_000;
const YamlKind = { Null: 0, Bool: 1, Number: 2, String: 3, Array: 4, Object: 5, Tagged: 6 } as const;

/** `yaml.*`: parsing. */
export function yamlImports(context: HostContext): HostFunctions {
  const parse = (pointer: Pointer): YamlValue => {
    const bytes = context.reader.bytes(pointer);
    if (bytes.length > MAX_BYTES) throw new RangeError(`YAML size exceeds max size of ${MAX_BYTES} bytes`);
    return parseYaml(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  };
  return {
    "yaml.fromBytes": (pointer: Pointer) => {
      let value: YamlValue;
      try {
        value = parse(pointer);
      } catch (error) {
        if (error instanceof DeterministicError) throw error;
        throw new DeterministicError(`failed to parse YAML from bytes: ${messageOf(error)}`);
      }
      return writeYaml(context.heap, value);
    },
    "yaml.try_fromBytes": (pointer: Pointer) => {
      let value: YamlValue;
      try {
        value = parse(pointer);
      } catch (error) {
        if (error instanceof DeterministicError) throw error;
        return failed(context.heap);
      }
      const wrapped = context.heap.object(AscType.YamlWrappedValue, [writeYaml(context.heap, value)]);
      return context.heap.object(AscType.YamlResultValueBool, [wrapped, 0]);
    },
  };
}

/** A Result without a value, whose error is `true`. */
function failed(heap: Heap): Pointer {
  const error = heap.allocate(1, AscType.WrappedBool);
  heap.u8[error] = 1;
  return heap.object(AscType.YamlResultValueBool, [0, error]);
}

function writeYaml(heap: Heap, value: YamlValue): Pointer {
  const tagged = (kind: number, payload: number): Pointer => heap.tagged(AscType.YamlValue, kind, payload);
  if (value === null) return tagged(YamlKind.Null, 0);
  if (typeof value === "boolean") return tagged(YamlKind.Bool, value ? 1 : 0);
  if (typeof value === "string") return tagged(YamlKind.String, heap.string(value));
  if (value instanceof YamlNumber) return tagged(YamlKind.Number, heap.string(value.text));
  if (value instanceof YamlTagged) {
    const words = [heap.string(value.tag), writeYaml(heap, value.value)];
    return tagged(YamlKind.Tagged, heap.object(AscType.YamlTaggedValue, words));
  }
  if (value instanceof YamlMapping) {
    const entries = value.entries.map(([key, item]) =>
      heap.object(AscType.YamlTypedMapEntryValueValue, [writeYaml(heap, key), writeYaml(heap, item)]),
    );
    const list = heap.array(entries, AscType.YamlArrayTypedMapEntryValueValue);
    return tagged(YamlKind.Object, heap.object(AscType.YamlTypedMapValueValue, [list]));
  }
  const items = value.map((item) => writeYaml(heap, item));
  return tagged(YamlKind.Array, heap.array(items, AscType.YamlArrayValue));
}
