import { colorOf, drawOf, mappingsOf, overrideOf, present, thresholdsOf, type Color } from "./fields.ts";
import type { BarChartPanel, Calc, DataPanel, PanelSpec, StatPanel, TimeSeriesPanel } from "./spec.ts";

type Json = Record<string, unknown>;
type Data = Exclude<PanelSpec, { type: "text" }>;

/** The data source that the reader's Grafana has under the variable `ds`. */
export const DATA_SOURCE = { type: "grafana-postgresql-datasource", uid: "${ds}" } as const;

/** A query as Grafana's PostgreSQL data source keeps it. */
export const targetOf = (refId: string, sql: string, format: string): Json => ({
  refId,
  datasource: DATA_SOURCE,
  format,
  rawQuery: true,
  editorMode: "code",
  rawSql: sql,
});

/** A panel's JSON. */
export function renderPanel(spec: PanelSpec, id: number, gridPos: Json): Json {
  const { type, title, description } = spec;
  const head = { id, gridPos, type, title, description };
  if (spec.type === "text") return { ...head, options: { mode: "markdown", content: spec.markdown } };
  return {
    ...head,
    datasource: DATA_SOURCE,
    ...present({ maxDataPoints: spec.maxDataPoints, interval: spec.minInterval }),
    targets: spec.queries.map(({ sql, format }, place) => targetOf(String.fromCharCode(65 + place), sql, format)),
    fieldConfig: { defaults: defaultsOf(spec), overrides: (spec.overrides ?? []).map(overrideOf) },
    options: optionsOf(spec),
  };
}

function defaultsOf(spec: Data): Json {
  const { unit, decimals, min, max, noValue, thresholds, mappings, links } = spec;
  return present({
    unit,
    decimals,
    min,
    max,
    noValue,
    color: colorOf(spec.color ?? usualColor(spec)),
    thresholds: thresholdsOf(thresholds ?? [{ value: null, color: "green" }]),
    mappings: mappings && mappingsOf(mappings),
    links,
    custom: customOf(spec),
  });
}

function usualColor({ type, thresholds }: Data & DataPanel): Color {
  if (type === "timeseries" || type === "barchart") return "palette";
  return thresholds || type === "table" || type === "state-timeline" ? "thresholds" : { fixed: "blue" };
}

function customOf(spec: Data): Json {
  switch (spec.type) {
    case "timeseries":
      return seriesCustom(spec);
    case "table":
      return { align: "auto", cellOptions: { type: "auto" }, filterable: false };
    case "state-timeline":
      return { fillOpacity: 80, lineWidth: 0 };
    case "barchart":
      return { fillOpacity: 80, lineWidth: 0 };
    default:
      return {};
  }
}

function seriesCustom({ draw = "line", fill, stack, hasThresholdLines }: TimeSeriesPanel): Json {
  return {
    ...(draw === "line" || draw === "steps" ? { fillOpacity: 10, showPoints: "never" } : {}),
    ...drawOf(draw),
    ...(fill === undefined ? {} : { fillOpacity: fill }),
    spanNulls: false,
    stacking: { mode: stack ?? "none", group: "A" },
    thresholdsStyle: { mode: hasThresholdLines ? "dashed" : "off" },
  };
}

const reduce = (calc: Calc = "lastNotNull", isByRow = false): Json => ({
  values: isByRow,
  calcs: [calc],
  fields: "",
});

function optionsOf(spec: Data): Json {
  switch (spec.type) {
    case "timeseries":
      return { legend: legendOf(spec.legend ?? ["mean", "max"]), tooltip: { mode: "multi", sort: "desc" } };
    case "stat":
      return statOptions(spec);
    case "bargauge":
      return {
        reduceOptions: reduce(spec.calc, spec.isByRow),
        orientation: "horizontal",
        displayMode: "gradient",
        valueMode: "color",
        showUnfilled: true,
      };
    case "table":
      return {
        showHeader: true,
        cellHeight: "sm",
        ...(spec.sortBy ? { sortBy: [{ displayName: spec.sortBy.column, desc: spec.sortBy.isDescending }] } : {}),
      };
    case "state-timeline":
      return {
        mergeValues: true,
        showValue: "auto",
        alignValue: "left",
        rowHeight: spec.rowHeight ?? 0.9,
        legend: { showLegend: true, displayMode: "list", placement: "bottom" },
        tooltip: { mode: "single" },
      };
    case "barchart":
      return barOptions(spec);
  }
}

function statOptions({ calc, hasBackground, text, queries }: StatPanel): Json {
  return {
    reduceOptions: { ...reduce(calc), fields: queries.some(({ format }) => format === "table") ? "/.*/" : "" },
    orientation: "auto",
    colorMode: hasBackground ? "background" : "value",
    graphMode: queries.every(({ format }) => format === "time_series") ? "area" : "none",
    justifyMode: "auto",
    textMode: text ?? "auto",
  };
}

const barOptions = ({ x, stack, isHorizontal }: BarChartPanel): Json => ({
  xField: x,
  orientation: isHorizontal ? "horizontal" : "vertical",
  stacking: stack ?? "none",
  showValue: "auto",
  barWidth: 0.8,
  groupWidth: 0.7,
  legend: { showLegend: true, displayMode: "list", placement: "bottom" },
  tooltip: { mode: "multi", sort: "none" },
});

function legendOf(legend: readonly Calc[] | "list" | "none"): Json {
  if (legend === "none") return { showLegend: false, displayMode: "list", placement: "bottom", calcs: [] };
  if (legend === "list") return { showLegend: true, displayMode: "list", placement: "bottom", calcs: [] };
  return { showLegend: true, displayMode: "table", placement: "bottom", calcs: legend };
}
