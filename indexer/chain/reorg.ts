import { BaseError } from "#kernel/errors.ts";
import type { ChainReader } from "../source/chain-reader.ts";
import { inconsistent } from "../source/check.ts";
import type { BlockRef, Header } from "../source/types.ts";
import type { ReorgWindow } from "./window.ts";

const STEP = 50;

/**
 * The highest indexed block that is still on the chain.
 *
 * @throws BaseError `REORG_TOO_DEEP` when none of the known ones is; `NODE_INCONSISTENT`, retryable, when the node
 *   lacks a block at the lowest height: it lags, and proves nothing
 */
export async function findAncestor(reader: ChainReader, window: ReorgWindow, last: BlockRef): Promise<BlockRef> {
  const known = window.descending();
  let lowestFound: Header | undefined;
  for (let at = 0; at < known.length; at += STEP) {
    const part = known.slice(at, at + STEP);
    const headers = await reader.headersByNumber(part.map((block) => block.number));
    const found = part.find((block, index) => headers[index]?.hash === block.hash);
    if (found) return { number: found.number, hash: found.hash };
    lowestFound = headers.at(-1);
  }
  const lowest = known.at(-1) ?? last;
  if (known.length > 0 && !lowestFound) throw inconsistent(`the node has no block ${lowest.number} to compare with`);
  const rewind = Math.max(0, lowest.number - 1);
  throw new BaseError(
    "REORG_TOO_DEEP",
    `block ${lowest.number} (${lowest.hash}) is no longer on the chain and is the oldest one whose hash is kept: a reorg of at least ${last.number - lowest.number + 1} blocks`,
    {
      hints: [
        `find the last block that both chains share, and run again with --rewind-to BLOCK (below ${rewind + 1})`,
        "if another chain answers at RPC_URL, correct it",
      ],
    },
  );
}
