import { formatUnits, PRICE_DECIMALS } from "#kernel/units.ts";
import type { StatementLine } from "../domain/cashflow/line.ts";
import type { Metrics } from "../domain/cashflow/metrics.ts";
import type { Measure } from "../domain/measure.ts";
import type { Scope } from "../domain/cashflow/statement.ts";
import type { StatementBasis } from "../statement/basis.ts";
import type { PortfolioGpu } from "../statement/portfolio.ts";
import type { StatementTotal } from "../statement/totals.ts";

const USD_DECIMALS = 6;
const USD_SCALE = 10n ** BigInt(PRICE_DECIMALS - USD_DECIMALS);

/** Dollars with 6 decimals as the scalar `Usd` takes them. */
const usd = ({ value, reason }: Measure<bigint>) => ({ value: value === null ? null : value * USD_SCALE, reason });
const time = ({ value, reason }: Measure) => ({ value: value === null ? null : new Date(value * 1_000), reason });
const seconds = (at: number): bigint => BigInt(at);

/** The id of a scope. */
export function scopeIdOf(scope: Scope): string {
  switch (scope.kind) {
    case "WALLET":
      return scope.account;
    case "GPU":
      return scope.gpuId;
    case "POOL":
      return scope.poolId;
    case "OPERATOR":
      return scope.operatorId;
  }
}

/** A statement as the graph shows it, beside what takes another read. */
export function shownStatement({ scope, window, asOf, missing }: StatementBasis, methodologyVersion: number) {
  const span = { from: seconds(window.fromAt), to: seconds(window.toAt) };
  return { kind: scope.kind, scopeId: scopeIdOf(scope), ...span, methodologyVersion, asOf, missingEpochs: missing };
}

/** A line as the graph shows it. */
export function shownLine(line: StatementLine) {
  const { at, amount, token, amountUsd } = line;
  return { ...line, at: seconds(at), amount: formatUnits(amount, token.decimals), amountUsd: usd(amountUsd) };
}

/** A total as the graph shows it. */
export function shownTotal(total: StatementTotal) {
  const { amount, token, amountUsd } = total;
  return { ...total, amount: formatUnits(amount, token.decimals), amountUsd: usd(amountUsd) };
}

/** Metrics as the graph shows them. */
export function shownMetrics({ realised, projected, floorPriceUsd, discountRate, methodologyVersion }: Metrics) {
  const { residual } = projected;
  return {
    methodologyVersion,
    discountRate: discountRate && { ...discountRate, at: seconds(discountRate.at) },
    floorPriceUsd: usd(floorPriceUsd),
    realised: {
      ...realised,
      grossUsd: usd(realised.grossUsd),
      netUsd: usd(realised.netUsd),
      paybackAt: time(realised.paybackAt),
      npvUsd: usd(realised.npvUsd),
      maxDrawdownUsd: usd(realised.maxDrawdownUsd),
    },
    projected: {
      ...projected,
      paybackAt: time(projected.paybackAt),
      npvUsd: usd(projected.npvUsd),
      netAssetValueUsd: usd(projected.netAssetValueUsd),
      residual: residual && {
        usd: formatUnits(residual.amountUsd, USD_DECIMALS),
        at: seconds(residual.at),
        source: residual.source,
      },
    },
  };
}

/** A GPU of a portfolio as the graph shows it. */
export function shownGpu(gpu: PortfolioGpu) {
  return {
    ...gpu,
    heldSince: seconds(gpu.heldSince),
    costUsd: usd(gpu.costUsd),
    lastPriceUsd: usd(gpu.lastPriceUsd),
    floorPriceUsd: usd(gpu.floorPriceUsd),
    askUsd: usd(gpu.askUsd),
    trailingIncomeUsd: usd(gpu.trailingIncomeUsd),
    netAssetValueUsd: usd(gpu.netAssetValueUsd),
  };
}
