import { measured, unknown, type Measure } from "../measure.ts";
import { findMinimum, findRoot } from "./brent.ts";

/** A dated amount in dollars with 6 decimals; below 0: paid. */
export interface DatedFlow {
  at: number;
  amountUsd: bigint;
}

/** Internal rate of return, and all the rates there are if there are several. */
export type Xirr = Measure & { roots: number[] };

const YEAR_SECONDS = 365 * 86_400;
/**
 * Yearly growth is sought between e⁻³⁵ and e³⁵, in steps of 5 %: a tenth gained or lost in one day is within, so short
 * holdings have their rate, however absurd.
 */
const LOG_RANGE = 35;
const LOG_STEP = 0.05;

/**
 * XIRR: the yearly rate `r` at which `Σ amount / (1 + r)^(days / 365)` is 0, as Excel's function of that name defines
 * it. Amounts become numbers here, for the rate is the root of powers.
 *
 * Null with a reason: `NO_FLOWS`, `NO_SIGN_CHANGE`, `NO_TIME` (all on one date), `NO_ROOT` (none in the range), or
 * `MULTIPLE_ROOTS`: flows that change sign more than once can have several rates, and none of them is the one.
 */
export function xirr(flows: readonly DatedFlow[]): Xirr {
  const dated = merged(flows);
  const first = dated[0];
  if (!first) return { ...unknown("NO_FLOWS"), roots: [] };
  if (!dated.some(({ amount }) => amount > 0) || !dated.some(({ amount }) => amount < 0)) {
    const isOneDay =
      dated.length === 1 &&
      flows.some(({ amountUsd }) => amountUsd > 0n) &&
      flows.some(({ amountUsd }) => amountUsd < 0n);
    return { ...unknown(isOneDay ? "NO_TIME" : "NO_SIGN_CHANGE"), roots: [] };
  }
  const roots = rootsOf(scaledValue(dated));
  const [root] = roots;
  if (root === undefined) return { ...unknown("NO_ROOT"), roots };
  return { ...(roots.length > 1 ? unknown("MULTIPLE_ROOTS") : measured(root)), roots };
}

interface Flow {
  years: number;
  amount: number;
}

/** Flows of one time together, years since the first, amounts as parts of the largest. */
function merged(flows: readonly DatedFlow[]): Flow[] {
  const byTime = new Map<number, bigint>();
  for (const { at, amountUsd } of flows) byTime.set(at, (byTime.get(at) ?? 0n) + amountUsd);
  const times = [...byTime.keys()].sort((a, b) => a - b);
  const most = Math.max(1, ...[...byTime.values()].map((amount) => Math.abs(Number(amount))));
  return times.map((at) => ({
    years: (at - (times[0] ?? 0)) / YEAR_SECONDS,
    amount: Number(byTime.get(at) ?? 0n) / most,
  }));
}

/** Present value as a function of `x = ln(1 + r)`; below 0 it is taken at the end instead, where no power overflows. */
function scaledValue(flows: readonly Flow[]): (x: number) => number {
  const end = flows.at(-1)?.years ?? 0;
  return (x) =>
    flows.reduce((sum, { years, amount }) => sum + amount * Math.exp(x < 0 ? x * (end - years) : -x * years), 0);
}

/** Where `value` changes its sign from one step to the next, or dips through 0 and back within two steps. */
function rootsOf(value: (x: number) => number): number[] {
  const steps = Math.ceil(LOG_RANGE / LOG_STEP);
  const xs = Array.from({ length: 2 * steps + 1 }, (_, i) => (i - steps) * LOG_STEP);
  const values = xs.map(value);
  const at = (i: number): [number, number] => [xs[i] ?? Number.NaN, values[i] ?? Number.NaN];
  const roots: number[] = [];
  for (let i = 0; i < xs.length; i++) {
    const [[x, y], [next, yNext]] = [at(i), at(i + 1)];
    if (y === 0) roots.push(x);
    else if (y * yNext < 0) roots.push(findRoot(value, x, next));
    const [[before, yBefore], size] = [at(i - 1), Math.abs(y)];
    if (yBefore * y <= 0 || y * yNext <= 0 || size >= Math.abs(yBefore) || size > Math.abs(yNext)) continue;
    const dip = findMinimum((u) => value(u) * Math.sign(y), before, next);
    if (value(dip) * y < 0) roots.push(findRoot(value, before, dip), findRoot(value, dip, next));
  }
  return roots.map(Math.expm1);
}
