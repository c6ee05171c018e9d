import { customOf, groupOf, isHidden, numbersOf, type Field, type Frame } from "../data/fields.ts";

/** A series as it is drawn: its values may stand upon others' or be mirrored. */
export interface PlotSeries {
  field: Field;
  /** as the query gave them, on the plot's times; undefined: no row at that time */
  raw: readonly (number | null | undefined)[];
  drawn: readonly (number | null | undefined)[];
  /** place of the series that this one stands on, or whose line bounds its fill */
  below: number | undefined;
  isStacked: boolean;
}

/** All that a time series panel draws, on one axis of times. */
export interface Plot {
  /** milliseconds since 1970, ascending */
  times: readonly number[];
  series: readonly PlotSeries[];
}

/**
 * Puts frames on one axis of times, mirrors and stacks.
 *
 * @param off titles of the series that the reader has hidden
 */
export function plotOf(frames: readonly Frame[], off: ReadonlySet<string> = new Set()): Plot {
  const sources = frames.flatMap((frame) => {
    const time = frame.fields.find(({ type }) => type === "time");
    const fields = frame.fields.filter((field) => field !== time && isDrawn(field) && !off.has(field.title));
    return time ? [{ times: time.values as readonly number[], fields }] : [];
  });
  const times = [...new Set(sources.flatMap((source) => source.times))].sort((a, b) => a - b);
  const places = new Map(times.map((at, place) => [at, place]));
  const series = sources.flatMap((source) =>
    source.fields.map((field) => {
      const raw = new Array<number | null | undefined>(times.length).fill(undefined);
      for (const [row, value] of numbersOf(field).entries()) raw[places.get(source.times[row]!)!] = value;
      return { field, raw };
    }),
  );
  return { times, series: stacked(series, times.length) };
}

/** Whether a field is a series at all: numbers that aren't hidden. */
export const isDrawn = (field: Field): boolean =>
  (field.type === "number" || field.type === "boolean") && !isHidden(field);

/** Sums each group of stacking upwards; what is below zero downwards. */
function stacked(series: readonly Pick<PlotSeries, "field" | "raw">[], length: number): PlotSeries[] {
  const tops = new Map<string, { sums: number[]; place: number }>();
  const totals = percentTotals(series, length);
  return series.map(({ field, raw }, place) => {
    const sign = customOf(field, "transform", "") === "negative-Y" ? -1 : 1;
    const { mode = "none", group = "A" } = groupOf(field, "stacking") as { mode?: string; group?: string };
    const mirrored = raw.map((value) => (typeof value === "number" ? sign * value : value));
    if (mode === "none") return { field, raw, drawn: mirrored, below: namedBelow(series, field), isStacked: false };
    const key = `${group} ${sign}`;
    const top = tops.get(key);
    const sums = top ? [...top.sums] : new Array<number>(length).fill(0);
    const drawn = mirrored.map((value, row) => {
      const total = mode === "percent" ? (totals.get(group)?.[row] ?? 1) || 1 : 1;
      sums[row] = (sums[row] ?? 0) + (value ?? 0) / total;
      // Upon another series a missing row is nothing added, not a hole in what stands above it.
      return value === null ? null : value === undefined && !top ? undefined : sums[row];
    });
    tops.set(key, { sums, place });
    return { field, raw, drawn, below: top?.place, isStacked: true };
  });
}

function percentTotals(series: readonly Pick<PlotSeries, "field" | "raw">[], length: number): Map<string, number[]> {
  const totals = new Map<string, number[]>();
  for (const { field, raw } of series) {
    const { mode, group = "A" } = groupOf(field, "stacking") as { mode?: string; group?: string };
    if (mode !== "percent") continue;
    const sums = totals.get(group) ?? new Array<number>(length).fill(0);
    for (const [row, value] of raw.entries()) sums[row] = (sums[row] ?? 0) + Math.abs(value ?? 0);
    totals.set(group, sums);
  }
  return totals;
}

function namedBelow(series: readonly Pick<PlotSeries, "field">[], field: Field): number | undefined {
  const name = customOf(field, "fillBelowTo", "");
  const place = series.findIndex((one) => name !== "" && [one.field.name, one.field.title].includes(name));
  return place < 0 ? undefined : place;
}

/**
 * The value of a series at a time's place: its own, or, where it has no row, that of its nearest row within `reach` places.
 */
export function valueNear(values: PlotSeries["raw"], place: number, reach = 3): number | null | undefined {
  for (let distance = 0; distance <= reach; distance++) {
    for (const one of [place - distance, place + distance]) if (values[one] !== undefined) return values[one];
  }
  return undefined;
}

/**
 * Labels of an axis's marks: with the fewest decimals at which they still say their values exactly, the same for all that
 * are in one unit ("500 MHz", "1.0 GHz", "1.5 GHz").
 */
export function axisLabels(
  ticks: readonly (number | null)[],
  write: (value: number, decimals: number) => string,
): string[] {
  const decimals = new Map<string, number>();
  const marks = ticks.map((tick) => {
    if (tick === null) return undefined;
    const value = Number(tick.toPrecision(12)); // 0.1 + 0.2 is 0.3
    const unit = write(value, 0).replace(NUMBER, "");
    decimals.set(unit, Math.max(decimals.get(unit) ?? 0, decimalsOf(value, write)));
    return { value, unit };
  });
  return marks.map((mark) => (mark ? write(mark.value, decimals.get(mark.unit) ?? 0) : ""));
}

const NUMBER = /-?[\d.]+/;
const MOST_DECIMALS = 4;

function decimalsOf(value: number, write: (value: number, decimals: number) => string): number {
  const number = (decimals: number): number => Number(NUMBER.exec(write(value, decimals))?.[0] ?? 0);
  const exact = number(6);
  for (let decimals = 0; decimals <= MOST_DECIMALS; decimals++) {
    if (Math.abs(number(decimals) - exact) <= Math.abs(exact) * 1e-6) return decimals;
  }
  return 1; // a third of something: more digits say no more
}
