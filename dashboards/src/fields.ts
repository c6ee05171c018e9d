/** How values look: colors, thresholds, names of states, links, and what differs by field. */

/** From `value` upwards this color; the first step has no value: it holds below all others. */
export interface Threshold {
  value: number | null;
  color: string;
}

/** What a value, or a span of values, is called. */
export type Mapping =
  | { value: number | string; text: string; color?: string }
  | { from: number | null; to: number | null; text: string; color?: string }
  | { special: "null" | "nan"; text: string; color?: string };

/** A fixed color ("green", "#5794F2"), or by threshold, or one for each series. */
export type Color = { fixed: string } | "thresholds" | "palette";

/** Where a click leads; see {@link linkTo}. */
export interface DataLink {
  title: string;
  url: string;
}

/** What differs for the fields (columns, series) of this name, or whose names match. */
export interface Override {
  match: { name: string } | { regexp: string };
  displayName?: string;
  unit?: string;
  decimals?: number;
  min?: number;
  max?: number;
  noValue?: string;
  color?: Color;
  thresholds?: readonly Threshold[];
  mappings?: readonly Mapping[];
  links?: readonly DataLink[];
  /** a table's column: its number or its whole cell colored by threshold, or a bar */
  cell?: "text" | "color-text" | "color-background" | "gauge";
  /** a table's column that others' links need and nobody reads */
  isHidden?: boolean;
  /** a table's column, pixels */
  width?: number;
  align?: "left" | "right" | "center";
  /** over time: drawn otherwise than the others */
  draw?: "line" | "bars" | "points" | "steps";
  fill?: number;
  lineWidth?: number;
  isDashed?: boolean;
  /** over time: against the right axis */
  isOnRight?: boolean;
  /** over time: mirrored below zero */
  isMirrored?: boolean;
  /** over time: fills down to the series of this name, for a band */
  fillBelowTo?: string;
  /** over time: stacked apart from other groups; "none" for not stacked */
  stackGroup?: string;
}

/** Good below `warn`, amber from there, red from `bad`. */
export const rising = (warn: number, bad: number): Threshold[] => [
  { value: null, color: "green" },
  { value: warn, color: "orange" },
  { value: bad, color: "red" },
];

/** Red below `fair`, amber from there, green from `good`. */
export const falling = (fair: number, good: number): Threshold[] => [
  { value: null, color: "red" },
  { value: fair, color: "orange" },
  { value: good, color: "green" },
];

/** Green at zero, red above: for counts of what must not be. */
export const NONE_ALLOWED: readonly Threshold[] = [
  { value: null, color: "green" },
  { value: 1e-9, color: "red" },
];

/**
 * A link to another dashboard, with the time range as it stands and its variables set.
 *
 * @param variables name to value; e.g. `${__data.fields.gpu}` is the row's column "gpu", `${operator}` this dashboard's own
 */
export function linkTo(title: string, uid: string, variables: Readonly<Record<string, string>> = {}): DataLink {
  const chosen = Object.entries(variables).map(([name, value]) => `&var-${name}=${value}`);
  return { title, url: `/d/${uid}?\${__url_time_range}${chosen.join("")}` };
}

/** A row's column in a link, encoded as an address wants it. */
export const columnOf = (name: string): string => `\${__data.fields["${name}"]:percentencode}`;

type Json = Record<string, unknown>;

/** The values under these names, without those that nobody set. */
export const present = (values: Json): Json =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));

/** A color as a field's settings have it. */
export function colorOf(color: Color): Json {
  if (color === "palette") return { mode: "palette-classic" };
  return color === "thresholds" ? { mode: "thresholds" } : { mode: "fixed", fixedColor: color.fixed };
}

/** Thresholds as a field's settings have them. */
export const thresholdsOf = (steps: readonly Threshold[]): Json => ({ mode: "absolute", steps });

/** Mappings as a field's settings have them: single values together, each span by itself. */
export function mappingsOf(mappings: readonly Mapping[]): Json[] {
  const values = mappings.flatMap((mapping, index) =>
    "value" in mapping ? [[String(mapping.value), resultOf(mapping, index)] as const] : [],
  );
  const others = mappings.flatMap((mapping, index): Json[] => {
    const result = resultOf(mapping, index);
    if ("from" in mapping) return [{ type: "range", options: { from: mapping.from, to: mapping.to, result } }];
    return "special" in mapping ? [{ type: "special", options: { match: mapping.special, result } }] : [];
  });
  return [...(values.length > 0 ? [{ type: "value", options: Object.fromEntries(values) }] : []), ...others];
}

const resultOf = ({ text, color }: Mapping, index: number): Json => present({ text, color, index });

/** An override as a panel's field settings have it. */
export function overrideOf(override: Override): Json {
  const { match } = override;
  const matcher =
    "name" in match ? { id: "byName", options: match.name } : { id: "byRegexp", options: `/${match.regexp}/` };
  const properties = Object.entries(propertiesOf(override)).map(([id, value]) => ({ id, value }));
  return { matcher, properties };
}

function propertiesOf(override: Override): Json {
  const { color, thresholds, mappings, links, cell, isHidden, draw } = override;
  return present({
    displayName: override.displayName,
    unit: override.unit,
    decimals: override.decimals,
    min: override.min,
    max: override.max,
    noValue: override.noValue,
    color: color && colorOf(color),
    thresholds: thresholds && thresholdsOf(thresholds),
    mappings: mappings && mappingsOf(mappings),
    links,
    "custom.cellOptions": cell && cellOf(cell),
    // Grafana before 12.2 reads the first, later ones the second.
    "custom.hidden": isHidden,
    "custom.hideFrom": isHidden ? { viz: true, legend: true, tooltip: true } : undefined,
    "custom.width": override.width,
    "custom.align": override.align,
    ...(draw ? Object.fromEntries(Object.entries(drawOf(draw)).map(([name, value]) => [`custom.${name}`, value])) : {}),
    "custom.fillOpacity": override.fill,
    "custom.lineWidth": override.lineWidth,
    "custom.lineStyle": override.isDashed ? { fill: "dash", dash: [8, 6] } : undefined,
    "custom.axisPlacement": override.isOnRight ? "right" : undefined,
    "custom.transform": override.isMirrored ? "negative-Y" : undefined,
    "custom.fillBelowTo": override.fillBelowTo,
    "custom.stacking":
      override.stackGroup === undefined
        ? undefined
        : { mode: override.stackGroup === "none" ? "none" : "normal", group: override.stackGroup },
  });
}

function cellOf(cell: NonNullable<Override["cell"]>): Json {
  if (cell === "text") return { type: "auto" };
  return cell === "gauge" ? { type: "gauge", mode: "basic" } : { type: cell };
}

/** How a series over time is drawn. */
export function drawOf(draw: "line" | "bars" | "points" | "steps"): Json {
  if (draw === "bars") return { drawStyle: "bars", fillOpacity: 60, lineWidth: 1 };
  if (draw === "points") return { drawStyle: "points", pointSize: 6, showPoints: "always" };
  return { drawStyle: "line", lineWidth: 2, lineInterpolation: draw === "steps" ? "stepAfter" : "linear" };
}
