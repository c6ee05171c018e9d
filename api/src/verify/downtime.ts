import type { Pool } from "#kernel/pg.ts";
import type { Difference } from "../domain/rewards/compare.ts";
import { readDowntime, type Downtime } from "../facts/downtime.ts";
import { readGpus } from "../sources/chain.ts";
import type { EpochSpan } from "../sources/epoch.ts";
import { withSnapshot } from "../sources/snapshot.ts";
import { STATEMENT_MS } from "./chain-word.ts";

/** Minutes in a row of a GPU that two sides tell otherwise. */
export interface DownDifference {
  gpuId: string;
  /** start of the first, seconds since 1970 */
  from: number;
  minutes: number;
  /** whether what was read now calls them DOWN; else what the epoch was settled by does */
  isDownByOurs: boolean;
}

const MINUTE = 60;

/**
 * The minutes behind eligible seconds that differ: those that what was read now calls DOWN and what the epoch was settled
 * by doesn't, or the other way round.
 */
export async function compareDowntime(
  pool: Pool,
  { start, end }: EpochSpan,
  { ours, inputDifferences }: { ours: Downtime; inputDifferences: readonly Difference[] },
): Promise<DownDifference[]> {
  const ids = inputDifferences.flatMap(({ name }) => /GPU (\d+): eligibleSeconds$/.exec(name)?.[1] ?? []);
  if (ids.length === 0) return [];
  return withSnapshot(
    pool,
    async (snapshot) => {
      const theirs = await readDowntime(snapshot, start, end);
      const hashOf = new Map((await readGpus(snapshot, ids)).map(({ id, uuidHash }) => [id, uuidHash.slice(2)]));
      return [...new Set(ids)].flatMap((gpuId) => {
        const hash = hashOf.get(gpuId) ?? "";
        const [own, other] = [ours, theirs].map((side) => side.startsWithin(hash, start, end)) as [number[], number[]];
        return [...runsOf(gpuId, own, other, true), ...runsOf(gpuId, other, own, false)].sort(
          (a, b) => a.from - b.from,
        );
      });
    },
    STATEMENT_MS,
  );
}

/** Minutes of one side that the other hasn't, those in a row together. */
function runsOf(gpuId: string, some: number[], others: number[], isDownByOurs: boolean): DownDifference[] {
  const known = new Set(others);
  const runs: DownDifference[] = [];
  for (const at of some.filter((minute) => !known.has(minute))) {
    const last = runs.at(-1);
    if (last && last.from + last.minutes * MINUTE === at) last.minutes++;
    else runs.push({ gpuId, from: at, minutes: 1, isDownByOurs });
  }
  return runs;
}
