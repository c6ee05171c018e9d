import uPlot from "uplot";
import { faded } from "../data/colors.ts";
import { fieldColor } from "../data/display.ts";
import { customOf, groupOf, type Field } from "../data/fields.ts";
import { formatterOf } from "../format/units.ts";
import type { Scene } from "./panel.ts";
import { axisLabels, type Plot, type PlotSeries } from "./plot.ts";
import { TIME_STEPS, timeLabel } from "./ticks.ts";

/** Colors of what isn't data, from the page's theme. */
export interface Ink {
  text: string;
  grid: string;
}

/** Distances between marks of bytes. */
const POWERS_OF_TWO = Array.from({ length: 60 }, (_, power) => 2 ** power);
/** Distances between marks of spans of time, seconds. */
const SPANS = [
  ...[1e-6, 1e-3, 1].flatMap((size) => [1, 2, 5, 10, 20, 50, 100, 200, 500].map((count) => count * size)).slice(0, -4),
  ...[30, 60, 120, 300, 600, 1_800, 3_600, 7_200, 14_400, 21_600, 43_200, 86_400, 172_800, 259_200],
  ...[1, 2, 4, 8, 13, 26].map((weeks) => weeks * 604_800),
  ...[1, 2, 5, 10].map((years) => years * 31_536_000),
];
const SECONDS: Readonly<Record<string, number>> = { ms: 1e-3, s: 1, m: 60, h: 3_600, d: 86_400 };

/** Distances between marks that are round in a unit which isn't decimal. */
function stepsOf(unit: string): Pick<uPlot.Axis, "incrs"> {
  if (/^(bytes|kbytes|mbytes|binBps)$/.test(unit)) return { incrs: POWERS_OF_TWO };
  const seconds = SECONDS[unit];
  return seconds === undefined ? {} : { incrs: SPANS.map((span) => span / seconds) };
}

const FONT = "11px Inter, system-ui, sans-serif";

/** The scale that a field is drawn on: one for each unit and side. */
export const scaleOf = (field: Field): string =>
  `${field.config.unit ?? "none"} ${customOf(field, "axisPlacement", "auto")}`;

/** What uPlot is told of a plot: scales and axes by unit, a line for each series, bands where one stands on another. */
export function chartOptions(
  plot: Plot,
  scene: Scene,
  ink: Ink,
): Pick<uPlot.Options, "series" | "scales" | "axes" | "bands"> {
  const scales = [...new Set(plot.series.map(({ field }) => scaleOf(field)))];
  const fieldsOf = (scale: string): PlotSeries[] => plot.series.filter(({ field }) => scaleOf(field) === scale);
  const { from, to } = scene.range;
  return {
    series: [{}, ...plot.series.map((one) => seriesOptions(one, plot))],
    scales: {
      x: { time: true, range: () => [from, to] },
      ...Object.fromEntries(scales.map((scale) => [scale, { range: rangeOf(fieldsOf(scale)) }])),
    },
    axes: [timeAxis(ink), ...scales.map((scale, place) => valueAxis(scale, fieldsOf(scale)[0]!.field, place, ink))],
    bands: plot.series.flatMap((one, place) => bandOf(one, place)),
  };
}

const timeAxis = (ink: Ink): uPlot.Axis => ({
  stroke: ink.text,
  font: FONT,
  grid: { stroke: ink.grid, width: 1 },
  ticks: { stroke: ink.grid, width: 1, size: 4 },
  space: 70,
  incrs: TIME_STEPS,
  size: 28,
  values: (_chart, splits, _axis, _space, step) => splits.map((at) => timeLabel(at, step)),
});

function valueAxis(scale: string, field: Field, place: number, ink: Ink): uPlot.Axis {
  const { unit = "none" } = field.config;
  const format = formatterOf(unit) ?? formatterOf("none")!;
  const isRight = scale.endsWith(" right") || (place > 0 && !scale.endsWith(" left"));
  const label = customOf(field, "axisLabel", "");
  return {
    scale,
    side: isRight ? 1 : 3,
    stroke: ink.text,
    font: FONT,
    grid: { show: place === 0, stroke: ink.grid, width: 1 },
    ticks: { show: false },
    space: 34,
    ...stepsOf(unit),
    gap: 6,
    size: (_chart, values) => Math.max(36, ...(values ?? []).map((text) => text.length * 6.4 + 14)),
    values: (_chart, splits) => axisLabels(splits, (value, decimals) => format(value, decimals)),
    ...(label === "" ? {} : { label, labelFont: FONT, labelSize: 18 }),
  };
}

/** A scale's bounds: those of its fields' config, else of the data with some air; bars begin at zero. */
function rangeOf(series: readonly PlotSeries[]): uPlot.Scale.Range {
  const [{ field } = { field: undefined }] = series;
  const mins = series.flatMap((one) => one.field.config.min ?? []);
  const maxs = series.flatMap((one) => one.field.config.max ?? []);
  const isBased = series.some((one) => one.isStacked || customOf(one.field, "drawStyle", "line") === "bars");
  const isMirrored = series.some((one) => customOf(one.field, "transform", "") === "negative-Y");
  return (_chart, low, high) => {
    if (low === null || high === null) return [mins[0] ?? 0, maxs[0] ?? 1];
    const [from, to] = isBased ? [Math.min(0, low), Math.max(0, high)] : [low, high];
    const [least = from, most = to] = from === to && from === 0 ? [0, 1] : uPlot.rangeNum(from, to, 0.08, true);
    const bottom = isMirrored ? least : mins.length > 0 ? Math.min(...mins) : isBased && from === 0 ? 0 : least;
    const top = maxs.length > 0 && field ? Math.max(...maxs) : isBased && to === 0 ? 0 : most;
    return [bottom ?? 0, (top ?? 1) > (bottom ?? 0) ? (top ?? 1) : (bottom ?? 0) + 1];
  };
}

function seriesOptions({ field, isStacked, below }: PlotSeries, plot: Plot): uPlot.Series {
  const style = customOf(field, "drawStyle", "line");
  const color = fieldColor(field, field.values.findLast((value) => typeof value === "number") ?? null);
  const opacity = customOf(field, "fillOpacity", 0) / 100;
  const width = customOf(field, "lineWidth", 1);
  const { dash } = groupOf(field, "lineStyle") as { dash?: number[] };
  const isPoints = style === "points";
  return {
    label: field.title,
    scale: scaleOf(field),
    stroke: color,
    width: isPoints ? 0 : width,
    ...(opacity > 0 && !isPoints && (isStacked || below === undefined) ? { fill: faded(color, opacity) } : {}),
    ...(dash ? { dash } : {}),
    paths: pathsOf(field, plot.times.length),
    spanGaps: field.config.custom?.["spanNulls"] === true,
    points: isPoints
      ? { show: true, size: customOf(field, "pointSize", 6), fill: color, stroke: color }
      : style === "bars"
        ? { show: false }
        : { show: true, size: width + 3, fill: color, stroke: color, filter: lonePoints },
  };
}

function pathsOf(field: Field, count: number): uPlot.Series.PathBuilder {
  const paths = uPlot.paths;
  const style = customOf(field, "drawStyle", "line");
  if (style === "points") return () => null;
  if (style === "bars") return paths.bars!({ size: [count > 200 ? 1 : 0.75, 60, 1] });
  const shape = customOf(field, "lineInterpolation", "linear");
  if (shape === "stepAfter" || shape === "stepBefore") return paths.stepped!({ align: shape === "stepAfter" ? 1 : -1 });
  return shape === "smooth" ? paths.spline!() : paths.linear!();
}

/** A value with gaps on both sides has no line: it is drawn as a point, or nobody would see it. */
const lonePoints: uPlot.Series.Points.Filter = (chart, place) => {
  const values = chart.data[place] ?? [];
  const isThere = (row: number): boolean => values[row] !== null && values[row] !== undefined;
  const rows: number[] = [];
  let [before, row] = [false, 0];
  for (; row < values.length; row++) {
    if (values[row] === undefined) continue;
    if (isThere(row) && !before) {
      let next = row + 1;
      while (next < values.length && values[next] === undefined) next++;
      if (!isThere(next)) rows.push(row);
    }
    before = isThere(row);
  }
  return rows;
};

function bandOf({ field, below, isStacked }: PlotSeries, place: number): uPlot.Band[] {
  if (below === undefined) return [];
  const isMirrored = customOf(field, "transform", "") === "negative-Y";
  if (isStacked) return [{ series: [place + 1, below + 1], dir: isMirrored ? 1 : -1 }];
  const opacity = Math.max(10, customOf(field, "fillOpacity", 10)) / 100;
  return [{ series: [place + 1, below + 1], fill: faded(fieldColor(field, null), opacity) }];
}
