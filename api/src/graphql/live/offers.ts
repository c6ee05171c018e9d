import { isRunning } from "../../domain/rental.ts";
import { readGpuTouches, readPoolTerms, type GpuStateRow, type GpuTouchRow } from "../../sources/live/occupancy.ts";
import type { BlockSpan } from "../../sources/live/blocks.ts";
import type { Snapshot } from "../../sources/snapshot.ts";
import { Tier } from "../types/enums.ts";

/** What keeps a GPU from being had; nothing. */
export type Occupancy = "FREE" | "SPOT" | "ON_DEMAND" | "RESERVED" | "OUT";

/** A GPU that became free or taken. DC base units. */
export interface OfferEventRow {
  /** the same whoever asks, and whenever */
  id: string;
  block: number;
  gpuId: string;
  poolId: string;
  operatorId: string;
  model: string;
  region: string;
  was: Occupancy;
  now: Occupancy;
  freeFor: Tier[];
  spotRateDcPerHour: bigint;
  onDemandRateDcPerHour: bigint;
  reservedRateDcPerHour: bigint;
}

interface Change {
  block: number;
  gpuId: string;
  poolId: string;
  was: Occupancy;
  now: Occupancy;
}

/** GPUs that became free or taken, by block and GPU: what the passing of time does counts for the first block after. */
export async function readOfferEvents(snapshot: Snapshot, span: BlockSpan): Promise<OfferEventRow[]> {
  const changes = (await readGpuTouches(snapshot, span)).flatMap(changesOf);
  const terms = await readPoolTerms(snapshot, span.entities, changes);
  const termsOf = new Map(terms.map((row) => [`${row.block} ${row.poolId}`, row]));
  return changes.flatMap((change) => {
    const pool = termsOf.get(`${change.block} ${change.poolId}`);
    if (!pool) return [];
    const id = `offer-${change.block}-${change.gpuId}-${change.poolId}`;
    return [{ ...pool, ...change, id, freeFor: freeFor(change.now) }];
  });
}

/**
 * On which terms a GPU can be taken now: spot and on demand need one that nobody uses or has booked for this hour; a
 * reservation makes a spot rental give way.
 */
export function freeFor(occupancy: Occupancy): Tier[] {
  if (occupancy === "FREE") return [Tier.SPOT, Tier.ON_DEMAND, Tier.RESERVED];
  return occupancy === "SPOT" ? [Tier.RESERVED] : [];
}

/** A GPU that went from pool to pool in one block left the one and came to the other. */
function changesOf({ block, gpuId, before, after, timeBefore, time }: GpuTouchRow): Change[] {
  const [was, now] = [occupancyOf(before, timeBefore), occupancyOf(after, time)];
  const [from, to] = [before?.poolId ?? null, after?.poolId ?? null];
  if (from !== null && to !== null && from !== to) {
    return [
      { block, gpuId, poolId: from, was, now: "OUT" as const },
      { block, gpuId, poolId: to, was: "OUT" as const, now },
    ].filter(isChange);
  }
  const poolId = to ?? from;
  return poolId === null ? [] : [{ block, gpuId, poolId, was, now }].filter(isChange);
}

const isChange = ({ was, now }: Change): boolean => was !== now;

/** Who has a GPU at a time. */
export function occupancyOf(state: GpuStateRow | null, at: bigint): Occupancy {
  if (!state || state.status !== "ACTIVE" || state.poolId === null) return "OUT";
  const { rental } = state;
  const isTaken =
    rental !== null &&
    isRunning(
      {
        startAt: BigInt(rental.startAt),
        paidUntil: BigInt(rental.paidUntil),
        endsBy: rental.endsBy === null ? null : BigInt(rental.endsBy),
        endAt: null,
      },
      at,
    );
  if (isTaken) return rental.tier as Tier;
  return state.isBooked ? "RESERVED" : "FREE";
}
