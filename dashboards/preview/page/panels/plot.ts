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

/** The fewest decimals at which an axis's labels still say their values exactly. */
export function axisLabels(
  ticks: readonly (number | null)[],
  write: (value: number, decimals: number) => string,
): string[] {
  const numbers = ticks.map((tick) => (tick === null ? null : Number(tick.toPrecision(12))));
  const texts = (decimals: number): string[] => numbers.map((tick) => (tick === null ? "" : write(tick, decimals)));
  const exact = texts(6).map(parseNumber);
  for (let decimals = 0; decimals < 3; decimals++) {
    const short = texts(decimals);
    if (short.every((text, place) => Math.abs(parseNumber(text) - exact[place]!) < 1e-6 || text === "")) return short;
  }
  return [3, 4, 5].map(texts).find((all) => new Set(all).size === all.length) ?? texts(6);
}

const parseNumber = (text: string): number => Number(/-?[\d.]+/.exec(text)?.[0] ?? 0);
