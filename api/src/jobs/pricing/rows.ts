import { SENSITIVITY, TARGET_OCCUPANCY, type RateAdvice } from "../../domain/pricing/advice.ts";
import type { HeadRow } from "../../sources/head.ts";
import type { PoolClient } from "#kernel/pg.ts";
import type { IndexPoint } from "./indices.ts";
import type { MadeTick } from "./ticks.ts";

type Cell = string | number | bigint | null;
type Row = Record<string, Cell>;

/**
 * Writes what some hours came to. Rows that are there and the same are left alone; those of pools that the chain no longer
 * has in `(from, to]` go.
 *
 * @returns how many ticks were written or changed
 */
export async function writeHours(
  client: PoolClient,
  { from, to, ticks, indices, block }: Hours,
): Promise<{ changed: number }> {
  const poolIds = [...new Set(ticks.map(({ poolId }) => poolId))];
  await client.query(
    "delete from market.tick where at > to_timestamp($1) and at <= to_timestamp($2) and not (pool = any($3::int8[]))",
    [from, to, poolIds],
  );
  const changed = await upsert(
    client,
    "tick",
    ["pool", "at"],
    ticks.map((made) => tickRow(made, block)),
  );
  const advice = ticks.flatMap(({ poolId, tick }) => tick.advice.map((one) => adviceRow(poolId, tick.asOf, one)));
  await upsert(client, "advice", ["pool", "at", "tier"], advice);
  await upsert(client, "price_index", ["model", "region", "kind", "at"], indices.map(indexRow));
  return { changed };
}

/** What hours in `[from, to)` came to. */
export interface Hours {
  from: number;
  to: number;
  ticks: readonly MadeTick[];
  indices: readonly IndexPoint[];
  block: Pick<HeadRow, "number" | "hash">;
}

/** Columns that say on what a row was made: another block alone doesn't change a row. */
const STANDING = new Set(["as_of_block", "as_of_hash"]);

async function upsert(client: PoolClient, table: string, keys: string[], rows: readonly Row[]): Promise<number> {
  const [first] = rows;
  if (!first) return 0;
  const columns = Object.keys(first);
  const told = columns.filter((column) => !keys.includes(column));
  const compared = told.filter((column) => !STANDING.has(column));
  const list = (names: readonly string[], prefix = ""): string => names.map((name) => `${prefix}${name}`).join(", ");
  const { rowCount } = await client.query(
    `insert into market.${table} as present (${list(columns)})
     select ${list(columns)} from json_populate_recordset(null::market.${table}, $1::json)
     on conflict (${list(keys)}) do update set ${told.map((name) => `${name} = excluded.${name}`).join(", ")}
     where (${list(compared, "present.")}) is distinct from (${list(compared, "excluded.")})`,
    [JSON.stringify(rows, (_, value: Cell) => (typeof value === "bigint" ? String(value) : value))],
  );
  return rowCount ?? 0;
}

const iso = (seconds: number): string => new Date(seconds * 1_000).toISOString();

function tickRow({ poolId, hour, inputs, tick }: MadeTick, block: Hours["block"]): Row {
  const { before, rates, declaration, delegation } = inputs;
  const { occupancy, bounds } = tick.inputs;
  return {
    pool: poolId,
    at: iso(tick.asOf),
    methodology_version: tick.methodologyVersion,
    rented_seconds: hour.rentedSeconds,
    available_seconds: hour.availableSeconds,
    exposed_seconds: Math.max(0, hour.exposedSeconds),
    taken_count: hour.takenCount,
    smoothed_before: before?.smoothed ?? null,
    smoothed_before_at: before && iso(before.hourAt),
    smoothed: tick.after?.smoothed ?? null,
    smoothed_at: tick.after && iso(tick.after.hourAt),
    ...{ occupancy: occupancy.value, occupancy_reason: occupancy.reason },
    ...{ sensitivity: SENSITIVITY, target: TARGET_OCCUPANCY },
    ...{ spot_rate: rates.spotDcPerHour, on_demand_rate: rates.onDemandDcPerHour },
    reserved_rate: rates.reservedDcPerHour,
    power_watts: declaration?.powerWatts ?? null,
    dc_per_kilowatt_hour: declaration?.dcPerKilowattHour ?? null,
    opex_dc_per_hour: declaration?.opexDcPerHour ?? null,
    declared_cap: declaration?.capDcPerHour ?? null,
    ...{ cost_floor: tick.costFloor.value, cost_floor_reason: tick.costFloor.reason },
    delegated_spot_floor: delegation?.spot.floorDcPerHour ?? null,
    delegated_spot_cap: delegation?.spot.capDcPerHour ?? null,
    delegated_on_demand_floor: delegation?.onDemand.floorDcPerHour ?? null,
    delegated_on_demand_cap: delegation?.onDemand.capDcPerHour ?? null,
    ...{ spot_floor: bounds.spot.floorDcPerHour, spot_cap: bounds.spot.capDcPerHour },
    ...{ on_demand_floor: bounds.onDemand.floorDcPerHour, on_demand_cap: bounds.onDemand.capDcPerHour },
    ...{ as_of_block: block.number, as_of_hash: `\\x${block.hash.slice(2)}` },
  };
}

function adviceRow(poolId: string, at: number, one: RateAdvice): Row {
  const { tier, rateDcPerHour, reason, steppedDcPerHour, boundBy } = one;
  return {
    ...{ pool: poolId, at: iso(at), tier, rate: rateDcPerHour, reason },
    ...{ stepped: steppedDcPerHour, bound_by: boundBy },
  };
}

function indexRow({ at, keptDcPerHour, ...point }: IndexPoint): Row {
  return {
    ...{ model: point.model, region: point.region, kind: point.kind, at: iso(at) },
    ...{ methodology_version: point.methodologyVersion, dc_per_hour: point.dcPerHour, reason: point.reason },
    ...{ count: point.count, volume: point.volume, trimmed_seconds: point.trimmedSeconds },
    ...{ kept_low: keptDcPerHour?.low ?? null, kept_high: keptDcPerHour?.high ?? null },
  };
}
