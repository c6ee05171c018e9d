import { BaseError } from "#kernel/errors.ts";
import { sleep } from "#kernel/time.ts";
import type { ChainReader } from "../source/chain-reader.ts";
import type { BlockRef } from "../source/types.ts";

/** How to wait for a chain that isn't there yet. */
export interface AnchorOptions {
  readonly pollMs: number;
  readonly signal: AbortSignal;
  /** told the chain's head at each look that finds it too low */
  readonly onWait: (head: number) => void;
}

/**
 * The block before the first one to index; none before block 0. Waits for it where the chain is shorter, as graph-node
 * does: a subgraph may be deployed before its contracts.
 *
 * @throws BaseError what the node answers with; the signal's reason
 */
export async function waitForAnchor(
  reader: ChainReader,
  firstBlock: number,
  { pollMs, signal, onWait }: AnchorOptions,
): Promise<BlockRef | undefined> {
  if (firstBlock === 0) return undefined;
  for (;;) {
    const [header] = await reader.headersByNumber([firstBlock - 1]);
    if (header) return { number: firstBlock - 1, hash: header.hash };
    onWait(Number((await reader.tagged("latest"))?.number ?? 0));
    await sleep(pollMs, signal);
  }
}

/**
 * Holds the blocks that were asked for against where the subgraph starts.
 *
 * @throws BaseError `BAD_UNTIL`
 */
export function checkUntil(until: number | undefined, firstBlock: number): void {
  if (until === undefined || until >= firstBlock) return;
  throw new BaseError("BAD_UNTIL", `the last block is to be ${until}, but the subgraph starts at ${firstBlock}`, {
    hints: [`pass --until with ${firstBlock} or a later block`, "or correct startBlock in the manifest"],
  });
}

/**
 * Holds the block to rewind to against what is indexed.
 *
 * @param firstBlock of the subgraph
 * @param head the last indexed block
 * @throws BaseError `BAD_REWIND`
 */
export function checkRewind(target: number, firstBlock: number, head: BlockRef | undefined): void {
  const isIndexed = head !== undefined && head.number >= firstBlock;
  if (isIndexed && target <= head.number && target >= firstBlock - 1) return;
  const what = isIndexed ? `blocks ${firstBlock} to ${head.number} are indexed` : "no block is indexed yet";
  throw new BaseError("BAD_REWIND", `cannot rewind to block ${target}: ${what}`, {
    hints: isIndexed
      ? [`rewind to a block from ${firstBlock - 1} (which undoes all) to ${head.number}`]
      : ["start without --rewind-to"],
  });
}
