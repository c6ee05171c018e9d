/**
 * The part of Grafana's dashboard JSON (schema 42, loaded by Grafana 10 to 13) that our dashboards use, made from a
 * {@link DashboardSpec}: ids, a grid without overlap, the data source variable and the links between dashboards are given
 * here, so that no dashboard can forget them.
 */
import { place } from "./place.ts";
import { DATA_SOURCE, targetOf } from "./panels.ts";
import type { AnnotationSpec, DashboardSpec } from "./spec.ts";
import { dataSourceVariable, renderVariable } from "./variables.ts";

type Json = Record<string, unknown>;

/**
 * A dashboard's JSON as Grafana loads it.
 *
 * @param all every dashboard, itself too: the row of links at the top leads to the others
 */
export function renderDashboard(spec: DashboardSpec, all: readonly DashboardSpec[]): Json {
  return {
    uid: spec.uid,
    title: spec.title,
    description: spec.description,
    tags: ["berkeley-compute"],
    schemaVersion: 42,
    editable: false,
    graphTooltip: 1,
    timezone: "utc",
    refresh: spec.refresh,
    time: { from: spec.from, to: "now" },
    links: all.filter(({ uid }) => uid !== spec.uid).map(linkOf),
    annotations: { list: (spec.annotations ?? []).map(renderAnnotation) },
    templating: { list: [dataSourceVariable(), ...spec.variables.map(renderVariable)] },
    panels: place(spec.rows),
  };
}

const linkOf = ({ uid, title, description }: DashboardSpec): Json => ({
  type: "link",
  title,
  tooltip: description,
  url: `/d/${uid}`,
  icon: "dashboard",
  keepTime: true,
  includeVars: true,
  targetBlank: false,
  asDropdown: false,
  tags: [],
});

const renderAnnotation = ({ name, color, sql, isOn = true }: AnnotationSpec): Json => ({
  name,
  datasource: DATA_SOURCE,
  enable: isOn,
  hide: false,
  iconColor: color,
  target: targetOf("Anno", sql, "table"),
});
