import type { Cell, ColumnType, FieldConfig, Override, Panel, TableData } from "../../model.ts";
import { seriesOf } from "./series.ts";

/** A column with all that says how it is shown. */
export interface Field {
  /** as the query names it */
  name: string;
  /** as it is shown */
  title: string;
  type: ColumnType;
  values: readonly Cell[];
  labels: Readonly<Record<string, string>>;
  config: FieldConfig;
  /** its place among the panel's numeric fields, which gives its color */
  index: number;
}

/** The fields of one query; all of one length. */
export interface Frame {
  refId: string;
  fields: readonly Field[];
  /** how many rows */
  length: number;
}

/** A frame before its panel's config is applied. */
export interface RawFrame {
  refId: string;
  fields: readonly {
    name: string;
    type: ColumnType;
    values: readonly Cell[];
    labels?: Readonly<Record<string, string>>;
  }[];
}

/** What a panel's queries gave, as fields that know how they are shown. */
export function framesOf(panel: Panel, tables: readonly TableData[]): Frame[] {
  let index = 0;
  return tables.map(toFrame).map(({ refId, fields }) => {
    const isSingle = fields.filter(({ type }) => type === "number").length === 1;
    const shown = fields.map((field) => {
      const labels = field.labels ?? {};
      const name = field.name;
      const natural = nameOf(name, labels, isSingle);
      const config = configOf(panel, { name, natural, type: field.type, refId });
      const place = field.type === "number" ? index++ : 0;
      return { ...field, labels, config, title: config.displayName ?? natural, index: place };
    });
    return { refId, fields: shown, length: fields[0]?.values.length ?? 0 };
  });
}

const toFrame = (table: TableData): RawFrame =>
  table.format === "time_series" ? seriesOf(table) : { refId: table.refId, fields: table.columns };

/** A series' name as Grafana makes it: its column, and what sets it apart. */
function nameOf(name: string, labels: Readonly<Record<string, string>>, isSingle: boolean): string {
  const values = Object.entries(labels);
  if (values.length === 0) return name;
  if (values.length === 1)
    return name === "value" || isSingle ? (values[0]?.[1] ?? name) : `${name} ${values[0]?.[1] ?? ""}`;
  return `${name} {${values.map(([key, value]) => `${key}="${value}"`).join(", ")}}`;
}

interface Matched {
  name: string;
  natural: string;
  type: ColumnType;
  refId: string;
}

function configOf(panel: Panel, field: Matched): FieldConfig {
  const { defaults, overrides } = panel.fieldConfig ?? { defaults: {}, overrides: [] };
  const config: Record<string, unknown> = { ...defaults };
  const custom: Record<string, unknown> = { ...defaults.custom };
  for (const { properties } of overrides.filter((override) => matches(override, field))) {
    for (const { id, value } of properties) {
      if (id.startsWith("custom.")) custom[id.slice("custom.".length)] = value;
      else config[id] = value;
    }
  }
  return { ...config, custom };
}

/** Whether an override is about a field, by the matchers that our dashboards use. */
function matches({ matcher: { id, options } }: Override, { name, natural, type, refId }: Matched): boolean {
  const names = [name, natural];
  if (id === "byName") return names.includes(String(options));
  if (id === "byNames") return ((options as { names?: string[] }).names ?? []).some((one) => names.includes(one));
  if (id === "byType") return options === type;
  if (id === "byFrameRefID") return options === refId;
  if (id !== "byRegexp") return false;
  const [, pattern = String(options), flags = ""] = /^\/(.*)\/([a-z]*)$/.exec(String(options)) ?? [];
  return names.some((one) => new RegExp(pattern, flags).test(one));
}

/** A custom option of a field, if it has one of this kind. */
export function customOf<T extends string | number | boolean>(field: Field, name: string, fallback: T): Kind<T> {
  const value = field.config.custom?.[name];
  return (typeof value === typeof fallback ? value : fallback) as Kind<T>;
}

/** The kind of value that an option with this fallback is. */
export type Kind<T> = T extends string ? string : T extends number ? number : boolean;

/** A custom option of a field that is an object. */
export function groupOf(field: Field, name: string): Readonly<Record<string, unknown>> {
  const value = field.config.custom?.[name];
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

/** Whether a field is left out of what is drawn. */
export const isHidden = (field: Field): boolean =>
  groupOf(field, "hideFrom")["viz"] === true || customOf(field, "hidden", false);

/** The numbers of a field; what is none is null. */
export const numbersOf = (field: Field): (number | null)[] =>
  field.values.map((value) => (typeof value === "number" ? value : typeof value === "boolean" ? Number(value) : null));
