import { DATA_SOURCE } from "./panels.ts";
import type { VariableSpec } from "./spec.ts";

type Json = Record<string, unknown>;

/** The hidden variable that names the data source, so that dashboards are at home in any Grafana. */
export const dataSourceVariable = (): Json => ({
  name: "ds",
  label: "Data source",
  type: "datasource",
  query: DATA_SOURCE.type,
  hide: 2,
  current: {},
});

/** A variable's JSON. */
export function renderVariable(spec: VariableSpec): Json {
  const { name, label, type } = spec;
  switch (spec.type) {
    case "query":
      return {
        name,
        label,
        type,
        datasource: DATA_SOURCE,
        // As text, which every Grafana takes: as an object only the latest.
        query: spec.sql,
        definition: spec.sql,
        refresh: /\$__/.test(spec.sql) ? 2 : 1,
        sort: 0,
        multi: spec.isMulti === true,
        includeAll: spec.hasAll === true,
        current: spec.hasAll ? chosen("All", "$__all", spec.isMulti) : {},
      };
    case "custom": {
      const [first] = spec.options;
      return {
        name,
        label,
        type,
        query: spec.options.map(({ text, value }) => `${text} : ${value}`).join(", "),
        options: spec.options.map((option, place) => ({ ...option, selected: place === 0 })),
        current: first ? chosen(first.text, first.value) : {},
        multi: false,
        includeAll: false,
      };
    }
    case "textbox":
      return { name, label, type, query: spec.value, current: chosen(spec.value, spec.value) };
    case "interval":
      return {
        name,
        label,
        type,
        query: spec.values.join(","),
        options: spec.values.map((value, place) => ({ text: value, value, selected: place === 0 })),
        current: chosen(spec.values[0] ?? "", spec.values[0] ?? ""),
        auto: false,
        refresh: 2,
      };
  }
}

const chosen = (text: string, value: string, isMulti = false): Json =>
  isMulti ? { text: [text], value: [value], selected: true } : { text, value, selected: true };
