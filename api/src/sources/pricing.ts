import type { Snapshot } from "./snapshot.ts";

/** What prices are made of, as the chain has it. Ids are decimal text, times seconds since 1970, rates DC base units. */

/** A pool that may be priced. */
export interface PricedPoolRow {
  poolId: string;
  operatorId: string;
  model: string;
  region: string;
  createdAt: number;
}

/** A span in which a GPU was an ACTIVE member of a pool; `toAt` is Infinity while it lasts. */
export interface ActiveStayRow {
  poolId: string;
  gpuId: string;
  fromAt: number;
  toAt: number;
}

/** A span in which a GPU was sold: a rental that no slot pays, or hours of a slot, used or not. */
export interface SoldSpanRow {
  gpuId: string;
  kind: "SPOT" | "ON_DEMAND" | "SLOT";
  fromAt: number;
  toAt: number;
}

/** Rates of a pool from a time on. */
export interface RateChangeRow {
  poolId: string;
  at: number;
  spotDcPerHour: bigint;
  onDemandDcPerHour: bigint;
  reservedDcPerHour: bigint;
}

/** Bounds of a pool's pricer while it may set rates; `toAt` is Infinity while it lasts. */
export interface DelegationRow {
  poolId: string;
  fromAt: number;
  toAt: number;
  spotFloor: bigint;
  spotCap: bigint;
  onDemandFloor: bigint;
  onDemandCap: bigint;
}

/** One burn for use. */
export interface SettledUseRow {
  poolId: string;
  at: number;
  amountDc: bigint;
  seconds: bigint;
}

/** Pools that were there by `at`, by id. */
export async function readPricedPools(snapshot: Snapshot, at: number): Promise<PricedPoolRow[]> {
  return snapshot.rows<PricedPoolRow>(
    "priced-pools",
    `select id as "poolId", operator as "operatorId", model, region, created_at::float8 as "createdAt" from chain.pool
     where created_at <= $1 order by length(id), id`,
    [at],
  );
}

/** Spans of ACTIVE membership that touch `[from, to]`, those of no length left out. */
export async function readActiveStays(snapshot: Snapshot, from: number, to: number): Promise<ActiveStayRow[]> {
  return snapshot.rows<ActiveStayRow>(
    "active-stays",
    `select m.pool as "poolId", m.gpu as "gpuId", greatest(m.from_at, s.from_at)::float8 as "fromAt",
            coalesce(least(m.to_at, s.to_at)::float8, 'Infinity') as "toAt"
     from chain.gpu_membership m
     join chain.gpu_status_period s on s.gpu = m.gpu and s.status = 'ACTIVE' and s.from_at <= $2
       and (s.to_at is null or s.to_at > $1)
     where m.from_at <= $2 and (m.to_at is null or m.to_at > $1)
       and (least(m.to_at, s.to_at) is null or greatest(m.from_at, s.from_at, $1) < least(m.to_at, s.to_at))`,
    [from, to],
  );
}

/**
 * Spans that touch `[from, to]` in which GPUs were sold. A rental lasts until somebody ended it, its funds ran out or its
 * term came; a slot's hours count from when they were bought, on each GPU that it was moved to, and up to when it was
 * given up. The spans of one GPU don't overlap.
 */
export async function readSoldSpans(snapshot: Snapshot, from: number, to: number): Promise<SoldSpanRow[]> {
  return snapshot.rows<SoldSpanRow>(
    "sold-spans",
    `with rentals as (
       select gpu, tier::text as kind, start_at as from_at, coalesce(end_at, least(paid_until, ends_by)) as to_at
       from chain.rental where tier <> 'RESERVED' and start_at <= $2 and (end_at is null or end_at >= $1)),
     slots as (
       select gpu, 'SLOT', greatest(start_hour::int8 * 3600, created_at),
              least(end_hour::int8 * 3600, case when is_gone then gone_at end)
       from chain.slot where merged_into is null and end_hour >= $1::int8 / 3600),
     moved as (
       select m.from_gpu, 'SLOT', greatest(coalesce(lag(m.from_hour) over (partition by m.slot order by m.block_number),
                s.first_hour)::int8 * 3600, s.created_at), m.from_hour::int8 * 3600
       from chain.slot_move m join chain.slot s on s.id = m.slot)
     select gpu as "gpuId", kind, from_at::float8 as "fromAt", to_at::float8 as "toAt"
     from (select * from rentals union all select * from slots union all select * from moved) spans
     where from_at < to_at and from_at <= $2 and to_at >= $1`,
    [from, to],
  );
}

/** For each pool the last change by `from`, and all up to `to`, by time. */
export async function readRateChanges(snapshot: Snapshot, from: number, to: number): Promise<RateChangeRow[]> {
  const rows = await snapshot.rows<{ poolId: string; at: number; spot: string; onDemand: string; reserved: string }>(
    "rate-changes",
    `select pool as "poolId", timestamp::float8 as at, spot_rate_dc_per_hour as spot,
            on_demand_rate_dc_per_hour as "onDemand", reserved_rate_dc_per_hour as reserved
     from (select *, lead(timestamp) over (partition by pool order by timestamp, block_number) as next
           from chain.rate_change where timestamp <= $2) changes
     where next is null or next > $1
     order by timestamp, block_number`,
    [from, to],
  );
  return rows.map(({ spot, onDemand, reserved, ...row }) => ({
    ...row,
    spotDcPerHour: BigInt(spot),
    onDemandDcPerHour: BigInt(onDemand),
    reservedDcPerHour: BigInt(reserved),
  }));
}

/** The delegations that held at some time in `[from, to]`. */
export async function readDelegations(snapshot: Snapshot, from: number, to: number): Promise<DelegationRow[]> {
  const rows = await snapshot.rows<Record<"spotFloor" | "spotCap" | "onDemandFloor" | "onDemandCap", string> & Span>(
    "delegations",
    `select p.pool as "poolId", p.from_at::float8 as "fromAt", coalesce(p.to_at::float8, 'Infinity') as "toAt",
            d.spot_floor_dc_per_hour as "spotFloor", d.spot_cap_dc_per_hour as "spotCap",
            d.on_demand_floor_dc_per_hour as "onDemandFloor", d.on_demand_cap_dc_per_hour as "onDemandCap"
     from chain.pricer_period p join chain.pricer_delegation d on d.id = p.delegation
     where p.from_at <= $2 and (p.to_at is null or p.to_at > $1)`,
    [from, to],
  );
  return rows.map((row) => ({
    ...row,
    spotFloor: BigInt(row.spotFloor),
    spotCap: BigInt(row.spotCap),
    onDemandFloor: BigInt(row.onDemandFloor),
    onDemandCap: BigInt(row.onDemandCap),
  }));
}

interface Span {
  poolId: string;
  fromAt: number;
  toAt: number;
}

/** Burns for use in `(from, to]`. */
export async function readSettledUse(snapshot: Snapshot, from: number, to: number): Promise<SettledUseRow[]> {
  const rows = await snapshot.rows<{ poolId: string; at: number; amount: string; seconds: bigint }>(
    "settled-use",
    `select pool as "poolId", timestamp::float8 as at, amount_dc as amount, (to_time - from_time)::int8 as seconds
     from chain.usage_settlement where timestamp > $1 and timestamp <= $2`,
    [from, to],
  );
  return rows.map(({ amount, ...row }) => ({ ...row, amountDc: BigInt(amount) }));
}

/** Pools whose rates an account may set by the index, by id. */
export async function readDelegatedPools(snapshot: Snapshot, pricer: string): Promise<string[]> {
  const rows = await snapshot.rows<{ id: string }>(
    "delegated-pools",
    "select id from chain.pool where pricer = decode(substr($1, 3), 'hex') order by length(id), id",
    [pricer],
  );
  return rows.map(({ id }) => id);
}
