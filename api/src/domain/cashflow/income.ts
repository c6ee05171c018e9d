import { measured, unknown, type Measure } from "../measure.ts";
import { DAY_SECONDS, type Window } from "../window.ts";
import type { StatementLine } from "./line.ts";

/** Days over which present income is measured. */
export const TRAILING_DAYS = 30;

/** Whether a line is income or its cost, and not what was invested; a royalty that a seller gives is a part of its sale. */
export function isIncome({ kind, amount }: StatementLine): boolean {
  return kind !== "PURCHASE" && kind !== "SALE" && !(kind === "ROYALTY" && amount < 0n);
}

/** Dollars of all lines together; unknown as soon as one of them is. */
export function totalUsd(lines: readonly StatementLine[]): Measure<bigint> {
  let sum = 0n;
  for (const { amountUsd } of lines) {
    if (amountUsd.value === null) return amountUsd;
    sum += amountUsd.value;
  }
  return measured(sum);
}

/** Income of each whole day of the window, days counted from its beginning; a day without a line is 0. */
export function dailyIncome(lines: readonly StatementLine[], { fromAt, toAt }: Window): Measure<bigint[]> {
  const days = Array.from({ length: Math.floor((toAt - fromAt) / DAY_SECONDS) }, () => 0n);
  for (const line of lines.filter(isIncome)) {
    const day = Math.floor((line.at - fromAt) / DAY_SECONDS);
    if (day < 0 || day >= days.length) continue;
    if (line.amountUsd.value === null) return unknown(line.amountUsd.reason);
    days[day] = (days[day] ?? 0n) + line.amountUsd.value;
  }
  return measured(days);
}

/** Income of the 30 days before `at`; unknown for a holding younger than that. */
export function trailingIncome(lines: readonly StatementLine[], heldSince: number, at: number): Measure<bigint> {
  const fromAt = at - TRAILING_DAYS * DAY_SECONDS;
  if (heldSince > fromAt) return unknown("LESS_THAN_30_DAYS");
  return totalUsd(lines.filter((line) => isIncome(line) && line.at >= fromAt && line.at < at));
}

/** `income of 30 days · 365 / 30 / capital`: simple, not compounded. */
export function trailingApr(income: Measure<bigint>, capitalUsd: Measure<bigint>): Measure {
  if (income.value === null) return income;
  if (capitalUsd.value === null) return capitalUsd;
  if (capitalUsd.value <= 0n) return unknown("NO_CAPITAL");
  return measured((Number(income.value) * 365) / TRAILING_DAYS / Number(capitalUsd.value));
}

/** Volatility of daily income: standard deviation (of a sample, n − 1) over the mean. */
export function volatility(days: readonly bigint[]): Measure {
  if (days.length < 2) return unknown("LESS_THAN_2_DAYS");
  const values = days.map(Number);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  if (mean <= 0) return unknown("NO_INCOME");
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return measured(Math.sqrt(squares / (values.length - 1)) / mean);
}

/** The deepest that cumulative income fell below the highest it had been before, dollars with 6 decimals, 0 or more. */
export function maxDrawdownUsd(days: readonly bigint[]): Measure<bigint> {
  if (days.length === 0) return unknown("NO_WHOLE_DAY");
  let [value, peak, deepest] = [0n, 0n, 0n];
  for (const day of days) {
    value += day;
    if (value > peak) peak = value;
    if (peak - value > deepest) deepest = peak - value;
  }
  return measured(deepest);
}
