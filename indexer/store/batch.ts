import type { Modification } from "../entities/cache.ts";
import type { Unwritten } from "../entities/current.ts";
import type { Row } from "../entities/row.ts";
import type { DataSource } from "../runner/data-source.ts";
import type { BlockOutcome, HandlerFailure } from "../runner/run-block.ts";
import type { EntityType } from "../schema/schema.ts";
import type { Block } from "../source/types.ts";
import { CopyText } from "./copy.ts";
import type { BlockTime } from "./rollup.ts";

/** A version of an entity: `to` is the block that ended it, if one did within the batch. */
export interface Version {
  row: Row;
  from: number;
  to: number | undefined;
}

/** The end of a stored version. */
export interface Clamp {
  readonly vid: bigint;
  /** the block that ends it */
  readonly to: number;
}

/** What a batch does to one table. */
export interface TableChanges {
  /** versions that may still end within the batch, or have ended and may be needed */
  readonly versions: Version[];
  /** rows of immutable entities, which can't change anymore */
  readonly rows: CopyText;
  /** stored versions that end, by id */
  readonly clamps: Map<string, Clamp>;
  /** the open version of each entity that the batch wrote */
  readonly open: Map<string, Version>;
}

/** Blocks that were handled and wait to be written: several fold into one set of rows. */
export class Batch implements Unwritten {
  readonly tables = new Map<EntityType, TableChanges>();
  readonly dataSources: DataSource[] = [];
  /** blocks whose hashes must be remembered */
  readonly recentBlocks: Block[] = [];
  /** blocks at which aggregations may be due */
  readonly blockTimes: BlockTime[] = [];
  readonly failures: (HandlerFailure & { readonly block: Block })[] = [];
  /** the last block's failures end indexing */
  isFatal = false;
  last: Block | undefined;
  /** the last of its blocks that can't change anymore */
  finalTo = -1;
  /** versions that ended up to this block are dropped already */
  droppedTo = -1;
  /** no version of an earlier block has this vid or a higher one, where vids are given by block */
  private firstVid = 0n;
  entityCountChange = 0;
  modificationCount = 0;

  has(type: EntityType, id: string, row: Row | null): boolean {
    const changes = this.tables.get(type);
    if (!changes) return false;
    if (row === null) return changes.clamps.has(id) && !changes.open.has(id);
    // immutable entities aren't looked for one by one: vids tell how old they are
    return type.isImmutable ? row.vid >= this.firstVid : changes.open.has(id);
  }

  removed(type: EntityType): string[] {
    const changes = this.tables.get(type);
    return changes ? [...changes.clamps.keys()].filter((id) => !changes.open.has(id)) : [];
  }

  get isEmpty(): boolean {
    return this.last === undefined;
  }

  /**
   * Adds what became of a block.
   *
   * @param horizon what ends up to this block isn't kept, unless the block may change
   */
  add({ block, modifications, created, failures, isFatal, triggerCount }: BlockOutcome, horizon = -1): void {
    if (this.isEmpty) this.firstVid = BigInt(block.number) << 32n;
    const keepsEnded = block.isRecent || block.number > horizon;
    if (!keepsEnded) this.droppedTo = block.number;
    for (const modification of modifications) this.modify(modification, block.number, keepsEnded);
    this.modificationCount += modifications.length;
    this.dataSources.push(...created);
    if (block.isRecent) this.recentBlocks.push(block);
    else this.finalTo = block.number;
    if (triggerCount > 0 || block.isRecent) this.blockTimes.push({ number: block.number, time: block.time });
    for (const failure of failures) this.failures.push({ block, ...failure });
    this.isFatal ||= isFatal;
    this.last = block;
  }

  private modify(modification: Modification, block: number, keepsEnded: boolean): void {
    const { kind, type, id } = modification;
    const changes = this.changesOf(type);
    if (kind !== "insert") {
      const open = changes.open.get(id);
      if (kind === "overwrite" && open && !keepsEnded) {
        open.row = modification.row;
        open.from = block;
        return;
      }
      if (open) open.to = block;
      else changes.clamps.set(id, { vid: modification.replaces, to: block });
      changes.open.delete(id);
    }
    this.entityCountChange += kind === "insert" ? 1 : kind === "remove" ? -1 : 0;
    if (kind === "remove") return;
    const version = { row: modification.row, from: block, to: undefined };
    if (type.isImmutable) changes.rows.add(version);
    else {
      changes.versions.push(version);
      changes.open.set(id, version);
    }
  }

  private changesOf(type: EntityType): TableChanges {
    let changes = this.tables.get(type);
    if (!changes) {
      changes = { versions: [], rows: new CopyText(type), clamps: new Map(), open: new Map() };
      this.tables.set(type, changes);
    }
    return changes;
  }
}
