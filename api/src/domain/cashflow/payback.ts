import { measured, unknown, type Measure } from "../measure.ts";
import { DAY_SECONDS } from "../window.ts";
import { isIncome, TRAILING_DAYS } from "./income.ts";
import type { StatementLine } from "./line.ts";

/** When income has paid for its cost: one of the two at most is known. */
export interface Payback {
  /** it happened then, seconds since 1970 */
  realisedAt: Measure;
  /** it would then, were the last 30 days' income to stay flat */
  projectedAt: Measure;
}

/**
 * Payback of a cost in dollars by income. Undiscounted.
 *
 * @param lines since what is held was got, in the order of time
 * @param trailing income of the last 30 days
 */
export function payback(
  lines: readonly StatementLine[],
  cost: Measure<bigint>,
  trailing: Measure<bigint>,
  asOf: number,
): Payback {
  const neither = (reason: string): Payback => ({ realisedAt: unknown(reason), projectedAt: unknown(reason) });
  if (cost.value === null) return neither(cost.reason);
  const costUsd = cost.value;
  if (costUsd <= 0n) return neither("NO_CAPITAL");
  let earned = 0n;
  for (const line of lines.filter(isIncome)) {
    if (line.amountUsd.value === null) return neither(line.amountUsd.reason);
    earned += line.amountUsd.value;
    if (earned >= costUsd) return { realisedAt: measured(line.at), projectedAt: unknown("PAID_BACK") };
  }
  const realisedAt = unknown("NOT_PAID_BACK");
  if (trailing.value === null) return { realisedAt, projectedAt: unknown(trailing.reason) };
  if (trailing.value <= 0n) return { realisedAt, projectedAt: unknown("NO_INCOME") };
  const days = (Number(costUsd - earned) * TRAILING_DAYS) / Number(trailing.value);
  return { realisedAt, projectedAt: measured(asOf + Math.ceil(days * DAY_SECONDS)) };
}
