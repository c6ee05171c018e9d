import type { EntityType } from "../schema/schema.ts";
import { keyOf, weightOf, type Row, type Value } from "./row.ts";

/** Reads current entities from the store. */
export interface EntityReader {
  /** current rows of these ids, by id; ids without one are left out */
  rows(type: EntityType, ids: readonly string[]): Promise<Map<string, Row>>;
  /** current rows whose `column` equals `value`, by id */
  rowsWhere(type: EntityType, column: number, value: Value): Promise<Map<string, Row>>;
  /** every current row when there are at most `limit`, else `undefined` */
  allRows(type: EntityType, limit: number): Promise<Map<string, Row> | undefined>;
}

/** Changes on their way to the store. */
export interface Unwritten {
  /** whether this row, or none, is what the changes made of an entity */
  has(type: EntityType, id: string, row: Row | null): boolean;
  /** stored entities that end without a new version */
  removed(type: EntityType): Iterable<string>;
}

interface Held {
  /** ids by value, for the columns that `loadRelated` was asked for */
  readonly idsByValue: Map<number, Map<Value, Set<string>>>;
  /** null: known not to exist */
  readonly rows: Map<string, Row | null>;
  /** every stored entity of the type is in `rows` */
  isComplete: boolean;
  /** entities of the type are asked for: by handlers, or to find one that is made twice */
  isRead: boolean;
  /** new immutable entities came while nobody asked for any: they aren't held, and perhaps aren't written yet */
  hasUnheld: boolean;
}

const DEFAULT_BUDGET_BYTES = 96 * 1024 * 1024;
/** Types with no more entities than this are loaded whole at the first miss. */
const LOAD_WHOLE_LIMIT = 50_000;

/**
 * The stored state of entities, in memory under a byte budget. A type whose entities all fit is complete, and a miss in
 * it needs no query.
 */
export class CurrentEntities {
  /** writes whatever blocks before the running one did */
  writeAll: () => Promise<void> = () => Promise.resolve();
  private readonly held = new Map<EntityType, Held>();
  private readonly reader: EntityReader;
  private readonly budgetBytes: number;
  private bytes = 0;
  /** results of `loadRelated` for the handler that waits for them */
  private readonly relatedLoads = new Map<string, Map<string, Row>>();

  constructor(reader: EntityReader, budgetBytes = DEFAULT_BUDGET_BYTES) {
    this.reader = reader;
    this.budgetBytes = budgetBytes;
  }

  /** what is held, estimated */
  get heldBytes(): number {
    return this.bytes;
  }

  private heldOf(type: EntityType): Held {
    let held = this.held.get(type);
    if (!held) {
      held = {
        rows: new Map(),
        isComplete: false,
        isRead: false,
        hasUnheld: false,
        idsByValue: new Map(),
      };
      this.held.set(type, held);
    }
    return held;
  }

  /** Says that a type has no stored entity: nothing needs to be read. */
  markEmpty(type: EntityType): void {
    this.heldOf(type).isComplete = true;
  }

  /** The stored row, null when there is none, `undefined` when that isn't known. */
  peek(type: EntityType, id: string): Row | null | undefined {
    const held = this.heldOf(type);
    const row = held.rows.get(id);
    return row === undefined && held.isComplete ? null : row;
  }

  /** Whether every entity of the type is known, so that none is missing. */
  isComplete(type: EntityType): boolean {
    return this.heldOf(type).isComplete;
  }

  /** Whether entities of the type are looked up at all; new immutable ones aren't. */
  isRead(type: EntityType): boolean {
    return !type.isImmutable || this.heldOf(type).isRead;
  }

  /** As `peek`, on behalf of a handler. */
  read(type: EntityType, id: string): Row | null | undefined {
    const held = this.heldOf(type);
    if (!held.hasUnheld) held.isRead = true;
    return this.peek(type, id);
  }

  /** From now on entities of the type are held; nothing of it may be on its way to the store. */
  startReading(type: EntityType): void {
    this.heldOf(type).isRead = true;
  }

  /** Before what isn't held is read from the store: it must be there. */
  private async settleUnheld(held: Held): Promise<void> {
    held.isRead = true;
    if (!held.hasUnheld) return;
    await this.writeAll();
    held.hasUnheld = false;
  }

  /** Notes what the block that just ended made of an entity. */
  put(type: EntityType, id: string, row: Row | null): void {
    this.relatedLoads.clear();
    const held = this.heldOf(type);
    const old = held.rows.get(id);
    if (old) this.bytes -= weightOf(old);
    if (row) this.bytes += weightOf(row);
    // put last again, so that the oldest entries come first; of no use while there is room for all
    if (row === null || this.bytes * 2 > this.budgetBytes) held.rows.delete(id);
    if (row || !held.isComplete) held.rows.set(id, row);
    if (held.idsByValue.size === 0) return;
    for (const [column, ids] of held.idsByValue) {
      const [before, after] = [old?.values[column], row?.values[column]];
      if (before === after) continue;
      if (before !== undefined && before !== null) ids.get(before)?.delete(id);
      note(ids, after, id);
    }
  }

  /** Notes an entity that is new and, as it can't be changed, need not be found again unless somebody asks. */
  putNew(type: EntityType, id: string, row: Row): void {
    const held = this.heldOf(type);
    if (held.isRead || !type.isImmutable) {
      this.put(type, id, row);
      return;
    }
    held.hasUnheld = true;
    held.isComplete = false;
  }

  /** Reads what isn't known; whole types where they are small. */
  async load(type: EntityType, ids: readonly string[]): Promise<void> {
    const held = this.heldOf(type);
    if (held.isComplete) return;
    await this.settleUnheld(held);
    const whole = held.rows.size === 0 ? await this.reader.allRows(type, LOAD_WHOLE_LIMIT) : undefined;
    if (whole) {
      for (const [id, row] of whole) this.put(type, id, row);
      held.isComplete = true;
      return;
    }
    const found = await this.reader.rows(type, ids);
    for (const id of ids) this.put(type, id, found.get(id) ?? null);
  }

  /** Stored rows whose `column` equals `value`, or `undefined` when they must be loaded. */
  related(type: EntityType, column: number, value: Value): ReadonlyMap<string, Row> | undefined {
    const held = this.heldOf(type);
    if (!held.hasUnheld) held.isRead = true;
    if (!held.isComplete) return this.relatedLoads.get(relatedKey(type, column, value));
    return heldWhere(held, column, value);
  }

  /** Reads the rows that `related` lacks. */
  async loadRelated(type: EntityType, column: number, value: Value): Promise<void> {
    const held = this.heldOf(type);
    await this.settleUnheld(held);
    const found = await this.reader.rowsWhere(type, column, value);
    // what is held may be newer than the store: changes wait for the next flush
    for (const id of found.keys()) if (held.rows.has(id)) found.delete(id);
    for (const [id, row] of heldWhere(held, column, value)) found.set(id, row);
    this.relatedLoads.set(relatedKey(type, column, value), found);
  }

  /**
   * Frees the oldest entries above the budget.
   *
   * @param writing what the store doesn't hold yet
   */
  evict(writing: Unwritten): void {
    const immutableFirst = [...this.held].sort(([a], [b]) => Number(b.isImmutable) - Number(a.isImmutable));
    for (const [type, held] of immutableFirst) {
      if (this.bytes <= this.budgetBytes) return;
      if (held.isComplete) for (const id of writing.removed(type)) held.rows.set(id, null);
      held.isComplete = false;
      held.idsByValue.clear();
      for (const [id, row] of held.rows) {
        if (this.bytes <= this.budgetBytes) return;
        if (writing.has(type, id, row)) continue;
        held.rows.delete(id);
        if (row) this.bytes -= weightOf(row);
      }
    }
  }

  /** Forgets everything: the store was changed from outside, by a revert. */
  clear(): void {
    this.held.clear();
    this.relatedLoads.clear();
    this.bytes = 0;
  }
}

/** Held rows whose `column` equals `value`. */
function heldWhere(held: Held, column: number, value: Value): Map<string, Row> {
  let ids = held.idsByValue.get(column);
  if (!ids) {
    ids = new Map();
    for (const [id, row] of held.rows) note(ids, row?.values[column], id);
    held.idsByValue.set(column, ids);
  }
  const found = new Map<string, Row>();
  for (const id of ids.get(value) ?? []) {
    const row = held.rows.get(id);
    if (row) found.set(id, row);
  }
  return found;
}

function note(ids: Map<Value, Set<string>>, value: Value | null | undefined, id: string): void {
  if (value === undefined || value === null) return;
  const known = ids.get(value);
  if (known) known.add(id);
  else ids.set(value, new Set([id]));
}

function relatedKey(type: EntityType, column: number, value: Value): string {
  return `${type.name}/${column}/${keyOf(value)}`;
}
