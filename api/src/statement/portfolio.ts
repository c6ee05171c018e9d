import { TRAILING_DAYS } from "../domain/cashflow/income.ts";
import { BCT } from "../domain/cashflow/facts.ts";
import { usdTowardZero } from "../domain/cashflow/line.ts";
import { valuationOf, type Valuation } from "../domain/cashflow/metrics.ts";
import { measured, unknown, type Measure } from "../domain/measure.ts";
import { DAY_SECONDS } from "../domain/window.ts";
import {
  readAsks,
  readCosts,
  readHoldings,
  readLastPrices,
  type HoldingRow,
  type PriceRow,
} from "../sources/cashflow-holding.ts";
import { readGpuIncome, type GpuIncomeRow } from "../sources/cashflow-rewards.ts";
import { epochsWithin, isMissingWithin, knownThrough, type StatementBasis } from "./basis.ts";
import { floorOf, usdOf } from "./holding.ts";
import type { Assumptions } from "./metrics.ts";

/** A GPU that a wallet holds. Dollars with 6 decimals; times in seconds since 1970. */
export interface PortfolioGpu extends HoldingRow, Valuation {
  id: string;
  costUsd: Measure<bigint>;
  lastPriceUsd: Measure<bigint>;
  floorPriceUsd: Measure<bigint>;
  askUsd: Measure<bigint>;
  /** its rewards of the last 30 days */
  trailingIncomeUsd: Measure<bigint>;
}

/** A page of a wallet's GPUs by id, with what each cost, earns and would be worth. */
export async function readPortfolio(
  basis: StatementBasis,
  assumptions: Assumptions,
  page: { after: string | null; limit: number },
): Promise<PortfolioGpu[]> {
  return valuationsOf(basis, assumptions, await readHoldings(basis.snapshot, basis.parts.holding, page));
}

/** What GPUs cost, earn and would be worth to who holds them, in their order; whoever that is. */
export async function valuationsOf(
  basis: StatementBasis,
  assumptions: Assumptions,
  rows: readonly HoldingRow[],
): Promise<PortfolioGpu[]> {
  const { snapshot, at } = basis;
  const gpuIds = rows.map(({ gpuId }) => gpuId);
  const [costs, lasts, asks] = [
    await readCosts(snapshot, gpuIds),
    await readLastPrices(snapshot, gpuIds),
    await readAsks(snapshot, { gpuIds }),
  ];
  const floors = new Map<string, Measure<bigint>>();
  for (const model of new Set(rows.map((row) => row.model)))
    floors.set(model, floorOf(await readAsks(snapshot, { model })));
  const [known, incomeOf] = [knownThrough(basis), await readTrailing(basis, gpuIds)];
  return rows.map((row) => {
    const trailing =
      row.heldSince > known - TRAILING_DAYS * DAY_SECONDS ? unknown<bigint>("LESS_THAN_30_DAYS") : incomeOf(row);
    const askUsd = floorOf(asks.filter(({ gpuId }) => gpuId === row.gpuId));
    return {
      ...row,
      id: row.gpuId,
      costUsd: priceOf(costs, row, "COST_UNKNOWN"),
      lastPriceUsd: priceOf(lasts, row, "NEVER_SOLD"),
      floorPriceUsd: floors.get(row.model) ?? unknown("NO_LISTING"),
      askUsd,
      trailingIncomeUsd: trailing,
      ...valuationOf({ trailing, ...assumptions, askUsd, asOf: at }),
    };
  });
}

function priceOf(prices: readonly PriceRow[], { gpuId }: HoldingRow, reason: string): Measure<bigint> {
  const price = prices.find((one) => one.gpuId === gpuId);
  return price ? usdOf(price) : unknown(reason);
}

/** What each GPU earned for its present holder in the last 30 days. */
async function readTrailing(
  basis: StatementBasis,
  gpuIds: readonly string[],
): Promise<(row: HoldingRow) => Measure<bigint>> {
  const toAt = knownThrough(basis);
  const window = { fromAt: toAt - TRAILING_DAYS * DAY_SECONDS, toAt };
  const range = epochsWithin(basis, window);
  const rows = range ? await readGpuIncome(basis.snapshot, gpuIds, range) : [];
  const byHolder = new Map<string, GpuIncomeRow[]>();
  for (const row of rows)
    byHolder.set(`${row.gpuId}/${row.account}`, [...(byHolder.get(`${row.gpuId}/${row.account}`) ?? []), row]);
  // what a missing epoch paid isn't known, and a sum of the others would pass for that of all 30 days
  const isMissing = isMissingWithin(basis, window);
  return ({ gpuId, owner }) => {
    if (isMissing) return unknown("MISSING_EPOCHS");
    let sum = 0n;
    for (const { epoch, amount } of byHolder.get(`${gpuId}/${owner}`) ?? []) {
      const usd = usdTowardZero(amount, BCT, basis.epochs.get(epoch)?.price ?? null);
      if (usd.value === null) return usd;
      sum += usd.value;
    }
    return measured(sum);
  };
}
