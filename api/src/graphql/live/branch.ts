import { readBlocks, readTip, type BlockRow, type TipRow } from "../../sources/live/blocks.ts";
import type { Snapshot } from "../../sources/snapshot.ts";
import type { BlockLog, LoggedBlock } from "./block-log.ts";
import { readEvents, type StreamEvents } from "./streams.ts";

/** How many blocks are kept for those who come back, and may be caught up with at once. */
export const KEPT_BLOCKS = 1_024;

/** The database's branch of the chain: what stands on a block that is known, or a new beginning. */
export interface Branch {
  /** what it begins above; its events are not in `blocks` */
  ancestor: BlockRow;
  blocks: LoggedBlock<StreamEvents>[];
  /** whether the ancestor was known: else nobody knows what came between */
  isContinuation: boolean;
}

/**
 * Reads what has come since what is logged, all from one snapshot.
 *
 * @throws BaseError `NOT_INDEXED`, `UPSTREAM_UNAVAILABLE`
 */
export async function readBranch(snapshot: Snapshot, log: BlockLog<StreamEvents> | undefined): Promise<Branch> {
  const tip = await readTip(snapshot);
  const next = log && (await findAbove(snapshot, tip, log));
  const [ancestor, blocks] = next ?? (await findAll(snapshot, tip));
  const span = { entities: tip.entities, after: ancestor, blocks };
  const events = blocks.length === 0 ? [] : await readEvents(snapshot, span);
  return {
    ancestor,
    blocks: blocks.map((block, place) => ({ block, events: events[place] as StreamEvents })),
    isContinuation: next !== undefined,
  };
}

type Found = [ancestor: BlockRow, blocks: BlockRow[]];

/** The blocks above the last one that both know; nothing where there is a gap. */
async function findAbove(snapshot: Snapshot, tip: TipRow, log: BlockLog<StreamEvents>): Promise<Found | undefined> {
  for (const from of [log.head.number + 1, log.base.number]) {
    const rows = await readBlocks(snapshot, tip.chain, from);
    const blocks = walkBack(rows, tip.hash, (hash) => log.find(hash) !== undefined);
    const ancestor = log.find(blocks[0]?.parentHash ?? tip.hash);
    if (ancestor && blocks.length <= KEPT_BLOCKS) return [ancestor, blocks];
  }
  return undefined;
}

/** All blocks whose hashes are kept, the oldest being the one to begin above. */
async function findAll(snapshot: Snapshot, tip: TipRow): Promise<Found> {
  const rows = await readBlocks(snapshot, tip.chain, tip.number - KEPT_BLOCKS);
  const [oldest, ...blocks] = walkBack(rows, tip.hash, () => false);
  return [oldest ?? { ...tip, parentHash: "" }, blocks];
}

/** From a block back to the last one before a known one, or as far as the rows go; oldest first. */
export function walkBack(rows: readonly BlockRow[], hash: string, isKnown: (hash: string) => boolean): BlockRow[] {
  const rowOf = new Map(rows.map((row) => [row.hash, row]));
  const found: BlockRow[] = [];
  for (let row = rowOf.get(hash); row && !isKnown(row.hash); row = rowOf.get(row.parentHash)) found.push(row);
  return found.reverse();
}
