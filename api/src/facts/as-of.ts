import { BaseError } from "#kernel/errors.ts";
import { readHead, readWatermark, type HeadRow } from "../sources/head.ts";
import type { Snapshot } from "../sources/snapshot.ts";

/** What an answer stands on: the chain up to a block, the telemetry up to a time. */
export interface AsOf {
  block: HeadRow;
  /** samples are complete through here; nothing before the first */
  sampledThrough: Date | undefined;
}

/**
 * The block and the sample that this snapshot stands on.
 *
 * @throws BaseError `NOT_INDEXED` before the first block
 */
export async function readAsOf(snapshot: Snapshot): Promise<AsOf> {
  const [block, sampledThrough] = await Promise.all([readHead(snapshot), readWatermark(snapshot)]);
  if (!block) {
    throw new BaseError("NOT_INDEXED", "no block has been indexed yet", {
      isRetryable: true,
      hints: ["wait for the indexer, or look at its /health"],
    });
  }
  return { block, sampledThrough };
}
