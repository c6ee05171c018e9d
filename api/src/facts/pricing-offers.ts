import { readHazards } from "../sources/market.ts";
import { readMarketState, readOffers, type OfferRequest } from "../sources/offers.ts";
import { readScores } from "../sources/scores.ts";
import type { Snapshot } from "../sources/snapshot.ts";

/** All that a quote stands on. */
export type Offers = Awaited<ReturnType<typeof gatherOffers>>;

/** The GPUs of a model with their rates, calendars, hazards and operators' scores; four statements for any number. */
export async function gatherOffers(snapshot: Snapshot, request: OfferRequest) {
  const rows = await readOffers(snapshot, request);
  const state = await readMarketState(snapshot);
  const hazards = await readHazards(snapshot, unique(rows.map(({ poolId }) => poolId)));
  const scores = await readScores(snapshot, unique(rows.map(({ operatorId }) => operatorId)));
  const hazardOf = new Map(hazards.map(({ poolId, ...hazard }) => [poolId, hazard]));
  const scoreOf = new Map(scores.map(({ operatorId, ...score }) => [operatorId, score]));
  return {
    price: state?.price ?? null,
    isIntakePaused: state?.isIntakePaused ?? false,
    facts: rows.map(({ spotDcPerHour, onDemandDcPerHour, reservedDcPerHour, ...row }) => ({
      ...row,
      rates: { spotDcPerHour, onDemandDcPerHour, reservedDcPerHour },
      discounts: row.discountMinHours.map((minHours, place) => ({ minHours, bps: row.discountBps[place] ?? 0 })),
      hazard: hazardOf.get(row.poolId) ?? { takenCount: 0, exposedGpuHours: 0 },
      score: scoreOf.get(row.operatorId) ?? null,
    })),
  };
}

function unique(ids: readonly string[]): string[] {
  return [...new Set(ids)];
}
