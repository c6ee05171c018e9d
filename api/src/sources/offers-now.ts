import type { Snapshot } from "./snapshot.ts";

/** Which GPUs; null: any. Rates in DC base units per hour, times in seconds since 1970. */
export interface NowFilter {
  tier: "SPOT" | "ON_DEMAND" | "RESERVED";
  model: string | null;
  region: string | null;
  operatorId: string | null;
  poolId: string | null;
  maxRate: bigint | null;
  /** nothing that is known takes it away before this */
  freeUntil: number | null;
}

/** A GPU that can be had at a block's time. */
export interface NowRow {
  gpuId: string;
  poolId: string;
  operatorId: string;
  /** DC base units per hour */
  rate: bigint;
  /** when a booking or an exit takes it; null: none is known */
  freeUntil: bigint | null;
}

/** Where a page begins after. */
export interface NowPlace {
  rate: bigint;
  gpuId: string;
}

/** A text that is compared, so that the engine's index of its beginning can be used. */
const isText = (column: string, parameter: string): string =>
  `(${parameter}::text is null or (${column} = ${parameter} and left(${column}, 256) = left(${parameter}, 256)))`;

/** `Marketplace.MIN_DURATION`: what is booked or gone sooner can't be rented, seconds. */
const MIN_DURATION = 60;
const RATE: Record<NowFilter["tier"], string> = {
  SPOT: "spot_rate_dc_per_hour",
  ON_DEMAND: "on_demand_rate_dc_per_hour",
  RESERVED: "reserved_rate_dc_per_hour",
};

/**
 * GPUs that can be had, the cheapest first: ACTIVE, in a pool, not rented, not booked now, and for RESERVED not in the next
 * whole hour, nor about to leave. None while new use is stopped.
 */
export async function listOffersNow(
  snapshot: Snapshot,
  filter: NowFilter,
  page: { after: NowPlace | null; limit: number },
): Promise<NowRow[]> {
  const { tier, after, ...rest } = { ...filter, ...page };
  const rate = `p.${RATE[tier]}`;
  // a slot's first hour is the next whole one; a rental's is now
  const start = tier === "RESERVED" ? "ceil(h.block_timestamp / 3600.0) * 3600" : "h.block_timestamp";
  const least = tier === "RESERVED" ? 3_600 : MIN_DURATION;
  const rows = await snapshot.rows<Omit<NowRow, "rate"> & { rate: string }>(
    `offers-now-${tier}`,
    `select g.id as "gpuId", p.id as "poolId", p.operator as "operatorId", ${rate}::text as rate, n.next::int8 as "freeUntil"
     from chain.head h cross join chain.network w join chain.pool p on not w.is_intake_paused
     join chain.gpu g on g.pool = p.id and g.status = 'ACTIVE'
     left join chain.rental r on r.id = g.rental
     cross join lateral (select ${start}::numeric as at) s
     left join lateral (select min(b.start_hour::int8 * 3600) as at from chain.slot b
       where b.gpu = g.id and not b.is_gone and b.end_hour::int8 * 3600 > s.at) b on true
     cross join lateral (select least(b.at, g.exit_at) as next) n
     where ${isText("p.model", "$1")} and ${isText("p.region", "$2")}
       and ($3::text is null or p.operator = $3) and ($4::text is null or p.id = $4) and ($5::numeric is null or ${rate} <= $5)
       and not coalesce(r.end_at is null and least(r.paid_until, r.ends_by) > s.at, false)
       and coalesce(n.next >= s.at + ${least}, true) and ($6::numeric is null or coalesce(n.next >= $6, true))
       and ($7::numeric is null or (${rate}, length(g.id), g.id) > ($7, length($8::text), $8::text))
     order by ${rate}, length(g.id), g.id limit $9`,
    [
      ...[rest.model, rest.region, rest.operatorId, rest.poolId, rest.maxRate, rest.freeUntil],
      ...[after?.rate ?? null, after?.gpuId ?? null, rest.limit],
    ],
  );
  return rows.map((row) => ({ ...row, rate: BigInt(row.rate) }));
}
