import { usdTowardZero } from "../domain/cashflow/line.ts";
import { measured, unknown, type Measure } from "../domain/measure.ts";
import { tokenOf } from "../facts/statement-prices.ts";
import {
  readAsks,
  readCosts,
  readHoldings,
  readLastPrices,
  type HoldingRow,
  type PriceRow,
} from "../sources/cashflow-holding.ts";
import type { StatementBasis } from "./basis.ts";

/** What a scope holds, and what that cost and is asked. Dollars with 6 decimals. */
export interface Holding {
  /** seconds since 1970; null: nothing is held */
  heldSince: number | null;
  costUsd: Measure<bigint>;
  lastPriceUsd: Measure<bigint>;
  floorPriceUsd: Measure<bigint>;
  askUsd: Measure<bigint>;
}

/** What one thing was paid in dollars, of its time. */
export function usdOf(row: PriceRow): Measure<bigint> {
  const { token, tokenPrice } = tokenOf(row);
  return usdTowardZero(row.price, token, tokenPrice);
}

/** The lowest of several asks; those without a price can't be compared. */
export function floorOf(asks: readonly PriceRow[]): Measure<bigint> {
  if (asks.length === 0) return unknown("NO_LISTING");
  const known = asks.flatMap((ask) => usdOf(ask).value ?? []);
  if (known.length === 0) return unknown("PRICE_UNKNOWN");
  return measured(known.reduce((least, one) => (one < least ? one : least)));
}

/** Reads what a scope holds. An operator holds nothing: it runs what others hold. */
export async function readHolding({ snapshot, scope, parts }: StatementBasis): Promise<Holding> {
  const rows = await readHoldings(snapshot, parts.holding);
  const ids = rows.map(({ gpuId }) => gpuId);
  const models = new Set(rows.map(({ model }) => model));
  const [model] = models;
  const floorPriceUsd =
    model === undefined
      ? unknown<bigint>("NOTHING_HELD")
      : models.size > 1
        ? unknown<bigint>("SEVERAL_MODELS")
        : floorOf(await readAsks(snapshot, { model }));
  if (scope.kind === "OPERATOR") {
    const none = unknown<bigint>("NO_CAPITAL");
    const ask = unknown<bigint>("NO_LISTING");
    return { heldSince: parts.operatesSince, costUsd: none, lastPriceUsd: none, floorPriceUsd, askUsd: ask };
  }
  return {
    heldSince: rows.length === 0 ? null : Math.min(...rows.map(({ heldSince }) => heldSince)),
    costUsd: sumOf(rows, await readCosts(snapshot, ids), "COST_UNKNOWN"),
    lastPriceUsd: sumOf(rows, await readLastPrices(snapshot, ids), "NEVER_SOLD"),
    floorPriceUsd,
    askUsd: scope.kind === "GPU" ? floorOf(await readAsks(snapshot, { gpuIds: ids })) : unknown("NO_LISTING"),
  };
}

/** Of all that is held; unknown as soon as one of it is. */
function sumOf(rows: readonly HoldingRow[], prices: readonly PriceRow[], reason: string): Measure<bigint> {
  if (rows.length === 0) return unknown("NOTHING_HELD");
  const byGpu = new Map(prices.map((price) => [price.gpuId, price]));
  let sum = 0n;
  for (const { gpuId } of rows) {
    const price = byGpu.get(gpuId);
    if (!price) return unknown(reason);
    const usd = usdOf(price);
    if (usd.value === null) return usd;
    sum += usd.value;
  }
  return measured(sum);
}
