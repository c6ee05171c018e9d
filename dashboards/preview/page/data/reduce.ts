/** Reductions of a column to one number, by Grafana's ids. `null` is no value. */
type Reducer = (values: readonly (number | null)[]) => number | null;

const present = (values: readonly (number | null)[]): number[] => values.filter((value) => value !== null);
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const orNull =
  (reduce: (values: readonly number[]) => number): Reducer =>
  (values) => {
    const given = present(values);
    return given.length === 0 ? null : reduce(given);
  };
const least = (values: readonly number[]): number => values.reduce((a, b) => Math.min(a, b));
const most = (values: readonly number[]): number => values.reduce((a, b) => Math.max(a, b));
const variance = (values: readonly number[]): number => {
  const mean = sum(values) / values.length;
  return sum(values.map((value) => (value - mean) ** 2)) / values.length;
};
const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
};
/** What was added over time, where a fall is a reset. */
const delta = (values: readonly number[]): number =>
  values
    .slice(1)
    .reduce((total, value, place) => total + (value >= values[place]! ? value - values[place]! : value), 0);

const REDUCERS: Readonly<Record<string, Reducer>> = {
  last: (values) => values.at(-1) ?? null,
  lastNotNull: orNull((values) => values.at(-1)!),
  first: (values) => values[0] ?? null,
  firstNotNull: orNull((values) => values[0]!),
  mean: orNull((values) => sum(values) / values.length),
  median: orNull(median),
  min: orNull(least),
  max: orNull(most),
  sum: orNull(sum),
  range: orNull((values) => most(values) - least(values)),
  diff: orNull((values) => values.at(-1)! - values[0]!),
  delta: orNull(delta),
  stdDev: orNull((values) => Math.sqrt(variance(values))),
  variance: orNull(variance),
  count: (values) => values.length,
};

const NAMES: Readonly<Record<string, string>> = {
  last: "Last",
  lastNotNull: "Last *",
  first: "First",
  firstNotNull: "First *",
  mean: "Mean",
  median: "Median",
  min: "Min",
  max: "Max",
  sum: "Total",
  range: "Range",
  diff: "Difference",
  delta: "Delta",
  stdDev: "StdDev",
  variance: "Variance",
  count: "Count",
};

/** A reduction's name as Grafana's legends have it. */
export const calcName = (calc: string): string => NAMES[calc] ?? calc;

/**
 * A column's one number.
 *
 * @throws Error for a reduction that the preview doesn't know
 */
export function reduce(calc: string, values: readonly (number | null)[]): number | null {
  const reducer = REDUCERS[calc];
  if (!reducer) throw new Error(`The calculation "${calc}" is not drawn by this preview.`);
  return reducer(values);
}
