import type { Panel } from "../../model.ts";
import { h } from "../dom.ts";
import { PanelView } from "./panel.ts";

/** Panels under one heading, with places counted from it. */
interface Row {
  heading: Panel | undefined;
  panels: Panel[];
}

/** The rows of a dashboard: panels before the first heading, then each heading with what stands under it. */
export function rowsOf(panels: readonly Panel[]): Row[] {
  const sorted = panels.toSorted((a, b) => a.gridPos.y - b.gridPos.y || a.gridPos.x - b.gridPos.x);
  const rows: Row[] = [{ heading: undefined, panels: [] }];
  for (const panel of sorted) {
    if (panel.type === "row") rows.push({ heading: panel, panels: [...(panel.panels ?? [])] });
    else rows.at(-1)?.panels.push(panel);
  }
  return rows.filter(({ heading, panels: own }) => heading || own.length > 0).map(fromTop);
}

/** The same row with its first panel at the top. */
function fromTop({ heading, panels }: Row): Row {
  const top = Math.min(...panels.map(({ gridPos }) => gridPos.y));
  return {
    heading,
    panels: panels.map((panel) => ({ ...panel, gridPos: { ...panel.gridPos, y: panel.gridPos.y - top } })),
  };
}

/**
 * A row on the page; its heading folds it.
 *
 * @param onOpen called with the views of a row that was folded until now
 */
export function rowView(
  { heading, panels }: Row,
  onOpen: (views: readonly PanelView[]) => void,
): { element: HTMLElement; views: PanelView[] } {
  const views = panels.map((panel) => new PanelView(panel));
  const grid = h("div", { class: "grid" }, ...views.map(({ element }) => element));
  if (!heading) return { element: h("div", { class: "row" }, grid), views };
  const isOpen = heading.collapsed !== true;
  const button = h(
    "button",
    { type: "button", class: "row-title", "aria-expanded": String(isOpen) },
    h("span", { class: "caret", "aria-hidden": "true" }),
    heading.title ?? "",
  );
  grid.hidden = !isOpen;
  button.addEventListener("click", () => {
    grid.hidden = !grid.hidden;
    button.setAttribute("aria-expanded", String(!grid.hidden));
    if (!grid.hidden) onOpen(views.filter(({ element }) => element.dataset["state"] === "loading"));
  });
  return { element: h("div", { class: "row" }, h("h2", {}, button), grid), views };
}
