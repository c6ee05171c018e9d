import {
  BaseError as ViemError,
  createPublicClient,
  HttpRequestError,
  http,
  TimeoutError,
  type PublicClient,
} from "viem";
import { BaseError, messageOf } from "#kernel/errors.ts";

/** A node, asked over JSON-RPC; nothing it says is kept from one call to the next. */
export type Node = PublicClient;

/** How long one answer may take. */
const TIMEOUT_MS = 20_000;
/** Requests that go over the wire in one. */
const BATCH = 100;

/** The node behind a URL. */
export function connectNode(rpcUrl: string): Node {
  const transport = http(rpcUrl, { batch: { batchSize: BATCH }, timeout: TIMEOUT_MS, retryCount: 1 });
  return createPublicClient({ transport, cacheTime: 0 });
}

/** A block as far as decisions hang on it. */
export interface BlockRef {
  number: bigint;
  hash: `0x${string}`;
  /** seconds since 1970 */
  timestamp: bigint;
}

/** The block with this number, or the newest. */
export async function readBlock(node: Node, number?: bigint): Promise<BlockRef> {
  const block = await node.getBlock(number === undefined ? { blockTag: "latest" } : { blockNumber: number });
  return { number: block.number, hash: block.hash, timestamp: block.timestamp };
}

/** Whether the node's chain has this block. */
export async function hasBlock(node: Node, { number, hash }: Pick<BlockRef, "number" | "hash">): Promise<boolean> {
  try {
    return (await readBlock(node, number)).hash === hash;
  } catch (error) {
    if (error instanceof ViemError && error.name === "BlockNotFoundError") return false;
    throw error;
  }
}

/** Which blocks can't be taken back: those that the node calls `finalized`, or those so many below the head. */
export type Finality = "finalized" | number;

/** The newest block that can't be taken back. */
export async function readFinalBlock(node: Node, finality: Finality, head: BlockRef): Promise<BlockRef> {
  if (finality !== "finalized") {
    const depth = BigInt(finality);
    return depth === 0n ? head : readBlock(node, head.number > depth ? head.number - depth : 0n);
  }
  const block = await node.getBlock({ blockTag: "finalized" });
  return { number: block.number, hash: block.hash, timestamp: block.timestamp };
}

/** A fault of the node, in one line of ours; anything else as it is. */
export function toNodeFault(error: unknown): unknown {
  if (!(error instanceof ViemError)) return error;
  const isAway = error.walk((cause) => cause instanceof HttpRequestError || cause instanceof TimeoutError) !== null;
  if (!isAway) return error;
  return new BaseError(
    "RPC_UNREACHABLE",
    `the node does not answer: ${messageOf(error.details || error.shortMessage)}`,
    {
      isRetryable: true,
      cause: error,
      hints: ["start the node, or correct RPC_URL"],
    },
  );
}
