import { DeterministicError, MappingError, Miss } from "../host/errors.ts";
import type { EntityType, Schema } from "../schema/schema.ts";
import { CurrentEntities, type EntityReader } from "./current.ts";
import { byId, normalizeId } from "./ids.ts";
import { accumulate, applyTo, isChange, type Operation } from "./operations.ts";
import { keyOf, mergeOver, type Row } from "./row.ts";
import { faultOf } from "./validate.ts";

/** What a block does to one entity. */
export type Modification =
  | { readonly kind: "insert"; readonly type: EntityType; readonly id: string; readonly row: Row }
  | (Replacing & { readonly kind: "overwrite"; readonly row: Row })
  | (Replacing & { readonly kind: "remove" });

interface Replacing {
  readonly type: EntityType;
  readonly id: string;
  /** vid of the version that ends */
  readonly replaces: bigint;
}

type Layer = Map<EntityType, Map<string, Operation>>;

/** Vids below this are graph-node's own in each block. */
const FIRST_VID = 100;

/**
 * Entities as handlers see them while blocks are processed: what is stored, what this block changed, and what the
 * running handler changed. The rules are graph-node's.
 */
export class EntityCache {
  readonly current: CurrentEntities;
  private readonly schema: Schema;
  private updates: Layer = new Map();
  private handlerUpdates: Layer = new Map();
  private block = 0;
  private blockTime = 0;
  private vidSequence = FIRST_VID;
  private idSequence = 0;
  /** see `lookForImmutable` */
  private checkedTo = -1;
  /** sequences before the running handler, for its undoing */
  private before = { vid: FIRST_VID, id: 0 };

  constructor(schema: Schema, reader: EntityReader, budgetBytes?: number) {
    this.schema = schema;
    this.current = new CurrentEntities(reader, budgetBytes);
  }

  /** Begins a block; `time` in seconds since 1970. */
  beginBlock(block: number, time: number): void {
    this.block = block;
    this.blockTime = time;
    this.vidSequence = FIRST_VID;
    this.idSequence = 0;
    this.updates = new Map();
    this.handlerUpdates = new Map();
  }

  beginHandler(): void {
    this.before = { vid: this.vidSequence, id: this.idSequence };
    this.handlerUpdates = new Map();
  }

  /** Keeps what the handler did. */
  commitHandler(): void {
    for (const [type, operations] of this.handlerUpdates) {
      const layer = layerOf(this.updates, type);
      for (const [id, operation] of operations) put(layer, id, operation);
    }
    this.handlerUpdates = new Map();
  }

  /** Drops what the handler did. Its vids stay used, as in graph-node, unless it is about to run again. */
  discardHandler(isRerun: boolean): void {
    this.handlerUpdates = new Map();
    if (!isRerun) return;
    this.vidSequence = this.before.vid;
    this.idSequence = this.before.id;
  }

  /**
   * The type a mapping names.
   *
   * @throws DeterministicError for interfaces, aggregations and unknown names
   */
  entityType(name: string): EntityType {
    const type = this.schema.entities.get(name);
    if (!type) throw new DeterministicError(`\`${name}\` must be an @entity type of the schema`);
    return type;
  }

  /** An entity as of now; `undefined` when there is none. */
  get(type: EntityType, id: string, isInBlockOnly = false): Row | undefined {
    const key = normalizeId(type, id);
    return this.resolve(type, key, isInBlockOnly ? undefined : this.stored(type, key));
  }

  private stored(type: EntityType, id: string): Row | undefined {
    const row = this.current.read(type, id);
    if (row === undefined) throw new Miss(() => this.current.load(type, [id]));
    return row ?? undefined;
  }

  private resolve(type: EntityType, id: string, base: Row | undefined): Row | undefined {
    let row = base;
    for (const layer of [this.updates, this.handlerUpdates]) {
      const operation = layer.get(type)?.get(id);
      if (operation) row = applyTo(operation, row);
    }
    return row;
  }

  /**
   * Saves the fields given in `row`.
   *
   * @throws MappingError when the id differs or the merged entity lacks a field
   */
  set(type: EntityType, id: string, row: Row): void {
    const key = id === "auto" || type.isTimeseries ? this.generateId(type, row) : normalizeId(type, id);
    if (type.timestampColumn >= 0) row.values[type.timestampColumn] = BigInt(this.blockTime) * 1_000_000n;
    const given = row.values[type.idColumn];
    if (given === undefined) row.values[type.idColumn] = type.idKind === "Int8" ? BigInt(key) : key;
    else if (given === null || keyOf(given) !== key) {
      throw new MappingError(
        `Value of ${type.name} attribute 'id' conflicts with ID passed to \`store.set()\`: ${given === null ? "null" : keyOf(given)} != ${key}`,
      );
    }
    const fault = faultOf(type, row, key);
    row.vid = (BigInt(this.block) << 32n) + BigInt(this.vidSequence++);
    put(layerOf(this.handlerUpdates, type), key, { kind: "update", row });
    if (fault === undefined) return;
    const merged = this.get(type, key);
    const mergedFault = merged ? faultOf(type, merged, key) : fault;
    if (mergedFault !== undefined) throw new MappingError(mergedFault);
  }

  private generateId(type: EntityType, row: Row): string {
    const sequence = this.idSequence++;
    if (type.idKind === "String") {
      throw new MappingError(`String ids can't be generated (type ${type.name}, id "auto")`);
    }
    const number = (BigInt(this.block) << 32n) + BigInt(sequence);
    const key = type.idKind === "Int8" ? number.toString() : `0x${number.toString(16).padStart(16, "0")}`;
    row.values[type.idColumn] = type.idKind === "Int8" ? number : key;
    return key;
  }

  remove(type: EntityType, id: string): void {
    put(layerOf(this.handlerUpdates, type), normalizeId(type, id), { kind: "remove" });
  }

  /** The entities that a derived field holds, sorted by id; none where the field it is derived from is a list. */
  loadRelated(type: EntityType, id: string, field: string): { type: EntityType; rows: Row[] } {
    const derived = type.derivedFields.get(field);
    if (!derived) throw new DeterministicError(`Field ${type.name}.${field} is not derived`);
    const target = this.entityType(derived.typeName);
    const column = target.columnIndex.get(derived.field) ?? -1;
    // as in graph-node, which compares the list with the id
    if (target.columns[column]?.isList) return { type: target, rows: [] };
    const key = normalizeId(type, id);
    const wanted = type.idKind === "Int8" ? BigInt(key) : key;
    const stored = this.current.related(target, column, wanted);
    if (!stored) throw new Miss(() => this.current.loadRelated(target, column, wanted));
    const ids = new Set(stored.keys());
    for (const layer of [this.updates, this.handlerUpdates]) {
      for (const touched of layer.get(target)?.keys() ?? []) ids.add(touched);
    }
    const rows: Row[] = [];
    for (const candidate of [...ids].sort(byId(target))) {
      const row = this.resolve(target, candidate, stored.get(candidate));
      if (row && row.values[column] === wanted) rows.push(row);
    }
    return { type: target, rows };
  }

  /**
   * From now on and up to `block`, immutable entities are looked for in the store before they are taken for new ones:
   * it was found to hold one that is made again.
   */
  lookForImmutable(block: number): void {
    this.checkedTo = block;
  }

  /** Ids that `endBlock` needs and doesn't know: load them first. */
  missing(): { type: EntityType; ids: string[] }[] {
    const result: { type: EntityType; ids: string[] }[] = [];
    for (const [type, operations] of this.updates) {
      // an immutable entity is new: looking for each would cost a query per block, and a duplicate is found by writing
      const isTrusted = type.isImmutable && !type.skipDuplicates && this.block > this.checkedTo;
      const ids: string[] = [];
      for (const [id, { kind }] of operations) {
        if (isTrusted && kind !== "remove") continue;
        if (this.current.peek(type, id) === undefined) ids.push(id);
      }
      if (ids.length > 0) result.push({ type, ids });
    }
    return result;
  }

  /** Why the store can't take the block, if it can't: it changes an immutable entity of an earlier one. */
  refusal(): string | undefined {
    for (const [type, operations] of this.updates) {
      if (!type.isImmutable) continue;
      for (const [id, operation] of operations) {
        const base = this.current.peek(type, id);
        if (!base || !isRefused(type, base, operation)) continue;
        return `entity ${type.name}[${id}] is immutable and can't be changed after the block that created it`;
      }
    }
    return undefined;
  }

  /** Ends the block: what it does to the store, one modification per entity that really changes. */
  endBlock(): Modification[] {
    const result: Modification[] = [];
    for (const [type, operations] of this.updates) {
      for (const [id, operation] of operations) {
        const modification = this.modificationOf(type, id, operation);
        if (modification) result.push(modification);
      }
    }
    this.updates = new Map();
    return result;
  }

  private modificationOf(type: EntityType, id: string, operation: Operation): Modification | undefined {
    const base = this.current.peek(type, id) ?? undefined;
    if (operation.kind === "remove") {
      if (!base) return undefined;
      this.current.put(type, id, null);
      return { kind: "remove", type, id, replaces: base.vid };
    }
    if (!base) {
      const row = mergeOver({ values: [], vid: 0n }, operation.row);
      this.current.put(type, id, row);
      return { kind: "insert", type, id, row };
    }
    if (type.isImmutable) return undefined; // the same once more, or a duplicate to skip
    const row = operation.kind === "overwrite" ? operation.row : mergeOver(base, operation.row);
    const isChanged = isChange(type, base, row);
    this.current.put(type, id, row);
    return isChanged ? { kind: "overwrite", type, id, row, replaces: base.vid } : undefined;
  }
}

function isRefused(type: EntityType, base: Row, operation: Operation): boolean {
  if (operation.kind === "remove") return true;
  return !type.skipDuplicates && isChange(type, base, applyTo(operation, base) as Row);
}

function layerOf(layer: Layer, type: EntityType): Map<string, Operation> {
  let operations = layer.get(type);
  if (!operations) {
    operations = new Map();
    layer.set(type, operations);
  }
  return operations;
}

function put(operations: Map<string, Operation>, id: string, operation: Operation): void {
  const known = operations.get(id);
  operations.set(id, known ? accumulate(known, operation) : operation);
}
