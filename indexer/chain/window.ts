import type { BlockRef } from "../source/types.ts";

/** A block's place in its chain. */
export interface LinkedBlock extends BlockRef {
  readonly parentHash: string;
}

/** The indexed blocks that may still change: their hashes, back to the last final one. */
export class ReorgWindow {
  private readonly blocks = new Map<number, LinkedBlock>();

  constructor(blocks: Iterable<LinkedBlock> = []) {
    for (const block of blocks) this.blocks.set(block.number, block);
  }

  /** Notes an indexed block; what was known above it is no longer. */
  add(block: LinkedBlock): void {
    this.cutAbove(block.number);
    this.blocks.set(block.number, block);
  }

  /** Forgets blocks above `number`. */
  cutAbove(number: number): void {
    for (const known of this.blocks.keys()) if (known > number) this.blocks.delete(known);
  }

  /** Forgets blocks below `number`. */
  cutBelow(number: number): void {
    for (const known of this.blocks.keys()) if (known < number) this.blocks.delete(known);
  }

  hashOf(number: number): string | undefined {
    return this.blocks.get(number)?.hash;
  }

  /** Known blocks, highest first. */
  descending(): LinkedBlock[] {
    return [...this.blocks.values()].sort((a, b) => b.number - a.number);
  }
}
