import type { EpochStayRow, EpochUseRow } from "../sources/epoch.ts";
import type { Downtime } from "./downtime.ts";

const MINUTE = 60;

/** A GPU in a pool in an epoch: an active member of it for a while, or used in it. */
export interface GpuEntry {
  readonly poolId: string;
  readonly gpuId: string;
  /** DC base units */
  burnedDc: bigint;
  /** as an active member */
  memberSeconds: number;
  /** minutes that begin in these seconds and in which it wasn't DOWN */
  eligibleMinutes: number;
}

/**
 * Every GPU with each pool that it was an active member of in the epoch, or used in, by pool and GPU. Of minutes nobody
 * knows anything of, none counts as DOWN: neither those of a GPU that no exporter has ever shown.
 *
 * @param start of the epoch, seconds since 1970
 */
export function gpuEntries(
  start: number,
  stays: readonly EpochStayRow[],
  use: readonly EpochUseRow[],
  down: Downtime,
): GpuEntry[] {
  const entries = new Map<string, GpuEntry>();
  const entryOf = (poolId: string, gpuId: string): GpuEntry => {
    const key = `${poolId}/${gpuId}`;
    const known = entries.get(key);
    if (known) return known;
    const entry = { poolId, gpuId, burnedDc: 0n, memberSeconds: 0, eligibleMinutes: 0 };
    entries.set(key, entry);
    return entry;
  };
  for (const { poolId, gpuId, uuidHash, fromSecond, toSecond } of stays) {
    const entry = entryOf(poolId, gpuId);
    const [from, to] = [start + fromSecond, start + toSecond];
    entry.memberSeconds += toSecond - fromSecond;
    entry.eligibleMinutes += minutesBetween(from, to) - down.minutesWithin(uuidHash, from, to);
  }
  for (const { poolId, gpuId, burnedDc } of use) entryOf(poolId, gpuId).burnedDc += burnedDc;
  return [...entries.values()].sort((a, b) => byNumber(a.poolId, b.poolId) || byNumber(a.gpuId, b.gpuId));
}

/** How many minutes, which begin at whole multiples of 60 s, start in `[from, to)`. */
function minutesBetween(from: number, to: number): number {
  return Math.ceil(to / MINUTE) - Math.ceil(from / MINUTE);
}

/** Decimal texts without zeros in front, by their numbers. */
function byNumber(a: string, b: string): number {
  return a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);
}
