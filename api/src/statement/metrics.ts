import type { UseFact } from "../domain/cashflow/facts.ts";
import { metricsOf, type DiscountRate, type Metrics } from "../domain/cashflow/metrics.ts";
import type { Residual } from "../domain/cashflow/npv.ts";
import { STATEMENT_MAX_DAYS } from "../domain/cashflow/statement.ts";
import { measured, unknown, type Measure } from "../domain/measure.ts";
import { DAY_SECONDS } from "../domain/window.ts";
import { countKeptUse, readPayers, readUse } from "../sources/cashflow-use.ts";
import type { RewardSumFact } from "../facts/statement-lines.ts";
import { epochsWithin, knownThrough, type StatementBasis } from "./basis.ts";
import { readHolding } from "./holding.ts";
import { sumWindow } from "./totals.ts";

/** What nobody can know and somebody must say: each dated and sourced; null: nobody says. */
export interface Assumptions {
  discountRate: DiscountRate | null;
  residual: Residual | null;
}

/**
 * Every metric of a statement.
 *
 * @throws BaseError `BAD_RATE`, `BAD_RESIDUAL`
 */
export async function readMetrics(
  basis: StatementBasis,
  sums: readonly RewardSumFact[],
  assumptions: Assumptions,
): Promise<Metrics> {
  const { at, window } = basis;
  const always = { fromAt: at + 1 - STATEMENT_MAX_DAYS * DAY_SECONDS, toAt: at + 1 };
  const { statement } = await sumWindow(basis, sums, window);
  const whole = (await sumWindow(basis, sums, always)).statement;
  const holding = await readHolding(basis);
  return metricsOf({
    statement,
    whole,
    knownThrough: knownThrough(basis),
    ...(await readUsed(basis)),
    ...holding,
    ...assumptions,
  });
}

/** How the scope's GPUs were used in the window's epochs, and who paid for it. */
async function readUsed(
  basis: StatementBasis,
): Promise<{ use: Measure<UseFact[]>; burnedDcByPayer: Measure<bigint[]> }> {
  const { snapshot, parts } = basis;
  const range = epochsWithin(basis, basis.window);
  if (!range) return { use: unknown("NO_FINAL_EPOCH"), burnedDcByPayer: unknown("NO_FINAL_EPOCH") };
  const kept = await countKeptUse(snapshot, range);
  // one number out of only some of the days would pass for that of all
  if (kept < range.to - range.from + 1)
    return { use: unknown("USE_NOT_KEPT"), burnedDcByPayer: unknown("USE_NOT_KEPT") };
  const use = await readUse(snapshot, parts.reward, range);
  const payers = await readPayers(snapshot, parts.reward, range);
  return { use: measured([{ gpuId: "", day: 0, ...use }]), burnedDcByPayer: measured(payers) };
}
