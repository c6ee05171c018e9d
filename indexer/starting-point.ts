import { BaseError } from "#kernel/errors.ts";
import { checkRewind } from "./chain/anchor.ts";
import { ALL_HISTORY, type Manifest } from "./manifest/manifest.ts";
import type { IndexerOptions } from "./options.ts";
import type { ChainReader } from "./source/chain-reader.ts";
import type { BlockRef } from "./source/types.ts";
import type { Deployment } from "./store/deployment.ts";
import type { Store } from "./store/store.ts";

/** What the starting point follows from. */
export interface StartingFrom {
  readonly options: IndexerOptions;
  readonly manifest: Manifest;
  readonly reader: ChainReader;
  readonly deployment: Deployment;
  readonly store: Store;
  /** of the subgraph */
  readonly firstBlock: number;
}

/**
 * The block to go on from, after the undoing that was asked for or that a failed deployment needs.
 *
 * @throws BaseError `BAD_REWIND`
 */
export async function startingPoint(opened: StartingFrom): Promise<BlockRef | undefined> {
  const { options, reader, deployment, store, firstBlock } = opened;
  const { head, isFailed } = deployment;
  if (options.rewindTo !== undefined) checkRewind(options.rewindTo, firstBlock, head);
  if (!head) return undefined;
  if (options.rewindTo !== undefined && options.rewindTo < head.number) {
    const [header] = await reader.headersByNumber([options.rewindTo]);
    if (!header)
      throw new BaseError("BAD_REWIND", `the node has no block ${options.rewindTo}`, {
        hints: ["rewind to a block of the chain"],
      });
    checkHistory(opened, options.rewindTo);
    const target = { number: options.rewindTo, hash: header.hash };
    checkShared(await store.recentBlocks(head), target);
    await store.revertTo(target);
    return target;
  }
  if (!isFailed) return head;
  // a block that failed is tried once more at each start
  if (head.number === 0) {
    await store.revertTo(undefined);
    return undefined;
  }
  const [known] = await store.recentBlocks(head);
  const parentHash = known?.parentHash ?? (await reader.headersByHash([head.hash]))[0]?.parentHash ?? "";
  const target = { number: head.number - 1, hash: parentHash };
  await store.revertTo(target);
  return target;
}

/** @throws BaseError `BAD_REWIND` when another block was indexed at the target's height */
function checkShared(known: readonly BlockRef[], target: BlockRef): void {
  const indexed = known.find(({ number }) => number === target.number);
  if (!indexed || indexed.hash === target.hash) return;
  const what = `block ${target.number} was indexed as ${indexed.hash}, the node has ${target.hash}`;
  throw new BaseError("BAD_REWIND", what, { hints: ["rewind to a block that both chains share: a lower one"] });
}

/** @throws BaseError `BAD_REWIND` when what was current at `block` isn't kept anymore */
function checkHistory({ manifest, deployment: { earliest } }: StartingFrom, block: number): void {
  if (manifest.historyBlocks === ALL_HISTORY || block >= earliest) return;
  throw new BaseError("BAD_REWIND", `versions that ended before block ${earliest} are pruned (indexerHints.prune)`, {
    hints: [`rewind to block ${earliest} or a later one`, "or index again into an empty database"],
  });
}
