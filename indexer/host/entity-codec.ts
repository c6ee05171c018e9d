import type { Row } from "../entities/row.ts";
import { ValueKind, type Column, type EntityType } from "../schema/schema.ts";
import { AscType } from "./asc-types.ts";
import type { HostContext } from "./context.ts";
import { DeterministicError, MappingError } from "./errors.ts";
import type { Pointer } from "./heap.ts";
import { readValue, writeMap, writeValue, type KindedValue } from "./values.ts";

const KIND_NAMES = ["String", "Int", "BigDecimal", "Boolean", "List", "Null", "Bytes", "BigInt", "Int8", "Timestamp"];

/** Entities between a mapping's memory and rows. */
export class EntityCodec {
  private readonly context: HostContext;
  /** columns by the address of their constant name */
  private readonly columnsByPointer = new Map<EntityType, Map<Pointer, number>>();

  constructor(context: HostContext) {
    this.context = context;
  }

  /** A row as graph-ts' Entity: only fields with a value, sorted by name. */
  write(type: EntityType, row: Row): Pointer {
    const { heap } = this.context;
    const entries: [string, Pointer][] = [];
    for (const index of type.sortedColumns) {
      const value = row.values[index];
      const column = type.columns[index];
      if (value === undefined || value === null || !column) continue;
      entries.push([column.name, writeValue(heap, column.kind, column.isList, value)]);
    }
    return writeMap(this.context, entries);
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
    const { reader, heap } = this.context;
    const row: Row = { values: type.columns.map(() => undefined), vid: 0n };
    const undefinedFields: string[] = [];
    for (const entry of reader.pointers(reader.word(pointer, 0))) {
      const namePointer = reader.word(entry, 0);
      const given = readValue(reader, heap, reader.word(entry, 1));
      const index = this.columnOf(type, namePointer);
      const column = index === undefined ? undefined : type.columns[index];
      if (index === undefined || !column) {
        const name = reader.string(namePointer);
        if (type.derivedFields.has(name))
          throw new MappingError(`Entity ${type.name}: field \`${name}\` is derived and cannot be set`);
        undefinedFields.push(name);
        continue;
      }
      checkKind(type, column, given);
      row.values[index] = given.value;
    }
    if (undefinedFields.length > 0 && this.context.refusesUndefinedFields) {
      throw new DeterministicError(
        `Attempted to set undefined fields [${undefinedFields.sort().join(", ")}] for the entity type \`${type.name}\`. Make sure those fields are defined in the schema.`,
      );
    }
    return row;
  }

  private columnOf(type: EntityType, namePointer: Pointer): number | undefined {
    const { reader } = this.context;
    if (namePointer >= reader.staticEnd) return type.columnIndex.get(reader.string(namePointer));
    let known = this.columnsByPointer.get(type);
    if (!known) {
      known = new Map<Pointer, number>();
      this.columnsByPointer.set(type, known);
    }
    let index = known.get(namePointer);
    if (index === undefined) {
      index = type.columnIndex.get(reader.string(namePointer));
      if (index !== undefined) known.set(namePointer, index);
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
