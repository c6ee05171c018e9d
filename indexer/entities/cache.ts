import { DeterministicError, MappingError, Miss } from "../host/errors.ts";
import type { EntityType, Schema } from "../schema/schema.ts";
import { CurrentEntities, type EntityReader } from "./current.ts";
import { byId, normalizeId } from "./ids.ts";
import { REMOVE, accumulate, applyTo, isChange, type Operation } from "./operations.ts";
import { keyOf, type Row } from "./row.ts";
import { faultOf, refusalOf } from "./validate.ts";

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

/** What the running handler replaced in the block's changes. */
interface Undo {
  readonly operations: Map<string, Operation>;
  readonly id: string;
  readonly before: Operation | undefined;
  /** all that the handler did to the entity up to here, as one */
  readonly own: Operation;
}

/** Vids below this are graph-node's own in each block. */
const FIRST_VID = 100;

/**
 * Entities as handlers see them while blocks are processed: what is stored, what this block changed, and what the
 * running handler changed. The rules are graph-node's.
 */
export class EntityCache {
  readonly current: CurrentEntities;
  /** entities that handlers asked the store for, and those of them that weren't in memory */
  reads = 0;
  misses = 0;
  private readonly schema: Schema;
  /** changes of the block by type, those of the running handler included */
  private updates = new Map<EntityType, Map<string, Operation>>();
  /** how to undo the running handler, last change first */
  private readonly journal: Undo[] = [];
  /** vid of the block's save number 0 */
  private firstVid = 0n;
  private block = 0;
  /** µs since 1970 */
  private blockTime = 0n;
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
    this.firstVid = BigInt(block) << 32n;
    this.blockTime = BigInt(time) * 1_000_000n;
    this.vidSequence = FIRST_VID;
    this.idSequence = 0;
    this.updates = new Map();
    this.journal.length = 0;
  }

  beginHandler(): void {
    this.before.vid = this.vidSequence;
    this.before.id = this.idSequence;
    this.journal.length = 0;
  }

  /** Keeps what the handler did. */
  commitHandler(): void {
    this.journal.length = 0;
  }

  /** Drops what the handler did. Its vids stay used, as in graph-node, unless it is about to run again. */
  discardHandler(isRerun: boolean): void {
    for (const { operations, id, before } of this.journal.reverse()) {
      if (before) operations.set(id, before);
      else operations.delete(id);
    }
    this.journal.length = 0;
    if (!isRerun) return;
    this.vidSequence = this.before.vid;
    this.idSequence = this.before.id;
  }

  private change(type: EntityType, id: string, operation: Operation): void {
    let operations = this.updates.get(type);
    if (!operations) {
      operations = new Map();
      this.updates.set(type, operations);
    }
    const before = operations.get(id);
    const earlier = before
      ? this.journal.findLast((undo) => undo.id === id && undo.operations === operations)
      : undefined;
    const own = earlier ? accumulate(earlier.own, operation) : operation;
    this.journal.push({ operations, id, before, own });
    operations.set(id, before ? accumulate(before, operation) : operation);
  }

  /**
   * The type a mapping names.
   *
   * @throws DeterministicError for interfaces and aggregations; MappingError for unknown names, as graph-node has it
   */
  entityType(name: string): EntityType {
    const type = this.schema.entities.get(name);
    if (type) return type;
    const { interfaces, aggregations } = this.schema;
    const isKnown = interfaces.has(name) || aggregations.some((aggregation) => aggregation.name === name);
    const text = `\`${name}\` must be an @entity type of the schema`;
    throw isKnown ? new DeterministicError(text) : new MappingError(text);
  }

  /** An entity as of now; `undefined` when there is none. */
  get(type: EntityType, id: string, isInBlockOnly = false): Row | undefined {
    const key = normalizeId(type, id);
    if (isInBlockOnly) return this.resolve(type, key, undefined);
    const operation = this.updates.get(type)?.get(key);
    // what doesn't depend on the stored entity doesn't wait for it
    return operation && operation.kind !== "update"
      ? this.resolve(type, key, undefined)
      : this.resolve(type, key, this.stored(type, key));
  }

  private stored(type: EntityType, id: string): Row | undefined {
    const row = this.current.read(type, id);
    this.reads++;
    if (row === undefined) {
      this.misses++;
      throw new Miss(() => this.current.load(type, [id]));
    }
    return row ?? undefined;
  }

  private resolve(type: EntityType, id: string, base: Row | undefined): Row | undefined {
    const operations = this.updates.get(type);
    const operation = operations?.get(id);
    if (!operation) return base;
    if (operation.kind === "remove" || !operation.row.values.includes(null)) return applyTo(operation, base);
    // what the handler itself set to null is gone; what earlier ones set to null while they made the entity is null
    const first = this.journal.find((undo) => undo.id === id && undo.operations === operations);
    const last = this.journal.findLast((undo) => undo.id === id && undo.operations === operations);
    if (!first?.before || !last) return applyTo(operation, base);
    return applyTo(last.own, applyTo(first.before, base));
  }

  /**
   * Saves the fields given in `row`.
   *
   * @throws MappingError when the id differs or the merged entity lacks a field
   */
  set(type: EntityType, id: string, row: Row): void {
    const key = id === "auto" || type.isTimeseries ? this.generateId(type, row) : normalizeId(type, id);
    if (type.timestampColumn >= 0) row.values[type.timestampColumn] = this.blockTime;
    const given = row.values[type.idColumn];
    if (given === undefined) row.values[type.idColumn] = type.idKind === "Int8" ? BigInt(key) : key;
    else if (given === null || keyOf(given) !== key) {
      throw new MappingError(
        `Value of ${type.name} attribute 'id' conflicts with ID passed to \`store.set()\`: ${given === null ? "null" : keyOf(given)} != ${key}`,
      );
    }
    const fault = faultOf(type, row, key);
    row.vid = this.firstVid + BigInt(this.vidSequence++);
    this.change(type, key, { kind: "update", row });
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
    const number = this.firstVid + BigInt(sequence);
    const key = type.idKind === "Int8" ? number.toString() : `0x${number.toString(16).padStart(16, "0")}`;
    row.values[type.idColumn] = type.idKind === "Int8" ? number : key;
    return key;
  }

  remove(type: EntityType, id: string): void {
    this.change(type, normalizeId(type, id), REMOVE);
  }

  /** The entities that a derived field holds, sorted by id; none where the field it is derived from is a list. */
  loadRelated(type: EntityType, id: string, field: string): { type: EntityType; rows: Row[] } {
    const derived = type.derivedFields.get(field);
    if (!derived) throw new MappingError(`Field ${type.name}.${field} is not derived`);
    const target = this.entityType(derived.typeName);
    const column = target.columnIndex.get(derived.field) ?? -1;
    // as in graph-node, which compares the list with the id
    if (target.columns[column]?.isList) return { type: target, rows: [] };
    const key = normalizeId(type, id);
    const wanted = type.idKind === "Int8" ? BigInt(key) : key;
    const stored = this.current.related(target, column, wanted);
    if (!stored) throw new Miss(() => this.current.loadRelated(target, column, wanted));
    const ids = new Set(stored.keys());
    for (const touched of this.updates.get(target)?.keys() ?? []) ids.add(touched);
    const rows: Row[] = [];
    for (const candidate of [...ids].sort(byId(target))) {
      const base = stored.get(candidate);
      // graph-node reads these from the database, which has no nulls that handlers could see
      const row = this.resolve(target, candidate, base && withoutNulls(base));
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
    for (const type of this.schema.entities.values()) if (type.isImmutable) this.current.startReading(type);
  }

  /** Ids that `endBlock` needs and doesn't know: load them first. */
  missing(): { type: EntityType; ids: string[] }[] {
    const result: { type: EntityType; ids: string[] }[] = [];
    for (const [type, operations] of this.updates) {
      // an immutable entity is new: looking for each would cost a query per block, and a duplicate is found by writing
      const isTrusted = type.isImmutable && !type.skipDuplicates && this.block > this.checkedTo;
      if (!type.isImmutable && this.current.isComplete(type)) continue;
      const ids: string[] = [];
      for (const [id, { kind }] of operations) {
        if (isTrusted && kind !== "remove") continue;
        if (this.current.read(type, id) === undefined) ids.push(id);
      }
      if (ids.length > 0) result.push({ type, ids });
    }
    return result;
  }

  /** @throws MappingError, as graph-node classes it, when the block changes an immutable entity of an earlier one */
  checkImmutable(): void {
    for (const [type, operations] of this.updates) {
      if (!type.isImmutable || !this.current.isRead(type)) continue;
      for (const [id, operation] of operations) {
        const base = this.current.peek(type, id);
        if (!base || !isRefused(type, base, operation)) continue;
        throw new MappingError(
          `entity ${type.name}[${id}] is immutable and can't be changed after the block that created it`,
        );
      }
    }
  }

  /**
   * Ends the block: what it does to the store, one modification per entity that really changes.
   *
   * @throws MappingError for an entity that the database would refuse; then nothing is changed
   */
  endBlock(): Modification[] {
    const result: Modification[] = [];
    for (const [type, operations] of this.updates) {
      for (const [id, operation] of operations) {
        const modification = this.modificationOf(type, id, operation);
        if (modification) result.push(modification);
      }
    }
    for (const modification of result) this.keep(modification);
    this.updates = new Map();
    return result;
  }

  private modificationOf(type: EntityType, id: string, operation: Operation): Modification | undefined {
    const base = this.current.isRead(type) ? (this.current.peek(type, id) ?? undefined) : undefined;
    if (operation.kind === "remove") {
      return base && !type.isImmutable ? { kind: "remove", type, id, replaces: base.vid } : undefined;
    }
    if (!base) {
      const row = withoutNulls(operation.row);
      checkRow(type, row, id);
      return { kind: "insert", type, id, row };
    }
    if (type.isImmutable) return undefined; // the same once more, or a duplicate to skip
    const row = applyTo(operation, base) as Row;
    // what is stored keeps its vid
    if (!isChange(type, base, row)) return undefined;
    checkRow(type, row, id);
    return { kind: "overwrite", type, id, row, replaces: base.vid };
  }

  private keep(modification: Modification): void {
    const { kind, type, id } = modification;
    if (kind === "remove") this.current.put(type, id, null);
    else if (kind === "insert") this.current.putNew(type, id, modification.row);
    else this.current.put(type, id, modification.row);
  }
}

/** @throws MappingError for what the database would refuse */
function checkRow(type: EntityType, row: Row, id: string): void {
  const refusal = refusalOf(type, row, id);
  if (refusal !== undefined) throw new MappingError(refusal);
}

function isRefused(type: EntityType, base: Row, operation: Operation): boolean {
  if (type.skipDuplicates) return false;
  return operation.kind === "remove" || isChange(type, base, withoutNulls(applyTo(operation, base) as Row));
}

/** A row as it is stored: a field that was set to null is absent. */
function withoutNulls(row: Row): Row {
  if (!row.values.includes(null)) return row;
  return { values: row.values.map((value) => value ?? undefined), vid: row.vid };
}
