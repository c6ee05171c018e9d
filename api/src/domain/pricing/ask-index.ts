import { measured, unknown, type Measure } from "../measure.ts";
import { PRICING_VERSION } from "./advice.ts";
import type { Ask } from "./facts.ts";

/** What is asked for one model in one region and tier. Never mixed with what was paid. */
export interface AskIndex {
  methodologyVersion: number;
  asOf: number;
  /** DC base units per GPU-hour, rounded down */
  dcPerHour: Measure<bigint>;
  poolCount: number;
  gpuCount: number;
}

/**
 * Median of the rates in force, each weighing as many as its pool has ACTIVE GPUs: half of all GPUs can be had at it or
 * for less. Where the half falls between two rates, their mean.
 */
export function askIndex(asks: readonly Ask[], asOf: number): AskIndex {
  const offered = asks
    .filter(({ gpuCount }) => gpuCount > 0)
    .sort((a, b) => (a.rateDcPerHour < b.rateDcPerHour ? -1 : Number(a.rateDcPerHour > b.rateDcPerHour)));
  const gpuCount = offered.reduce((sum, ask) => sum + ask.gpuCount, 0);
  const common = { methodologyVersion: PRICING_VERSION, asOf, poolCount: offered.length, gpuCount };
  let below = 0;
  for (const [at, ask] of offered.entries()) {
    below += ask.gpuCount;
    if (2 * below > gpuCount) return { ...common, dcPerHour: measured(ask.rateDcPerHour) };
    const next = offered[at + 1];
    if (2 * below === gpuCount && next) {
      return { ...common, dcPerHour: measured((ask.rateDcPerHour + next.rateDcPerHour) / 2n) };
    }
  }
  return { ...common, dcPerHour: unknown("NO_ASKS") };
}
