import type { Row, Value } from "../entities/row.ts";
import { ValueKind, type Column, type EntityType } from "../schema/schema.ts";
import { AscType } from "./asc-types.ts";
import type { HostContext } from "./context.ts";
import { DeterministicError, MappingError } from "./errors.ts";
import type { Pointer } from "./heap.ts";
import { readScalar, readValue, writeValue, type KindedValue } from "./values.ts";

const KIND_NAMES = ["String", "Int", "BigDecimal", "Boolean", "List", "Null", "Bytes", "BigInt", "Int8", "Timestamp"];

/** What is known of a type once: where its columns' names lie in permanent memory. */
interface Layout {
  /** columns in the order in which handlers see fields, with the pointers of their names */
  readonly fields: readonly { index: number; column: Column; name: Pointer }[];
  /** columns by the address of their name, ours or the mapping's own */
  readonly byPointer: Map<Pointer, number>;
  /** a row without any value */
  readonly blank: readonly undefined[];
}

/** Entities between a mapping's memory and rows. */
export class EntityCodec {
  private readonly context: HostContext;
  private readonly layouts = new Map<EntityType, Layout>();
  /** entries of the map being written */
  private readonly entries: Pointer[] = [];

  constructor(context: HostContext) {
    this.context = context;
  }

  private layoutOf(type: EntityType): Layout {
    let layout = this.layouts.get(type);
    if (!layout) {
      const columns = type.sortedColumns.map((index) => ({ index, column: type.columns[index] as Column }));
      const fields = columns.map((field) => ({ ...field, name: this.context.text(field.column.name) }));
      layout = { fields, byPointer: new Map(), blank: type.columns.map(() => undefined) };
      this.layouts.set(type, layout);
    }
    return layout;
  }

  /** A row as graph-ts' Entity: only fields with a value, or set to null in this block, sorted by name. */
  write(type: EntityType, row: Row): Pointer {
    const { heap } = this.context;
    const { entries } = this;
    let count = 0;
    for (const { index, column, name } of this.layoutOf(type).fields) {
      const value = row.values[index];
      if (value === undefined) continue;
      const pointer = writeValue(heap, column.kind, column.isList, value);
      entries[count++] = heap.pair(AscType.TypedMapEntryStringStoreValue, name, pointer);
    }
    entries.length = count;
    const list = heap.array(entries, AscType.ArrayTypedMapEntryStringStoreValue);
    return heap.object(AscType.TypedMapStringStoreValue, [list]);
  }

  /** Rows as an array of entities. */
  writeAll(type: EntityType, rows: readonly Row[]): Pointer {
    return this.context.heap.array(
      rows.map((row) => this.write(type, row)),
      AscType.ArrayTypedMapStringStoreValue,
    );
  }

  /**
   * The fields an Entity gives.
   *
   * @throws DeterministicError for a field that the schema lacks; MappingError for a value of another kind
   */
  read(type: EntityType, pointer: Pointer): Row {
    const { reader } = this.context;
    const layout = this.layoutOf(type);
    const values: (Value | null | undefined)[] = layout.blank.slice();
    const undefinedFields: string[] = [];
    const list = reader.word(pointer, 0);
    const count = reader.pointerCount(list);
    for (let position = 0; position < count; position++) {
      const entry = reader.pointerAt(list, position);
      const name = reader.word(entry, 0);
      const index = this.columnOf(type, layout, name);
      const column = index === undefined ? undefined : type.columns[index];
      if (index === undefined || !column) {
        readValue(reader, this.context.heap, reader.word(entry, 1)); // a bad value is told before a bad name
        this.refuseDerived(type, name);
        undefinedFields.push(reader.string(name));
      } else values[index] = this.readColumn(type, column, reader.word(entry, 1));
    }
    if (undefinedFields.length > 0 && this.context.refusesUndefinedFields) {
      throw new DeterministicError(
        `Attempted to set undefined fields [${undefinedFields.sort().join(", ")}] for the entity type \`${type.name}\`. Make sure those fields are defined in the schema.`,
      );
    }
    return { values, vid: 0n };
  }

  private readColumn(type: EntityType, column: Column, pointer: Pointer): Value | null {
    const { reader, heap } = this.context;
    if (!column.isList && reader.word(pointer, 0) === column.kind) {
      return readScalar(reader, heap, column.kind, pointer);
    }
    const given = readValue(reader, heap, pointer);
    checkKind(type, column, given);
    return given.value;
  }

  private refuseDerived(type: EntityType, namePointer: Pointer): void {
    const name = this.context.reader.string(namePointer);
    if (!type.derivedFields.has(name)) return;
    throw new MappingError(`Entity ${type.name}: field \`${name}\` is derived and cannot be set`);
  }

  private columnOf(type: EntityType, { byPointer }: Layout, namePointer: Pointer): number | undefined {
    const { reader } = this.context;
    // a name that the handler put together itself may lie elsewhere next time
    if (namePointer >= reader.staticEnd && !reader.isPermanent(namePointer)) {
      return type.columnIndex.get(reader.string(namePointer));
    }
    let index = byPointer.get(namePointer);
    if (index === undefined) {
      index = type.columnIndex.get(reader.string(namePointer));
      if (index !== undefined) byPointer.set(namePointer, index);
    }
    return index;
  }
}

/** Kinds that share a JavaScript type are told apart here; the rest is checked when the merged entity is. */
function checkKind(type: EntityType, column: Column, { kind, itemKinds }: KindedValue): void {
  if (kind === ValueKind.Null) return;
  const isFine = column.isList
    ? kind === ValueKind.Array && (itemKinds ?? []).every((item) => item === column.kind || item === ValueKind.Null)
    : kind === column.kind;
  if (isFine) return;
  const wanted = column.isList ? `[${column.typeName}!]` : column.typeName;
  throw new MappingError(
    `Entity ${type.name}: the value for field \`${column.name}\` must have type ${wanted} but has type ${KIND_NAMES[kind] ?? "?"}`,
  );
}
