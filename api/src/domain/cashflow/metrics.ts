import { BaseError } from "#kernel/errors.ts";
import { measured, unknown, type Measure } from "../measure.ts";
import { backedShare } from "./backing.ts";
import type { UseFact } from "./facts.ts";
import {
  dailyIncome,
  maxDrawdownUsd,
  totalUsd,
  trailingApr,
  TRAILING_DAYS,
  trailingIncome,
  volatility,
} from "./income.ts";
import { netAssetValue, npv, projectedFlows, type Residual } from "./npv.ts";
import { payback, type Payback } from "./payback.ts";
import { CASHFLOW_VERSION, type Statement } from "./statement.ts";
import { concentration, useOf, type Use } from "./use.ts";
import { xirr, type DatedFlow, type Xirr } from "./xirr.ts";

/** What metrics need beside the statement. Dollars have 6 decimals. */
export interface MetricsInput {
  statement: Statement;
  /** the scope's lines from its first to `asOf`, for what doesn't stand on the window alone */
  whole: Statement;
  /** of the window's days */
  use: readonly UseFact[];
  burnedDcByPayer: readonly bigint[];
  /** when the first of what is held was got; null: nothing is */
  heldSince: number | null;
  /** what was paid for what is held; null: nothing, or unknown */
  costUsd: bigint | null;
  lastPriceUsd: bigint | null;
  /** lowest price asked for a GPU of the model */
  floorPriceUsd: bigint | null;
  /** price of the listing in question */
  askUsd: bigint | null;
  /** a year, 0.1 for 10 % */
  discountRate: number;
  /** null: nobody says what will be left */
  residual: Residual | null;
}

/** What happened. */
export interface Realised extends Use {
  /** Σ of what came in, and Σ of all */
  grossUsd: Measure<bigint>;
  netUsd: Measure<bigint>;
  aprOnCost: Measure;
  aprOnLastPrice: Measure;
  paybackAt: Measure;
  /** over the whole of it, nothing assumed to be left */
  xirr: Xirr;
  npvUsd: Measure<bigint>;
  incomeVolatility: Measure;
  maxDrawdownUsd: Measure<bigint>;
  payerConcentration: Measure;
  backedShare: Measure;
}

/** What would be, if the last 30 days' income stayed and the residual were right. */
export interface Projected {
  paybackAt: Measure;
  xirr: Xirr;
  npvUsd: Measure<bigint>;
  netAssetValueUsd: Measure<bigint>;
  /** of the listing over the net asset value: `price / value − 1` */
  premium: Measure;
  /** echoed, with its date and source */
  residual: Residual | null;
}

export interface Metrics {
  methodologyVersion: number;
  asOf: number;
  discountRate: number;
  floorPriceUsd: Measure<bigint>;
  realised: Realised;
  projected: Projected;
}

/**
 * Every metric of a statement, what happened and what is projected apart.
 *
 * @throws BaseError `BAD_RATE`; `BAD_RESIDUAL` for one that isn't later than the statement
 */
export function metricsOf(input: MetricsInput): Metrics {
  const { statement, whole, residual, discountRate } = input;
  const { asOf } = statement;
  if (residual && residual.at <= asOf) {
    throw new BaseError("BAD_RESIDUAL", `the residual value is of ${residual.at}, not after ${asOf}`, {
      hints: ["give the date at which it will be worth that"],
    });
  }
  const trailing =
    input.heldSince === null ? unknown<bigint>("NOTHING_HELD") : trailingIncome(whole.lines, input.heldSince, asOf);
  const paid = payback(whole.lines, input.costUsd, trailing, asOf);
  return {
    methodologyVersion: CASHFLOW_VERSION,
    asOf,
    discountRate,
    floorPriceUsd: input.floorPriceUsd === null ? unknown("NO_LISTING") : measured(input.floorPriceUsd),
    realised: realised(input, trailing, paid),
    projected: projected(input, trailing, paid),
  };
}

function realised(input: MetricsInput, trailing: Measure<bigint>, paid: Payback): Realised {
  const { statement, whole } = input;
  const days = dailyIncome(statement.lines, statement.window);
  const flows = flowsOf(whole);
  const first = whole.lines[0];
  return {
    ...useOf(input.use),
    grossUsd: totalUsd(statement.lines.filter(({ amount }) => amount > 0n)),
    netUsd: totalUsd(statement.lines),
    aprOnCost: trailingApr(trailing, input.costUsd),
    aprOnLastPrice: trailingApr(trailing, input.lastPriceUsd),
    paybackAt: paid.realisedAt,
    xirr: flows.value === null ? { ...flows, roots: [] } : xirr(flows.value),
    npvUsd:
      flows.value === null || !first
        ? unknown(flows.reason ?? "NO_FLOWS")
        : measured(npv(input.discountRate, flows.value, first.at)),
    incomeVolatility: days.value === null ? days : volatility(days.value),
    maxDrawdownUsd: days.value === null ? days : maxDrawdownUsd(days.value),
    payerConcentration: concentration(input.burnedDcByPayer),
    backedShare: backedShare(statement.lines),
  };
}

function projected(input: MetricsInput, trailing: Measure<bigint>, paid: Payback): Projected {
  const { residual, discountRate, askUsd, whole } = input;
  const { asOf } = input.statement;
  const past = flowsOf(whole);
  const daily = trailing.value === null ? null : trailing.value / BigInt(TRAILING_DAYS);
  if (!residual || daily === null || past.value === null) {
    const reason = residual ? (trailing.reason ?? past.reason ?? "") : "NO_RESIDUAL";
    const none = {
      npvUsd: unknown<bigint>(reason),
      netAssetValueUsd: unknown<bigint>(reason),
      premium: unknown(reason),
    };
    return { paybackAt: paid.projectedAt, xirr: { ...unknown(reason), roots: [] }, ...none, residual };
  }
  const flows = [...past.value, ...projectedFlows(daily, residual, asOf)];
  const value = netAssetValue(discountRate, daily, residual, asOf);
  return {
    paybackAt: paid.projectedAt,
    xirr: xirr(flows),
    npvUsd: measured(npv(discountRate, flows, whole.lines[0]?.at ?? asOf)),
    netAssetValueUsd: measured(value),
    premium: premiumOf(askUsd, value),
    residual,
  };
}

function premiumOf(askUsd: bigint | null, value: bigint): Measure {
  if (askUsd === null) return unknown("NO_LISTING");
  return value > 0n ? measured(Number(askUsd) / Number(value) - 1) : unknown("NO_VALUE");
}

function flowsOf({ lines }: Statement): Measure<DatedFlow[]> {
  const total = totalUsd(lines);
  return total.value === null
    ? total
    : measured(lines.map(({ at, amountUsd }) => ({ at, amountUsd: amountUsd.value ?? 0n })));
}
