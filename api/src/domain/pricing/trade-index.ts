import { measured, unknown, type Measure } from "../measure.ts";
import { PRICING_VERSION } from "./advice.ts";
import type { SettledUse } from "./facts.ts";

/** What use of one model in one region was settled at. Never mixed with what is asked. */
export interface TradeIndex {
  methodologyVersion: number;
  asOf: number;
  /** DC base units per GPU-hour, rounded down */
  dcPerHour: Measure<bigint>;
  /** burns in the 24 h, before trimming */
  tradeCount: number;
  /** GPU seconds that they paid for */
  seconds: bigint;
  /** GPU seconds left out at both sides together, rounded down */
  trimmedSeconds: bigint;
  /** the lowest and the highest rate that something is left of, DC base units per GPU-hour, rounded down; null: no trades */
  keptDcPerHour: { low: bigint; high: bigint } | null;
}

const WINDOW_SECONDS = 86_400;
/** Places kept while parts of trades are added. */
const PLACES = 1_000_000_000_000n;

/**
 * Volume-weighted mean rate of the use settled in `(asOf − 24 h, asOf]`, with a tenth of the volume (GPU time) left out
 * at the cheap end and at the dear end. A trade across an edge counts in part.
 *
 * @param uses of one model and region, in any order
 */
export function tradeIndex(uses: readonly SettledUse[], asOf: number): TradeIndex {
  const trades = uses
    .filter(({ at, seconds }) => at > asOf - WINDOW_SECONDS && at <= asOf && seconds > 0n)
    .sort(byRate);
  const seconds = trades.reduce((sum, trade) => sum + trade.seconds, 0n);
  const common = {
    ...{ methodologyVersion: PRICING_VERSION, asOf, tradeCount: trades.length, seconds },
    trimmedSeconds: seconds / 5n,
  };
  if (seconds === 0n) return { ...common, dcPerHour: unknown("NO_TRADES"), keptDcPerHour: null };
  // in tenths of seconds the volume is [0, 10 V), and [V, 9 V) is kept
  let from = 0n;
  let kept = 0n;
  const rates: bigint[] = [];
  for (const trade of trades) {
    const to = from + 10n * trade.seconds;
    const tenths = min(to, 9n * seconds) - max(from, seconds);
    if (tenths > 0n) {
      kept += (trade.amountDc * tenths * PLACES) / trade.seconds;
      rates.push((trade.amountDc * 3_600n) / trade.seconds);
    }
    from = to;
  }
  const keptDcPerHour = { low: rates[0] ?? 0n, high: rates.at(-1) ?? 0n };
  return { ...common, dcPerHour: measured((kept * 3_600n) / (8n * seconds * PLACES)), keptDcPerHour };
}

function byRate(a: SettledUse, b: SettledUse): number {
  const difference = a.amountDc * b.seconds - b.amountDc * a.seconds;
  return difference === 0n ? Number(a.seconds - b.seconds) : difference < 0n ? -1 : 1;
}

const max = (a: bigint, b: bigint): bigint => (a > b ? a : b);
const min = (a: bigint, b: bigint): bigint => (a < b ? a : b);
