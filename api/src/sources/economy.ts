import type { Snapshot } from "./snapshot.ts";

/** The network's money. Base units; USD per BCT with 8 decimals. */
export interface EconomyRow {
  slotCount: number;
  saleCount: number;
  supplyBct: bigint;
  mintedBct: bigint;
  destroyedBct: bigint;
  rewardedBct: bigint;
  claimedBct: bigint;
  kappaBps: bigint;
  mintCapacityDc: bigint;
  mintWindowSeconds: bigint;
  isMintingPaused: boolean;
  isIntakePaused: boolean;
}

/** What happened in one UTC day; a day without anything is no row. Base units. */
export interface EconomyDayRow {
  day: Date;
  burnedDc: bigint;
  bctEquivalent: bigint;
  settlementCount: bigint;
  mintedDc: bigint;
  mintedBct: bigint;
  destroyedBct: bigint;
  claimedBct: bigint;
  /** at its end; null: nothing came to be or was destroyed in it */
  supplyBct: bigint | null;
}

/** Prices of BCT in one bucket, USD with 8 decimals. */
export interface CandleRow {
  at: Date;
  open: bigint;
  high: bigint;
  low: bigint;
  close: bigint;
  priceCount: bigint;
}

const ECONOMY = [
  "supplyBct",
  "mintedBct",
  "destroyedBct",
  "rewardedBct",
  "claimedBct",
  "kappaBps",
  "mintCapacityDc",
] as const;

/** The network's money; nothing before its first event. */
export async function readEconomy(snapshot: Snapshot): Promise<EconomyRow | undefined> {
  const [row] = await snapshot.rows<Record<string, never>>(
    "economy",
    `select slot_count as "slotCount", sale_count as "saleCount", supply_bct as "supplyBct", minted_bct as "mintedBct",
       destroyed_bct as "destroyedBct", rewarded_bct as "rewardedBct", claimed_bct as "claimedBct", kappa_bps as "kappaBps",
       mint_capacity_dc as "mintCapacityDc", mint_window::int8 as "mintWindowSeconds",
       is_minting_paused as "isMintingPaused", is_intake_paused as "isIntakePaused" from chain.network`,
  );
  return row && bigints<EconomyRow>(row, ECONOMY);
}

const DAY_AMOUNTS = [
  "burnedDc",
  "bctEquivalent",
  "mintedDc",
  "mintedBct",
  "destroyedBct",
  "claimedBct",
  "supplyBct",
] as const;

/**
 * Days in `[from, to)` by day. The subgraph rolls a day up once it is over: the days since are summed from the points, each
 * event once.
 */
export async function readEconomyDays(snapshot: Snapshot, from: Date, to: Date): Promise<EconomyDayRow[]> {
  const rows = await snapshot.rows<Record<string, never>>(
    "economy-days",
    `with used as (
       select timestamp as day, burned_dc, bct_equivalent, settlement_count::int8 as n from chain.network_usage_day
       where timestamp >= $1 and timestamp < $2
       union all
       select date_trunc('day', timestamp, 'UTC'), sum(amount_dc), sum(bct_equivalent), count(*) from chain.usage_point,
         (select coalesce(max(timestamp) + interval '1 day', '-infinity') as through from chain.network_usage_day) rolled
       where timestamp >= greatest($1, rolled.through) and timestamp < $2 group by 1),
     moved as (
       select timestamp as day, minted_dc, minted_bct, destroyed_bct, claimed_bct, supply_bct from chain.economy_day
       where timestamp >= $1 and timestamp < $2
       union all
       select date_trunc('day', timestamp, 'UTC'), sum(minted_dc), sum(minted_bct), sum(destroyed_bct), sum(claimed_bct),
         (array_agg(supply_bct order by id desc))[1] from chain.economy_point,
         (select coalesce(max(timestamp) + interval '1 day', '-infinity') as through from chain.economy_day) rolled
       where timestamp >= greatest($1, rolled.through) and timestamp < $2 group by 1)
     select day, coalesce(burned_dc, 0)::text as "burnedDc", coalesce(bct_equivalent, 0)::text as "bctEquivalent",
       coalesce(n, 0)::int8 as "settlementCount", coalesce(minted_dc, 0)::text as "mintedDc",
       coalesce(minted_bct, 0)::text as "mintedBct", coalesce(destroyed_bct, 0)::text as "destroyedBct",
       coalesce(claimed_bct, 0)::text as "claimedBct", supply_bct::text as "supplyBct"
     from used full join moved using (day) order by day`,
    [from, to],
  );
  return rows.map((row) => bigints<EconomyDayRow>(row, DAY_AMOUNTS));
}

/** The supply at the end of the last day before this that changed it; null: nothing had. */
export async function readSupplyBefore(snapshot: Snapshot, before: Date): Promise<bigint | null> {
  const [row] = await snapshot.rows<{ supply: string }>(
    "supply-before",
    "select supply_bct::text as supply from chain.economy_point where timestamp < $1 order by timestamp desc, id desc limit 1",
    [before],
  );
  return row ? BigInt(row.supply) : null;
}

/** Candles of the price of BCT in `[from, to)`, those of buckets with a price, by time. */
export async function readCandles(
  snapshot: Snapshot,
  every: "hour" | "day",
  from: Date,
  to: Date,
): Promise<CandleRow[]> {
  const view = `chain.price_candle_${every}`;
  const rows = await snapshot.rows<Record<string, never>>(
    `candles-${every}`,
    `select timestamp as at, open::text, high::text, low::text, close::text, price_count as "priceCount" from ${view}
     where timestamp >= $1 and timestamp < $2
     union all
     select date_trunc('${every}', timestamp, 'UTC'), (array_agg(price order by id))[1]::text, max(price)::text,
       min(price)::text, (array_agg(price order by id desc))[1]::text, count(*) from chain.price_tick,
       (select coalesce(max(timestamp) + interval '1 ${every}', '-infinity') as through from ${view}) rolled
     where timestamp >= greatest($1, rolled.through) and timestamp < $2 group by 1
     order by 1`,
    [from, to],
  );
  return rows.map((row) => bigints<CandleRow>(row, ["open", "high", "low", "close"]));
}

/** Numeric text as bigint, null as it is. */
function bigints<Row>(row: Record<string, string | null>, keys: readonly string[]): Row {
  for (const key of keys) {
    const value = row[key] ?? null;
    (row as Record<string, unknown>)[key] = value === null ? null : BigInt(value);
  }
  return row as Row;
}
