import { renderPanel } from "./panels.ts";
import type { PanelSpec, RowSpec } from "./spec.ts";

type Json = Record<string, unknown>;

const COLUMNS = 24;
/** Ids of headings begin here, so that a heading more or less leaves the panels' ids, which alerts and links name. */
const FIRST_HEADING = 1_001;

/** The height of a panel that names none, in Grafana's rows of 30 pixels. */
export const heightOf = ({ type, height }: PanelSpec): number => height ?? (type === "stat" ? 4 : 8);

/** Gives panels ids and places: under their row's heading, left to right, a new line when the next doesn't fit. */
export function place(rows: readonly RowSpec[]): Json[] {
  const placed: Json[] = [];
  let [y, id, heading] = [0, 1, FIRST_HEADING];
  for (const { title, panels } of rows) {
    if (title !== undefined) {
      const gridPos = { x: 0, y, w: COLUMNS, h: 1 };
      placed.push({ id: heading++, gridPos, type: "row", title, collapsed: false, panels: [] });
      y += 1;
    }
    let [x, lineHeight] = [0, 0];
    for (const panel of panels) {
      if (x + panel.width > COLUMNS) [x, y, lineHeight] = [0, y + lineHeight, 0];
      placed.push(renderPanel(panel, id++, { x, y, w: panel.width, h: heightOf(panel) }));
      x += panel.width;
      lineHeight = Math.max(lineHeight, heightOf(panel));
    }
    y += lineHeight;
  }
  return placed;
}
