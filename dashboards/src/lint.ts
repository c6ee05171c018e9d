/** What is wrong with a dashboard's JSON, found without a database. */
import { renderDashboard } from "./grafana.ts";
import { DATA_AS_OF } from "./shared.ts";
import { panelsOf, type DashboardSpec, type PanelSpec, type VariableSpec } from "./spec.ts";

interface Box {
  id: number;
  title: string;
  gridPos: { x: number; y: number; w: number; h: number };
}

/**
 * Everything wrong with a dashboard, in words; empty: nothing.
 *
 * @param all every dashboard that links may lead to
 */
export function lint(spec: DashboardSpec, all: readonly DashboardSpec[]): string[] {
  const faults = [
    ...boxFaults(renderDashboard(spec, all)["panels"] as Box[]),
    ...panelsOf(spec).flatMap(panelFaults),
    ...variableFaults(spec),
    ...linkFaults(spec, all),
  ];
  if (!/^bc-[a-z]+$/.test(spec.uid)) faults.push(`uid ${spec.uid} isn't bc-…`);
  if (!spec.description) faults.push("no description");
  if (!spec.rows[0]?.panels.includes(DATA_AS_OF)) faults.push("no freshness panel (DATA_AS_OF) in the first row");
  return faults.map((fault) => `${spec.uid}: ${fault}`);
}

function boxFaults(boxes: readonly Box[]): string[] {
  const name = (box: Box): string => `${box.id} ${box.title}`;
  const over = boxes.filter(({ gridPos: { x, w, h } }) => x < 0 || w < 1 || h < 1 || x + w > 24);
  const overlaps = boxes.flatMap((one, place) =>
    boxes.slice(place + 1).flatMap((two) => (isOverlap(one, two) ? [`${name(one)} and ${name(two)} overlap`] : [])),
  );
  const twice = boxes.filter((box, place) => boxes.findIndex(({ id }) => id === box.id) !== place);
  return [
    ...over.map((box) => `${name(box)} goes over the edge`),
    ...overlaps,
    ...twice.map((box) => `${name(box)} has another's id`),
  ];
}

const isOverlap = ({ gridPos: a }: Box, { gridPos: b }: Box): boolean =>
  a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;

function panelFaults(panel: PanelSpec): string[] {
  const faults: string[] = [];
  if (!panel.title) faults.push("no title");
  if (panel.description.length < 20) faults.push("no description worth the name");
  if (panel.type !== "text") {
    if (!panel.unit) faults.push("no unit");
    if (panel.queries.length === 0) faults.push("no query");
    const isOverTime = panel.type === "timeseries" || panel.type === "state-timeline";
    if (isOverTime && panel.queries.some(({ format }) => format === "table"))
      faults.push("over time, and no time_series");
    for (const { thresholds = [] } of [panel, ...(panel.overrides ?? [])])
      if (thresholds.length > 0 && !isRising(thresholds.map(({ value }) => value)))
        faults.push("thresholds don't rise from null");
  }
  return faults.map((fault) => `panel "${panel.title}": ${fault}`);
}

const isRising = ([first, ...values]: readonly (number | null)[]): boolean =>
  first === null && values.every((value, place) => value !== null && value > (values[place - 1] ?? -Infinity));

/** Every SQL text of a dashboard, and where it stands. */
export function sqlOf(spec: DashboardSpec): { where: string; sql: string }[] {
  return [
    ...spec.variables.flatMap((variable) =>
      variable.type === "query" ? [{ where: `variable "${variable.name}"`, sql: variable.sql }] : [],
    ),
    ...(spec.annotations ?? []).map(({ name, sql }) => ({ where: `annotation "${name}"`, sql })),
    ...panelsOf(spec).flatMap((panel) =>
      panel.type === "text"
        ? []
        : panel.queries.map(({ sql }, place) => ({ where: `panel "${panel.title}", query ${place + 1}`, sql })),
    ),
  ];
}

function variableFaults(spec: DashboardSpec): string[] {
  const declared = new Map(spec.variables.map((variable) => [variable.name, variable]));
  const used = new Set<string>();
  const faults = sqlOf(spec).flatMap(({ where, sql }) =>
    [...sql.matchAll(/\$(?:\{(?!__)(\w+)(:\w+)?\}|(?!__)([A-Za-z_]\w*))/g)].flatMap(
      ([whole, braced, format, bare = ""]) => {
        const name = braced ?? bare;
        used.add(name);
        const variable = declared.get(name);
        if (!variable) return [`${where} uses ${whole}, which isn't there`];
        return isSafe(variable, format) ? [] : [`${where} uses ${whole} and not \${${name}:sqlstring}`];
      },
    ),
  );
  const links = JSON.stringify(renderDashboard(spec, []));
  const unused = [...declared.keys()].filter((name) => !used.has(name) && !links.includes(`\${${name}`));
  return [...faults, ...unused.map((name) => `nothing uses the variable ${name}`)];
}

/** Intervals are chosen from a list and stand where no quote may; all else is quoted. */
const isSafe = ({ type }: VariableSpec, format: string | undefined): boolean =>
  format === ":sqlstring" || type === "interval";

function linkFaults(spec: DashboardSpec, all: readonly DashboardSpec[]): string[] {
  const text = JSON.stringify(renderDashboard(spec, all));
  return [...text.matchAll(/\/d\/([\w-]+)([^"\\]*)/g)].flatMap(([whole, uid, rest = ""]) => {
    const target = all.find((other) => other.uid === uid);
    if (!target) return [`${whole} leads nowhere`];
    return [...rest.matchAll(/[&?]var-(\w+)=/g)].flatMap(([, name]) =>
      target.variables.some((variable) => variable.name === name) ? [] : [`${whole}: ${uid} has no variable ${name}`],
    );
  });
}
