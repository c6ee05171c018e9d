import type { SplitArbitrage } from "#api/src/domain/pricing/arbitrage.ts";
import type { PoolRow } from "#api/src/sources/chain.ts";
import type { AdviceRow, HazardRow, TickRow } from "#api/src/sources/market.ts";
import { DC_DECIMALS, formatUnits } from "#kernel/units.ts";
import { alignTable } from "./tables.ts";

/** A pool as `bc pricing` shows it. */
export interface PricedPool {
  pool: PoolRow;
  operatorName: string;
  /** undefined: before the first full hour, or `bc jobs` hasn't run */
  tick: TickRow | undefined;
  hazard: HazardRow | undefined;
  arbitrage: readonly SplitArbitrage[];
}

const dc = (amount: bigint | null): string => (amount === null ? "-" : formatUnits(amount, DC_DECIMALS));
const percent = (part: number | null): string => (part === null ? "-" : `${(100 * part).toFixed(1)} %`);
const time = (seconds: number): string => new Date(seconds * 1_000).toISOString().replace(/:00\.000Z$/, "Z");

const REASONS: Readonly<Record<string, string>> = {
  NO_OCCUPANCY: "it had no ACTIVE GPU yet",
  OCCUPANCY_STALE: "it had no ACTIVE GPU for a day",
  SPOT_BELOW_COST: "0.9 of on-demand is less than an hour costs",
  FLOOR_ABOVE_CAP: "the lowest rate allowed is above the highest: look at declaration and delegation",
};

/** What `bc pricing` prints: a row a pool and tier, with why, and below it what longer slots beat. */
export function pricingTable(pools: readonly PricedPool[]): string {
  if (pools.length === 0) return "no pools";
  const head = ["pool", "operator", "model", "region", "occupied", "tier", "asks", "advice", "change", "why"];
  const rows = pools.flatMap((one) => rowsOf(one));
  const newest = Math.max(0, ...pools.map(({ tick }) => tick?.at ?? 0));
  const notes = [
    ...(newest === 0
      ? ["no hour was looked at yet: `bc jobs` does it"]
      : [`advice of ${time(newest)}; DC per GPU and hour`]),
    ...pools.flatMap(({ pool, arbitrage }) => (arbitrage.length === 0 ? [] : [arbitrageNote(pool.id, arbitrage)])),
  ];
  return `${alignTable([head, ...rows], new Set([0, 4, 6, 7, 8]))}\n\n${notes.join("\n")}`;
}

function rowsOf({ pool, operatorName, tick }: PricedPool): string[][] {
  const name = [pool.id, operatorName, pool.model, pool.region];
  if (!tick) return [[...name, "-", "-", "-", "-", "-", "no full hour was looked at yet"]];
  const rates = { SPOT: tick.spotRate, ON_DEMAND: tick.onDemandRate, RESERVED: tick.reservedRate };
  return tick.advice.map((advice, place) => [
    ...(place === 0 ? [...name, percent(tick.occupancy)] : ["", "", "", "", ""]),
    advice.tier,
    dc(rates[advice.tier]),
    dc(advice.rate),
    changeOf(rates[advice.tier], advice.rate),
    whyOf(tick, advice),
  ]);
}

function changeOf(present: bigint, next: bigint | null): string {
  if (next === null) return "-";
  const change = (100 * Number(next - present)) / Number(present);
  return `${change > 0 ? "+" : ""}${change.toFixed(2)} %`;
}

function whyOf(tick: TickRow, { tier, reason, boundBy }: AdviceRow): string {
  if (reason !== null) return REASONS[reason] ?? reason;
  if (boundBy === "STEP") return "by 3 % an hour to the on-demand advice: the discounts are for terms";
  if (tier === "RESERVED") return "as on-demand: the discounts are for terms";
  const costs = tick.costFloor === null ? "" : `, an hour costs ${dc(tick.costFloor)}`;
  if (boundBy === "ON_DEMAND") return "held at 0.9 of the on-demand advice";
  if (boundBy === "FLOOR") return `held at the lowest allowed${costs}`;
  if (boundBy === "CAP") return "held at the highest allowed";
  const side = (tick.occupancy ?? 0) < tick.target ? "below" : "above";
  return `occupied ${side} ${percent(tick.target)}${tick.costFloor === null ? "; costs not declared" : costs}`;
}

function arbitrageNote(poolId: string, found: readonly SplitArbitrage[]): string {
  const terms = found.map(({ fromHours, toHours, boughtHours, savedDc }) => {
    const hours = fromHours === toHours ? `${toHours}` : `${fromHours} to ${toHours}`;
    return `${hours} h in a slot of ${boughtHours} (up to ${dc(savedDc)} DC less)`;
  });
  return `pool ${poolId}, cheaper split off a longer slot: ${terms.join(", ")}`;
}

/** The same as JSON: amounts in base units as decimal strings, times in ISO 8601. */
export function pricingJson(pools: readonly PricedPool[]): string {
  const shown = pools.map(({ pool, tick, ...one }) => ({
    ...{ poolId: pool.id, operatorId: pool.operatorId, model: pool.model, region: pool.region },
    ...one,
    tick: tick && { ...tick, at: new Date(tick.at * 1_000).toISOString() },
  }));
  return JSON.stringify(shown, (_, value: unknown) => (typeof value === "bigint" ? String(value) : value));
}
