import { BaseError } from "#kernel/errors.ts";
import { DAY_SECONDS } from "../window.ts";
import type { DatedFlow } from "./xirr.ts";

/** A value that isn't received yet, with where it comes from. */
export interface Residual extends DatedFlow {
  /** who said so, and of when */
  source: string;
}

const YEAR_SECONDS = 365 * DAY_SECONDS;
const FACTOR_UNITS = 1_000_000_000_000_000n;

/**
 * Net present value at `at`: `Σ amount / (1 + rate)^(days / 365)`, as Excel's XNPV defines it with its first date at
 * `at`. The discount factor is a number with a power in it, taken to fifteen places; each flow is rounded toward 0.
 *
 * @throws BaseError `BAD_RATE` at −100 % or below
 */
export function npv(rate: number, flows: readonly DatedFlow[], at: number): bigint {
  if (!Number.isFinite(rate) || rate <= -1) {
    throw new BaseError("BAD_RATE", `a discount rate of ${rate} has no present value`, {
      hints: ["give a yearly rate above −1, 0.1 for 10 %"],
    });
  }
  return flows.reduce((sum, flow) => sum + discounted(flow.amountUsd, rate, flow.at - at), 0n);
}

/**
 * Net asset value of what earns `dailyUsd`: its income kept flat, day by day, until the residual's date, and the
 * residual, all discounted to `at`. A projection, every part of it.
 */
export function netAssetValue(rate: number, dailyUsd: bigint, residual: Residual, at: number): bigint {
  return npv(rate, projectedFlows(dailyUsd, residual, at), at);
}

/** `dailyUsd` at the end of each whole day from `at` to the residual's date, and the residual. */
export function projectedFlows(dailyUsd: bigint, residual: Residual, at: number): DatedFlow[] {
  const days = Math.max(0, Math.floor((residual.at - at) / DAY_SECONDS));
  const income = Array.from({ length: days }, (_, i) => ({ at: at + (i + 1) * DAY_SECONDS, amountUsd: dailyUsd }));
  return [...income, residual];
}

function discounted(amount: bigint, rate: number, seconds: number): bigint {
  const factor = (1 + rate) ** (-seconds / YEAR_SECONDS) * Number(FACTOR_UNITS);
  if (!Number.isFinite(factor)) {
    throw new BaseError("BAD_RATE", `a discount rate of ${rate} over ${Math.round(seconds / 86_400)} days overflows`, {
      hints: ["give a rate nearer to 0"],
    });
  }
  return (amount * BigInt(Math.round(factor))) / FACTOR_UNITS;
}
