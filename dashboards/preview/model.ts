/** The part of Grafana's dashboard JSON (schema 42) that the preview reads, and what its server answers. */

/** A value that a field's config may map, and how it is then shown. */
export interface MappingResult {
  text?: string;
  color?: string;
  index?: number;
}

/** One of Grafana's value mappings. */
export type Mapping =
  | { type: "value"; options: Readonly<Record<string, MappingResult>> }
  | { type: "range"; options: { from: number | null; to: number | null; result: MappingResult } }
  | { type: "regex"; options: { pattern: string; result: MappingResult } }
  | { type: "special"; options: { match: string; result: MappingResult } };

/** Values from `value` on have this color; `null`: from the beginning. */
export interface ThresholdStep {
  value: number | null;
  color: string;
}

/** A link of a dashboard, a panel or a cell. */
export interface Link {
  title?: string;
  url?: string;
  type?: string;
  tags?: readonly string[];
  targetBlank?: boolean;
  keepTime?: boolean;
  includeVars?: boolean;
}

/** How a field is shown; `custom` is the panel type's own. */
export interface FieldConfig {
  unit?: string;
  decimals?: number;
  min?: number;
  max?: number;
  displayName?: string;
  noValue?: string;
  color?: { mode?: string; fixedColor?: string };
  thresholds?: { mode?: "absolute" | "percentage"; steps: readonly ThresholdStep[] };
  mappings?: readonly Mapping[];
  links?: readonly Link[];
  custom?: Readonly<Record<string, unknown>>;
}

/** An exception from a panel's defaults. */
export interface Override {
  matcher: { id: string; options: unknown };
  properties: readonly { id: string; value?: unknown }[];
}

/** A query of a panel. */
export interface Target {
  refId: string;
  format?: "time_series" | "table";
  rawSql?: string;
  hide?: boolean;
}

/** A panel, or a row of them. */
export interface Panel {
  id: number;
  type: string;
  title?: string;
  description?: string;
  gridPos: { x: number; y: number; w: number; h: number };
  targets?: readonly Target[];
  fieldConfig?: { defaults: FieldConfig; overrides: readonly Override[] };
  options?: Readonly<Record<string, unknown>>;
  links?: readonly Link[];
  interval?: string;
  maxDataPoints?: number;
  transparent?: boolean;
  transformations?: readonly unknown[];
  /** of a row */
  collapsed?: boolean;
  panels?: readonly Panel[];
}

/** One choice of a variable. */
export interface Choice {
  text: string;
  value: string;
}

/** A variable of a dashboard. */
export interface Variable {
  name: string;
  label?: string;
  description?: string;
  type: string;
  /** of a query variable an object with its SQL, of others a text */
  query?: unknown;
  hide?: number;
  multi?: boolean;
  includeAll?: boolean;
  allValue?: string | null;
  current?: { text?: unknown; value?: unknown };
  options?: readonly { text?: string; value?: string; selected?: boolean }[];
}

/** Marks over every chart, from SQL. */
export interface Annotation {
  name: string;
  enable?: boolean;
  hide?: boolean;
  iconColor?: string;
  rawQuery?: string;
  target?: { rawSql?: string; format?: string };
  type?: string;
  filter?: { exclude?: boolean; ids?: readonly number[] };
}

/** A dashboard. */
export interface Dashboard {
  uid: string;
  title: string;
  description?: string;
  tags?: readonly string[];
  refresh?: string;
  graphTooltip?: number;
  timezone?: string;
  time?: { from: string; to: string };
  timepicker?: { refresh_intervals?: readonly string[] };
  templating?: { list: readonly Variable[] };
  annotations?: { list: readonly Annotation[] };
  links?: readonly Link[];
  panels: readonly Panel[];
}

/** What variables stand at, by name; several values of one that is `multi`. */
export type VariableValues = Readonly<Record<string, string | readonly string[]>>;

/** Value of a variable that stands for all of its choices. */
export const ALL = "$__all";

/** What a column holds, as far as it is drawn. */
export type ColumnType = "time" | "number" | "string" | "boolean";

/** A value as it goes over the wire: times in milliseconds since 1970. */
export type Cell = number | string | boolean | null;

/** Answer of one query: columns side by side. */
export interface TableData {
  refId: string;
  format: "time_series" | "table";
  columns: readonly { name: string; type: ColumnType; values: readonly Cell[] }[];
}

/** The range and the variables of a question to the server: never SQL. */
export interface Scope {
  /** milliseconds since 1970 */
  from: number;
  to: number;
  variables: VariableValues;
}

/** A question for a panel's data. */
export interface QueryRequest extends Scope {
  dashboard: string;
  panel: number;
  /** how many points can be told apart on the screen */
  maxDataPoints: number;
}

/** What the home page lists. */
export interface DashboardSummary {
  uid: string;
  title: string;
  description: string;
  tags: readonly string[];
  panelCount: number;
}

/** Every panel, those inside collapsed rows too. */
export function panelsOf(dashboard: Dashboard): Panel[] {
  return dashboard.panels.flatMap((panel) => [panel, ...(panel.panels ?? [])]);
}
