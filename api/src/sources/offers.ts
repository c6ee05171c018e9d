import type { Snapshot } from "./snapshot.ts";

/** What a GPU is asked about: the tier, from when on, and when that is asked. Seconds since 1970. */
export interface OfferRequest {
  model: string;
  tier: "SPOT" | "ON_DEMAND" | "RESERVED";
  startAt: number;
  now: number;
}

/** A GPU of the model in a pool. Rates in DC base units per hour. */
export interface OfferRow {
  gpuId: string;
  poolId: string;
  operatorId: string;
  operatorName: string;
  model: string;
  region: string;
  spotDcPerHour: bigint;
  onDemandDcPerHour: bigint;
  reservedDcPerHour: bigint;
  discountMinHours: number[];
  discountBps: number[];
  /** whether it is ACTIVE, and nothing that is known holds it at the start */
  isFree: boolean;
  /** start of the first slot after that, or when its owner takes it away, whichever comes first; null: neither is known */
  nextBookingAt: number | null;
}

/** A spot rental has so much notice, seconds: `Marketplace.SPOT_NOTICE`. */
const SPOT_NOTICE = 120;
/** What is booked or gone sooner than this after the start can't be rented, seconds: `Marketplace.MIN_DURATION`. */
const MIN_DURATION = 60;

/**
 * All GPUs of a model that are in a pool, by what is known of the time from the start on. A running rental holds its GPU
 * to the end of its funds; a spot one gives way to a reservation, with notice.
 */
export async function readOffers(snapshot: Snapshot, { model, tier, startAt, now }: OfferRequest): Promise<OfferRow[]> {
  const rows = await snapshot.rows<
    Omit<OfferRow, "spotDcPerHour" | "onDemandDcPerHour" | "reservedDcPerHour"> &
      Record<"spot" | "onDemand" | "reserved", string>
  >(
    "offers",
    `with booked as (
       select gpu, bool_or(start_hour::int8 * 3600 <= $2) as is_booked,
              min(start_hour::int8 * 3600) filter (where start_hour::int8 * 3600 > $2) as next
       from chain.slot where not is_gone and end_hour::int8 * 3600 > $2 group by gpu),
     seen as (
       select g.id, g.pool, g.status, least(b.next, g.exit_at) as next,
              coalesce(b.is_booked, false) or coalesce(r.end_at is null and least(r.paid_until, r.ends_by) > $2
                and not (r.tier = 'SPOT' and $3 = 'RESERVED' and $2 >= $4 + ${SPOT_NOTICE}), false) as is_held
       from chain.gpu g left join chain.rental r on r.id = g.rental left join booked b on b.gpu = g.id
       where g.pool is not null and g.status <> 'RETIRED')
     select s.id as "gpuId", p.id as "poolId", p.operator as "operatorId", o.name as "operatorName", p.model, p.region,
            p.spot_rate_dc_per_hour as spot, p.on_demand_rate_dc_per_hour as "onDemand",
            p.reserved_rate_dc_per_hour as reserved, p.discount_min_hours as "discountMinHours",
            p.discount_bps as "discountBps", s.next::float8 as "nextBookingAt",
            s.status = 'ACTIVE' and not s.is_held and coalesce(s.next >= $2 + ${MIN_DURATION}, true) as "isFree"
     from seen s join chain.pool p on p.id = s.pool and p.model = $1 join chain.operator o on o.id = p.operator
     order by length(s.id), s.id`,
    [model, startAt, tier, now],
  );
  return rows.map(({ spot, onDemand, reserved, ...row }) => ({
    ...row,
    spotDcPerHour: BigInt(spot),
    onDemandDcPerHour: BigInt(onDemand),
    reservedDcPerHour: BigInt(reserved),
  }));
}

/** What use costs in BCT, and whether it can be bought at all. */
export interface MarketStateRow {
  /** USD per BCT, 8 decimals; null before the first price */
  price: bigint | null;
  /** new rentals and slots are stopped */
  isIntakePaused: boolean;
}

/** Nothing before the network's first event. */
export async function readMarketState(snapshot: Snapshot): Promise<MarketStateRow | undefined> {
  const [row] = await snapshot.rows<{ price: string; isIntakePaused: boolean }>(
    "market-state",
    `select price, is_intake_paused as "isIntakePaused" from chain.network`,
  );
  return row && { price: BigInt(row.price) > 0n ? BigInt(row.price) : null, isIntakePaused: row.isIntakePaused };
}

/** Whether any pool has ever had this model; to tell a typing error from one that is sold out. */
export async function listModels(snapshot: Snapshot): Promise<string[]> {
  const rows = await snapshot.rows<{ model: string }>("models", "select distinct model from chain.pool order by model");
  return rows.map(({ model }) => model);
}

/** A pool's discounts, ascending; none for a pool that isn't there. */
export async function readDiscounts(snapshot: Snapshot, poolId: string): Promise<{ minHours: number; bps: number }[]> {
  return snapshot.rows<{ minHours: number; bps: number }>(
    "discounts",
    `select step.hours as "minHours", step.bps from chain.pool p,
            unnest(p.discount_min_hours, p.discount_bps) with ordinality step(hours, bps, place)
     where p.id = $1 order by step.place`,
    [poolId],
  );
}
