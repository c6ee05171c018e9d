import { SECOND_MS } from "#kernel/time.ts";
import { readFirstHour, readHead, readWatermark } from "../../sources/head.ts";
import { withSnapshot } from "../../sources/snapshot.ts";
import { hasBlock, readBlock, readFinalBlock, type BlockRef, type Finality } from "../node.ts";
import { HOUR, timeText, type JobContext } from "./job.ts";

/** How far chain and telemetry are complete. */
export interface Ready {
  /** of the first hour that there is something to do for; undefined: the network has no operator yet */
  firstHour: number | undefined;
  /** every hour that ends here or before is complete; seconds since 1970, a whole hour */
  through: number;
  /** what the next hour waits for, in words */
  waitsFor: string;
  /** the newest block that is final and indexed */
  block: BlockRef;
  sampledThrough: Date;
}

/** Nothing can be said yet, and why. */
export type NotReady = Pick<Ready, "waitsFor"> & { through?: undefined };

/**
 * How far facts are complete: the chain's once a final block and the indexer have passed an hour's end, the telemetry's
 * once the watermark has. An index that stands on a block which the chain has dropped counts for nothing.
 */
export async function readReady({ pool, node }: JobContext, finality: Finality): Promise<Ready | NotReady> {
  const { head, sampledThrough, firstHour } = await withSnapshot(pool, async (snapshot) => ({
    head: await readHead(snapshot),
    sampledThrough: await readWatermark(snapshot),
    firstHour: await readFirstHour(snapshot),
  }));
  if (!head) return { waitsFor: "for the indexer's first block" };
  if (!sampledThrough) return { waitsFor: "for the collector's first samples" };
  const indexed: BlockRef = { ...head, hash: head.hash as `0x${string}` };
  if (!(await hasBlock(node, indexed))) return { waitsFor: "for the indexer to leave a block that the chain dropped" };
  const final = await readFinalBlock(node, finality, await readBlock(node));
  const block = indexed.number <= final.number ? indexed : final;
  const ends = [
    ["a final block", Number(final.timestamp)],
    ["the indexer", Number(indexed.timestamp)],
    ["telemetry", sampledThrough.getTime() / SECOND_MS],
  ] as const;
  const [what, at] = ends.reduce((least, end) => (end[1] < least[1] ? end : least));
  const through = Math.floor(at / HOUR) * HOUR;
  const waitsFor = `for ${what} to pass ${timeText(through + HOUR)}; it is at ${timeText(Math.floor(at))}`;
  return { firstHour, through, waitsFor, block, sampledThrough };
}
