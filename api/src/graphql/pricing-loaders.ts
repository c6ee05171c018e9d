import DataLoader from "dataloader";
import type { PointBudget } from "../facts/gpu-series.ts";
import { readHazards, readNewestTicks, type HazardRow, type TickRow } from "../sources/market.ts";
import type { Snapshot } from "../sources/snapshot.ts";

const HOUR = 3_600;

/** What pools of a page show of their prices, read in one statement each; by pool id, nothing before the first tick. */
export interface PricingLoaders {
  newestTick: DataLoader<string, TickRow | undefined>;
  hazard: DataLoader<string, HazardRow | undefined>;
  /**
   * Takes the hours of a series from what the operation may ask for.
   *
   * @throws BaseError `TOO_LARGE`
   */
  takeHours(seconds: number): void;
}

/** Loaders of one operation. */
export function pricingLoaders(snapshot: Snapshot, budget: PointBudget): PricingLoaders {
  return {
    newestTick: byPool((ids) => readNewestTicks(snapshot, ids)),
    hazard: byPool((ids) => readHazards(snapshot, ids)),
    takeHours: (seconds) => budget.take(1, Math.floor(seconds / HOUR) + 1, "hours of prices"),
  };
}

function byPool<Row extends { poolId: string }>(
  read: (ids: readonly string[]) => Promise<Row[]>,
): DataLoader<string, Row | undefined> {
  return new DataLoader(async (ids) => {
    const rows = new Map((await read(ids)).map((row) => [row.poolId, row]));
    return ids.map((id) => rows.get(id));
  });
}
