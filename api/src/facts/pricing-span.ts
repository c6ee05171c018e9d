import { readDeclarations, readSmoothed, type DeclarationRow } from "../sources/market.ts";
import {
  readActiveStays,
  readDelegations,
  readPricedPools,
  readRateChanges,
  readSettledUse,
  readSoldSpans,
  type ActiveStayRow,
  type DelegationRow,
  type PricedPoolRow,
  type RateChangeRow,
  type SettledUseRow,
} from "../sources/pricing.ts";
import type { Snapshot } from "../sources/snapshot.ts";
import { groupBy } from "./group-by.ts";
import { poolHours, type PoolHour } from "./pricing-hours.ts";

/** How far back burns count in an index, seconds. */
const TRADED_SECONDS = 86_400;

/** A pool over some hours: all that its ticks are made of. */
export interface PricedPool extends PricedPoolRow {
  /** average of its occupancy before the first of the hours; null: none had capacity */
  before: { smoothed: number; hourAt: number } | null;
  /** by time, without a gap; empty for a pool without GPUs in them */
  hours: readonly PoolHour[];
  /** what holds at a time; undefined: nothing was set by then */
  ratesAt(at: number): RateChangeRow | undefined;
  delegationAt(at: number): DelegationRow | undefined;
  declarationAt(at: number): DeclarationRow["declared"];
  /** GPUs that are ACTIVE at a time */
  activeCountAt(at: number): number;
}

/** The facts of some hours. */
export interface PricingSpan {
  pools: readonly PricedPool[];
  /** burns for use from 24 h before the first hour on */
  uses: readonly SettledUseRow[];
}

/**
 * What ticks and indices of the hours in `[from, to)` are made of, both whole hours; one statement a kind, however many
 * hours. Nothing that comes later than `to` changes any of it.
 */
export async function gatherPricing(snapshot: Snapshot, from: number, to: number): Promise<PricingSpan> {
  const pools = await readPricedPools(snapshot, to);
  const stays = await readActiveStays(snapshot, from, to);
  const hours = poolHours(stays, await readSoldSpans(snapshot, from, to), from, to);
  const staysOf = groupBy(stays, (row) => row.poolId);
  const ratesOf = groupBy(await readRateChanges(snapshot, from, to), (row) => row.poolId);
  const delegationsOf = groupBy(await readDelegations(snapshot, from, to), (row) => row.poolId);
  const declarationsOf = groupBy(await readDeclarations(snapshot, from, to), (row) => row.poolId);
  const before = new Map((await readSmoothed(snapshot, from)).map(({ poolId, ...row }) => [poolId, row]));
  const uses = await readSettledUse(snapshot, from - TRADED_SECONDS, to);
  return {
    uses,
    pools: pools.map((pool) => ({
      ...pool,
      before: before.get(pool.poolId) ?? null,
      hours: hours.get(pool.poolId) ?? [],
      ratesAt: (at) => lastBy(ratesOf.get(pool.poolId), at),
      delegationAt: (at) => delegationsOf.get(pool.poolId)?.find((row) => holds(row, at)),
      declarationAt: (at) => lastBy(declarationsOf.get(pool.poolId), at)?.declared ?? null,
      activeCountAt: (at) => (staysOf.get(pool.poolId) ?? []).filter((stay) => holds(stay, at)).length,
    })),
  };
}

function lastBy<Row extends { at: number }>(rows: readonly Row[] = [], at: number): Row | undefined {
  return rows.findLast((row) => row.at <= at);
}

function holds({ fromAt, toAt }: Pick<ActiveStayRow, "fromAt" | "toAt">, at: number): boolean {
  return fromAt <= at && at < toAt;
}
