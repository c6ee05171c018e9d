import { toContextData, CONTEXT_TYPES, readValue, writeMap, writeValue } from "../values.ts";
import { parseBigDecimal } from "../../numbers/bigdecimal.ts";
import type { Value } from "../../entities/row.ts";
import type { ContextValue } from "../../manifest/manifest.ts";
import { ValueKind } from "../../schema/schema.ts";
import { AscType } from "../asc-types.ts";
import type { HostContext, LogLine } from "../context.ts";
import { DeterministicError } from "../errors.ts";
import type { Pointer } from "../heap.ts";
import type { HostFunctions } from "../instance.ts";

const LEVELS: readonly LogLine["level"][] = ["fatal", "error", "warn", "info", "debug"];

/** `abort`, `log.*` and `dataSource.*`: what a handler is told about its surroundings and tells them. */
export function environmentImports(context: HostContext): HostFunctions {
  return {
    abort: (message: Pointer, file: Pointer, line: number, column: number) => {
      const text = message === 0 ? "no message" : `message: ${context.reader.string(message)}`;
      const place = file === 0 ? "an unknown location" : placeOf(context.reader.string(file), line, column);
      throw new DeterministicError(`Mapping aborted at ${place}, with ${text}`);
    },
    "log.log": (level: number, message: Pointer) => {
      const text = context.reader.string(message);
      context.invocation.logs.push({ level: LEVELS[level] ?? "info", text });
      if (level === 0) throw new DeterministicError(`Critical error logged in mapping with log message: ${text}`);
    },
    ...dataSourceImports(context),
  };
}

function placeOf(file: string, line: number, column: number): string {
  if (line === 0) return file;
  return column === 0 ? `${file}, line ${line}` : `${file}, line ${line}, column ${column}`;
}

function dataSourceImports(context: HostContext): HostFunctions {
  const create = (name: Pointer, parameters: Pointer, values?: Pointer): void => {
    const template = context.reader.string(name);
    if (!context.templateNames.has(template)) {
      throw new DeterministicError(
        `Failed to create data source from name \`${template}\`: No template with this name in parent data source. Available names: ${[...context.templateNames].join(", ")}.`,
      );
    }
    context.invocation.created.push({
      name: template,
      parameters: context.reader.pointers(parameters).map((pointer) => context.reader.string(pointer)),
      context: values === undefined ? undefined : readContext(context, values),
    });
  };
  return {
    "dataSource.create": (name: Pointer, parameters: Pointer) => create(name, parameters),
    "dataSource.createWithContext": (name: Pointer, parameters: Pointer, values: Pointer) =>
      create(name, parameters, values),
    "dataSource.address": () => context.heap.hex(context.invocation.address ?? "0x"),
    "dataSource.network": () => context.heap.string(context.invocation.network),
    "dataSource.context": () => {
      const entries = [...(context.invocation.context ?? [])].sort(([a], [b]) => (a < b ? -1 : 1));
      return writeMap(
        context,
        entries.map(([name, value]) => [name, writeContextValue(context, value)] as const),
      );
    },
  };
}

function readContext(context: HostContext, pointer: Pointer): Map<string, ContextValue> {
  const { reader, heap } = context;
  const result = new Map<string, ContextValue>();
  for (const entry of reader.pointers(reader.word(pointer, 0))) {
    const given = readValue(reader, heap, reader.word(entry, 1));
    result.set(reader.string(reader.word(entry, 0)), {
      type: CONTEXT_TYPES[given.kind] ?? "Null",
      data: toContextData(given),
    });
  }
  return result;
}

function writeContextValue(context: HostContext, { type, data }: ContextValue): Pointer {
  const kind = CONTEXT_TYPES.indexOf(type) as ValueKind;
  if (kind === ValueKind.Array) {
    const items = (data as ContextValue[]).map((item) => writeContextValue(context, item));
    return context.heap.tagged(AscType.StoreValue, kind, context.heap.array(items, AscType.ArrayStoreValue));
  }
  if (kind === ValueKind.Null || data === null) return writeValue(context.heap, ValueKind.Null, false, null);
  return writeValue(context.heap, kind, false, contextValue(kind, data));
}

/** A value of a context's JSON, or of the manifest's YAML, whose numbers may be plain. */
function contextValue(kind: ValueKind, data: unknown): Value {
  if (kind === ValueKind.BigInt || kind === ValueKind.Int8 || kind === ValueKind.Timestamp)
    return BigInt(data as string);
  if (kind === ValueKind.BigDecimal) {
    const value = parseBigDecimal(String(data));
    if (!value) throw new DeterministicError(`the context's value ${String(data)} is no BigDecimal`);
    return value;
  }
  if (kind === ValueKind.Bytes) return `0x${String(data).replace(/^0x/, "").toLowerCase()}`;
  return data as Value;
}
