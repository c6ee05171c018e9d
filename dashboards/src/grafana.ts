/**
 * The part of Grafana's dashboard JSON (schema 42, loaded by Grafana 10 to 13) that our dashboards use, and builders that
 * make what Grafana's own leave to chance: ids, a grid without overlap, units, descriptions, the data source variable.
 */

/** A panel before it has an id and a place. */
export interface PanelSpec {
  type: "timeseries" | "stat" | "table";
  title: string;
  /** what it shows and where from, for the reader who hovers */
  description: string;
  /** Grafana's unit id, e.g. "watt" */
  unit: string;
  /** of 24 columns */
  width: number;
  height: number;
  /** SQL with Grafana's macros for TimescaleDB */
  sql: string;
  format: "time_series" | "table";
  /** how lines are drawn; bars for sums by bucket */
  draw?: "line" | "bars";
  min?: number;
  max?: number;
}

/** A query variable of a dashboard. */
export interface VariableSpec {
  name: string;
  label: string;
  /** gives columns __text and __value */
  sql: string;
}

/** A dashboard. */
export interface DashboardSpec {
  uid: string;
  title: string;
  description: string;
  variables: readonly VariableSpec[];
  panels: readonly PanelSpec[];
}

const COLUMNS = 24;
const DATA_SOURCE = { type: "grafana-postgresql-datasource", uid: "${ds}" } as const;

/** A dashboard's JSON as Grafana loads it. */
export function renderDashboard(spec: DashboardSpec): Record<string, unknown> {
  return {
    uid: spec.uid,
    title: spec.title,
    description: spec.description,
    tags: ["berkeley-compute"],
    schemaVersion: 42,
    editable: false,
    graphTooltip: 1,
    timezone: "utc",
    refresh: "10s",
    time: { from: "now-1h", to: "now" },
    templating: { list: [dataSourceVariable(), ...spec.variables.map(queryVariable)] },
    panels: place(spec.panels),
  };
}

function dataSourceVariable(): Record<string, unknown> {
  return { name: "ds", label: "Data source", type: "datasource", query: DATA_SOURCE.type, hide: 2, current: {} };
}

function queryVariable({ name, label, sql }: VariableSpec): Record<string, unknown> {
  const query = { refId: name, format: "table", rawQuery: true, rawSql: sql };
  return {
    name,
    label,
    type: "query",
    datasource: DATA_SOURCE,
    query,
    refresh: 1,
    sort: 0,
    multi: false,
    includeAll: false,
  };
}

/** Gives panels ids and places: left to right, a new row when the next doesn't fit. */
function place(specs: readonly PanelSpec[]): Record<string, unknown>[] {
  let [x, y, rowHeight] = [0, 0, 0];
  return specs.map((spec, index) => {
    if (x + spec.width > COLUMNS) [x, y, rowHeight] = [0, y + rowHeight, 0];
    const gridPos = { x, y, w: spec.width, h: spec.height };
    x += spec.width;
    rowHeight = Math.max(rowHeight, spec.height);
    return renderPanel(spec, index + 1, gridPos);
  });
}

function renderPanel(spec: PanelSpec, id: number, gridPos: Record<string, number>): Record<string, unknown> {
  const bounds = {
    ...(spec.min === undefined ? {} : { min: spec.min }),
    ...(spec.max === undefined ? {} : { max: spec.max }),
  };
  return {
    id,
    gridPos,
    type: spec.type,
    title: spec.title,
    description: spec.description,
    datasource: DATA_SOURCE,
    targets: [
      {
        refId: "A",
        datasource: DATA_SOURCE,
        format: spec.format,
        rawQuery: true,
        editorMode: "code",
        rawSql: spec.sql,
      },
    ],
    fieldConfig: { defaults: { unit: spec.unit, ...bounds, custom: customOf(spec) }, overrides: [] },
    options: optionsOf(spec),
  };
}

function customOf({ type, draw }: PanelSpec): Record<string, unknown> {
  if (type !== "timeseries") return {};
  return draw === "bars"
    ? { drawStyle: "bars", fillOpacity: 60, spanNulls: false }
    : { drawStyle: "line", lineWidth: 2, fillOpacity: 10, spanNulls: false };
}

function optionsOf({ type }: PanelSpec): Record<string, unknown> {
  if (type === "table") return { showHeader: true };
  if (type === "stat")
    return { reduceOptions: { calcs: ["lastNotNull"], fields: "/.*/" }, colorMode: "value", textMode: "auto" };
  return {
    legend: { showLegend: true, displayMode: "table", placement: "bottom", calcs: ["mean", "max"] },
    tooltip: { mode: "multi" },
  };
}
