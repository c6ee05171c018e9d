import type { BlockRow } from "../../sources/live/blocks.ts";

/** A block and what happened in it, by stream. */
export interface LoggedBlock<Events> {
  block: BlockRow;
  events: Events;
}

/** How what is to be told goes on after a block that a client knows. */
export type Continuation<Events> =
  | {
      isKnown: true;
      /** blocks that the client was told of and that hold no longer, oldest first */
      undone: LoggedBlock<Events>[];
      /** first of them; nothing when the client's block still stands */
      undoneFrom: BlockRow | undefined;
      /** the last block of the client's that stands */
      from: BlockRow;
      /** what came after it */
      next: LoggedBlock<Events>[];
    }
  /** too old, or never here */
  | { isKnown: false; oldest: BlockRow };

/**
 * The last blocks of the chain with what happened in them, and those that reorgs have taken off it. Bounded: the oldest
 * go first.
 */
export class BlockLog<Events> {
  readonly #limit: number;
  /** the block before the first one logged: its events are not here */
  #base: BlockRow;
  #blocks: LoggedBlock<Events>[] = [];
  readonly #gone = new Map<string, LoggedBlock<Events>>();

  /** @param limit how many blocks it keeps, and as many of those that are gone */
  constructor(base: BlockRow, limit: number) {
    this.#base = base;
    this.#limit = limit;
  }

  /** The oldest block that a client can go on from. */
  get base(): BlockRow {
    return this.#base;
  }

  /** The last block. */
  get head(): BlockRow {
    return this.#blocks.at(-1)?.block ?? this.#base;
  }

  /** The logged block, or the base, with this hash. */
  find(hash: string): BlockRow | undefined {
    if (hash === this.#base.hash) return this.#base;
    return this.#blocks.findLast(({ block }) => block.hash === hash)?.block;
  }

  /** Adds blocks on top of the head, each on the one before. */
  append(blocks: readonly LoggedBlock<Events>[]): void {
    for (const logged of blocks) {
      if (logged.block.parentHash !== this.head.hash)
        throw new Error(`BUG: block ${logged.block.number} has another parent`);
      this.#blocks.push(logged);
      this.#gone.delete(logged.block.hash); // a branch that came back
    }
    const surplus = this.#blocks.length - this.#limit;
    if (surplus > 0) this.#base = this.#blocks.splice(0, surplus).at(-1)?.block ?? this.#base;
  }

  /** Takes every block above `ancestor` off; gives them, oldest first. */
  cutAbove(ancestor: BlockRow): LoggedBlock<Events>[] {
    const kept = this.#blocks.findLastIndex(({ block }) => block.number <= ancestor.number) + 1;
    const cut = this.#blocks.splice(kept);
    for (const logged of cut) this.#gone.set(logged.block.hash, logged);
    for (const hash of this.#gone.keys()) {
      if (this.#gone.size <= this.#limit) break;
      this.#gone.delete(hash);
    }
    return cut;
  }

  /**
   * How it goes on for a client that knows everything up to a block. One that isn't on the chain and that nobody here
   * remembers may have forked off anywhere: then all but the oldest block is undone.
   */
  continueFrom(known: { number: number; hash: string }): Continuation<Events> {
    const undone: LoggedBlock<Events>[] = [];
    let hash = known.hash;
    for (let logged = this.#gone.get(hash); logged; logged = this.#gone.get(hash)) {
      undone.unshift(logged);
      hash = logged.block.parentHash;
    }
    const from = this.find(hash);
    if (from) return { isKnown: true, undone, undoneFrom: undone[0]?.block, from, next: this.#after(from) };
    const isInReach = known.number > this.#base.number && known.number <= this.head.number + this.#limit;
    if (!isInReach) return { isKnown: false, oldest: this.#base };
    return {
      isKnown: true,
      undone: [],
      undoneFrom: this.#blocks[0]?.block,
      from: this.#base,
      next: this.#after(this.#base),
    };
  }

  #after({ number }: BlockRow): LoggedBlock<Events>[] {
    return this.#blocks.filter(({ block }) => block.number > number);
  }
}
