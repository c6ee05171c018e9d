/**
 * What a dashboard is made of, before it has ids and places. Numbers are in base units: shares 0 to 1 ("percentunit"), watts
 * ("watt"), watt-hours ("watth"), °C ("celsius"), seconds ("s"), bytes ("bytes"), Data Credits as dollars ("currencyUSD",
 * 1 DC = 1 USD), BCT with {@link BCT}.
 */
import type { Color, DataLink, Mapping, Override, Threshold } from "./fields.ts";

/** Unit id of amounts of BCT: the token's name after the number. */
export const BCT = "suffix: BCT";

/** How Grafana sums a series up in one number. */
export type Calc = "lastNotNull" | "mean" | "max" | "min" | "sum" | "count" | "first" | "delta";

/** One query of a panel: SQL with Grafana's macros (see `macros.ts`). */
export interface Query {
  sql: string;
  /** time_series: a column "time", numbers by series, a text column "metric" naming series; table: rows as they come */
  format: "time_series" | "table";
}

interface Placed {
  title: string;
  /** what it shows, by which formula and where from, for the reader who hovers */
  description: string;
  /** of 24 columns */
  width: number;
  /** in Grafana's rows of 30 pixels; 8 when not said, 4 for a stat */
  height?: number;
}

/** What all panels that show data have. */
export interface DataPanel extends Placed {
  /** Grafana's unit id, e.g. "watt"; "none" for a bare number or text */
  unit: string;
  queries: readonly Query[];
  decimals?: number;
  min?: number;
  max?: number;
  /** shown where there is no value; says why, e.g. "no rental yet" */
  noValue?: string;
  /** why a healthy, busy network may rightly have no row for it; without it, a test wants rows */
  mayBeEmpty?: string;
  /** the lowest step is the color below the first value; see {@link Threshold} */
  thresholds?: readonly Threshold[];
  mappings?: readonly Mapping[];
  color?: Color;
  overrides?: readonly Override[];
  /** where a click on a value leads */
  links?: readonly DataLink[];
  /** at most this many points; the panel's width in pixels when not said */
  maxDataPoints?: number;
  /** the least `$__interval`, e.g. "1h" where the data is hourly */
  minInterval?: string;
}

/** Lines, bars or points over time. */
export interface TimeSeriesPanel extends DataPanel {
  type: "timeseries";
  draw?: "line" | "bars" | "points" | "steps";
  stack?: "normal" | "percent";
  /** opacity of the area below a line, 0 to 100 */
  fill?: number;
  /** draws the thresholds across the panel */
  hasThresholdLines?: boolean;
  /** a table below with these, or "list" (names alone), or "none"; mean and max when not said */
  legend?: readonly Calc[] | "list" | "none";
}

/** One big number per field, with a sparkline if its query is a time_series. */
export interface StatPanel extends DataPanel {
  type: "stat";
  /** last value when not said */
  calc?: Calc;
  /** colors the whole tile instead of the number */
  hasBackground?: boolean;
  text?: "auto" | "value" | "value_and_name" | "name";
}

/** A horizontal bar for each series (`calc` of it), or for each row of a table whose first text column names it. */
export interface BarGaugePanel extends DataPanel {
  type: "bargauge";
  calc?: Calc;
  isByRow?: boolean;
}

/** Rows and columns; what differs by column stands in `overrides`. */
export interface TablePanel extends DataPanel {
  type: "table";
  sortBy?: { column: string; isDescending: boolean };
}

/** A band per series that changes color with its state; states are numbers that `mappings` name and color. */
export interface StateTimelinePanel extends DataPanel {
  type: "state-timeline";
  /** share of a row's height that its band takes, 0 to 1 */
  rowHeight?: number;
}

/** Bars by a text column; each numeric column is a series. */
export interface BarChartPanel extends DataPanel {
  type: "barchart";
  /** the text column */
  x: string;
  stack?: "normal" | "percent";
  isHorizontal?: boolean;
}

/** Words in Markdown. */
export interface TextPanel extends Placed {
  type: "text";
  markdown: string;
}

/** A panel before it has an id and a place. */
export type PanelSpec =
  TimeSeriesPanel | StatPanel | BarGaugePanel | TablePanel | StateTimelinePanel | BarChartPanel | TextPanel;

/** Panels that answer one question, under a heading if it has a title. */
export interface RowSpec {
  title?: string;
  panels: readonly PanelSpec[];
}

/** What the reader chooses at the top. In SQL it is always `${name:sqlstring}`, which quotes it. */
export type VariableSpec = { name: string; label: string } & (
  | {
      type: "query";
      /** gives columns __text and __value; may use other variables, which are then chosen first */
      sql: string;
      /** several at once; `any(array[${name:sqlstring}]::text[])` */
      isMulti?: boolean;
      /** offers "All", chosen at first, which stands for every value */
      hasAll?: boolean;
    }
  | { type: "custom"; options: readonly { text: string; value: string }[] }
  | { type: "textbox"; value: string }
  | { type: "interval"; values: readonly string[] }
);

/** Moments or spans marked on every panel over time. */
export interface AnnotationSpec {
  name: string;
  color: string;
  /** gives columns time, text, and if need be timeend and tags (words with commas between) */
  sql: string;
  /** as a panel's */
  mayBeEmpty?: string;
  /** shown unless the reader hides them; true when not said */
  isOn?: boolean;
}

/** A dashboard. */
export interface DashboardSpec {
  /** its file's name and its address, `/d/<uid>`: "bc-…" */
  uid: string;
  title: string;
  description: string;
  /** shown at first, e.g. "now-24h" */
  from: string;
  /** how often it asks again, e.g. "30s" */
  refresh: string;
  variables: readonly VariableSpec[];
  annotations?: readonly AnnotationSpec[];
  rows: readonly RowSpec[];
}

/** One query whose columns are series over time. */
export const series = (sql: string): readonly Query[] => [{ sql, format: "time_series" }];

/** One query whose rows are shown as they come. */
export const rows = (sql: string): readonly Query[] => [{ sql, format: "table" }];

/** Every panel of a dashboard, in the order of their ids. */
export const panelsOf = (spec: DashboardSpec): PanelSpec[] => spec.rows.flatMap((row) => row.panels);
