import { BaseError } from "#kernel/errors.ts";
import { measured, unknown, type Measure } from "../measure.ts";
import { timeText } from "../window.ts";
import { backedShare } from "./backing.ts";
import type { UseFact } from "./facts.ts";
import {
  dailyIncome,
  isIncome,
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
import { concentration, unknownUse, useOf, type Use } from "./use.ts";
import { xirr, type DatedFlow, type Xirr } from "./xirr.ts";

/** What a year of waiting costs, with where it comes from. */
export interface DiscountRate {
  /** a year, 0.1 for 10 % */
  rate: number;
  /** of when it is, seconds since 1970 */
  at: number;
  source: string;
}

/** What metrics need beside the statement. Dollars have 6 decimals. */
export interface MetricsInput {
  statement: Statement;
  /** the scope's lines from its first to `asOf`, for what doesn't stand on the window alone */
  whole: Statement;
  /** up to when income is known, as no epoch after it is final; seconds since 1970 */
  knownThrough: number;
  /** of the window's days */
  use: Measure<readonly UseFact[]>;
  burnedDcByPayer: Measure<readonly bigint[]>;
  /** when the first of what is held was got; null: nothing is */
  heldSince: number | null;
  /** what was paid for what is held */
  costUsd: Measure<bigint>;
  /** of the last sales of what is held */
  lastPriceUsd: Measure<bigint>;
  /** lowest price asked for a GPU of the model */
  floorPriceUsd: Measure<bigint>;
  /** price of the listing in question */
  askUsd: Measure<bigint>;
  /** null: nobody says */
  discountRate: DiscountRate | null;
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
  /** echoed, with its date and source */
  discountRate: DiscountRate | null;
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
    throw new BaseError(
      "BAD_RESIDUAL",
      `the residual value is of ${timeText(residual.at)}, not after ${timeText(asOf)}`,
      {
        hints: ["give the date at which it will be worth that"],
      },
    );
  }
  const trailing =
    input.heldSince === null
      ? unknown<bigint>("NOTHING_HELD")
      : trailingIncome(whole.lines, input.heldSince, input.knownThrough);
  const since = whole.lines.filter(({ at }) => at >= (input.heldSince ?? asOf));
  const paid = payback(since, input.costUsd, trailing, asOf);
  return {
    methodologyVersion: CASHFLOW_VERSION,
    asOf,
    discountRate,
    floorPriceUsd: input.floorPriceUsd,
    realised: realised(input, trailing, paid),
    projected: projected(input, trailing, paid),
  };
}

function realised(input: MetricsInput, trailing: Measure<bigint>, paid: Payback): Realised {
  const { statement, whole } = input;
  const { fromAt, toAt } = statement.window;
  const days = dailyIncome(statement.lines, { fromAt, toAt: Math.max(fromAt, Math.min(toAt, input.knownThrough)) });
  const flows = flowsOf(whole);
  const first = whole.lines[0];
  const isEmpty = statement.lines.length === 0;
  return {
    ...(input.use.value === null ? unknownUse(input.use.reason) : useOf(input.use.value)),
    grossUsd: isEmpty ? unknown("NO_FLOWS") : totalUsd(statement.lines.filter(({ amount }) => amount > 0n)),
    netUsd: isEmpty ? unknown("NO_FLOWS") : totalUsd(statement.lines),
    aprOnCost: trailingApr(trailing, input.costUsd),
    aprOnLastPrice: trailingApr(trailing, input.lastPriceUsd),
    paybackAt: paid.realisedAt,
    xirr: flows.value === null ? { ...flows, roots: [] } : xirr(flows.value),
    npvUsd: presentValue(input.discountRate, flows, first?.at),
    incomeVolatility: days.value === null ? days : volatility(days.value),
    maxDrawdownUsd: drawdownOf(statement, days),
    payerConcentration:
      input.burnedDcByPayer.value === null ? input.burnedDcByPayer : concentration(input.burnedDcByPayer.value),
    backedShare: backedShare(statement.lines),
  };
}

function drawdownOf({ lines }: Statement, days: Measure<bigint[]>): Measure<bigint> {
  if (days.value === null) return days;
  return lines.some(isIncome) ? maxDrawdownUsd(days.value) : unknown("NO_INCOME");
}

function projected(input: MetricsInput, trailing: Measure<bigint>, paid: Payback): Projected {
  const { residual, discountRate, askUsd, whole } = input;
  const { asOf } = input.statement;
  const past = flowsOf(whole);
  const reason = residual ? (trailing.reason ?? past.reason) : "NO_RESIDUAL";
  if (!residual || trailing.value === null || past.value === null) {
    const none = unknown<bigint>(reason ?? "");
    const nothing = { npvUsd: none, netAssetValueUsd: none, premium: unknown(none.reason ?? "") };
    return { paybackAt: paid.projectedAt, xirr: { ...unknown(none.reason ?? ""), roots: [] }, ...nothing, residual };
  }
  const flows = [...past.value, ...projectedFlows(trailing.value / BigInt(TRAILING_DAYS), residual, asOf)];
  return {
    paybackAt: paid.projectedAt,
    xirr: xirr(flows),
    npvUsd: presentValue(discountRate, measured(flows), whole.lines[0]?.at ?? asOf),
    ...valuationOf({ trailing, residual, discountRate, askUsd, asOf }),
    residual,
  };
}

/** Present value of flows at `at`, that of the first of them. */
function presentValue(
  discountRate: DiscountRate | null,
  flows: Measure<DatedFlow[]>,
  at: number | undefined,
): Measure<bigint> {
  if (!discountRate) return unknown("NO_DISCOUNT_RATE");
  if (flows.value === null) return unknown(flows.reason);
  return at === undefined ? unknown("NO_FLOWS") : measured(npv(discountRate.rate, flows.value, at));
}

/** What something is worth that goes on to earn what it earned in 30 days, and what is asked for it beside that. */
export interface Valuation {
  netAssetValueUsd: Measure<bigint>;
  premium: Measure;
}

/** Net asset value and premium: see `netAssetValue`. */
export function valuationOf(input: {
  /** dollars of the last 30 days */
  trailing: Measure<bigint>;
  residual: Residual | null;
  discountRate: DiscountRate | null;
  askUsd: Measure<bigint>;
  asOf: number;
}): Valuation {
  const { trailing, residual, discountRate, askUsd, asOf } = input;
  const reason = residual ? (discountRate ? trailing.reason : "NO_DISCOUNT_RATE") : "NO_RESIDUAL";
  if (!residual || !discountRate || trailing.value === null) {
    return { netAssetValueUsd: unknown(reason ?? ""), premium: unknown(reason ?? "") };
  }
  const daily = trailing.value / BigInt(TRAILING_DAYS);
  const value = measured(netAssetValue(discountRate.rate, daily, residual, asOf));
  return { netAssetValueUsd: value, premium: premiumOf(askUsd, value) };
}

function premiumOf(ask: Measure<bigint>, value: Measure<bigint>): Measure {
  if (ask.value === null) return unknown(ask.reason);
  if (value.value === null) return unknown(value.reason);
  return value.value > 0n ? measured(Number(ask.value) / Number(value.value) - 1) : unknown("NO_VALUE");
}

function flowsOf({ lines }: Statement): Measure<DatedFlow[]> {
  const total = totalUsd(lines);
  return total.value === null
    ? total
    : measured(lines.map(({ at, amountUsd }) => ({ at, amountUsd: amountUsd.value ?? 0n })));
}
