import type { Cell } from "../../model.ts";
import { faded, inkOn } from "../data/colors.ts";
import { displayOf, shareOf, type Shown } from "../data/display.ts";
import { customOf, groupOf, isHidden, numbersOf, type Field, type Frame } from "../data/fields.ts";
import { h } from "../dom.ts";
import { linksOf, NoPicture, optionOf, type Draw, type Scene } from "./panel.ts";

interface Sorting {
  column: string;
  isDescending: boolean;
}

/** Rows and columns; a click on a heading sorts. */
export const drawTable: Draw = (body, frames, scene) => {
  const filled = frames.filter(({ length }) => length > 0);
  if (filled.length === 0) throw new NoPicture(scene.panel.fieldConfig?.defaults.noValue ?? "No data");
  for (const frame of filled) {
    const box = h("div", { class: "table-box", tabindex: 0, role: "region", "aria-label": scene.panel.title });
    body.append(box);
    const [wanted] = (scene.panel.options?.["sortBy"] ?? []) as { displayName?: string; desc?: boolean }[];
    const sorting = wanted?.displayName
      ? { column: wanted.displayName, isDescending: wanted.desc === true }
      : undefined;
    fill(box, frame, scene, sorting);
  }
  return undefined;
};

function fill(box: HTMLElement, frame: Frame, scene: Scene, sorting: Sorting | undefined): void {
  const columns = frame.fields.filter((field) => !isHidden(field));
  const order = orderOf(columns, frame.length, sorting);
  const heads = columns.map((field) => {
    const isSorted = sorting?.column === field.title;
    const sort = (): void =>
      fill(box, frame, scene, {
        column: field.title,
        isDescending: isSorted ? !sorting.isDescending : field.type === "number",
      });
    const button = h("button", { type: "button", on: { click: sort } }, field.title, arrow(isSorted, sorting));
    const ariaSort = isSorted ? (sorting.isDescending ? "descending" : "ascending") : "none";
    return h("th", { scope: "col", class: alignOf(field), "aria-sort": ariaSort, style: widthOf(field) }, button);
  });
  const write = columns.map(displayOf);
  const scales = columns.map(boundsOf);
  const lines = order.map((row) =>
    h("tr", {}, ...columns.map((field, place) => cell(field, write[place]!, scales[place]!, row, frame, scene))),
  );
  const isHeaded = optionOf(scene.panel, "showHeader", true);
  box.replaceChildren(
    h("table", {}, isHeaded ? h("thead", {}, h("tr", {}, ...heads)) : undefined, h("tbody", {}, ...lines)),
  );
}

const arrow = (isSorted: boolean, sorting: Sorting | undefined): string =>
  isSorted ? (sorting?.isDescending ? " ↓" : " ↑") : "";

function orderOf(columns: readonly Field[], length: number, sorting: Sorting | undefined): number[] {
  const order = Array.from({ length }, (_, row) => row);
  const values = columns.find(({ title, name }) => [title, name].includes(sorting?.column ?? ""))?.values;
  if (!values) return order;
  const sign = sorting?.isDescending ? -1 : 1;
  return order.sort((a, b) => {
    const [one = null, other = null] = [values[a], values[b]];
    if (one === null || other === null) return Number(one === null) - Number(other === null);
    return (
      sign *
      (typeof one === "string"
        ? one.localeCompare(String(other), "en", { numeric: true })
        : Number(one) - Number(other))
    );
  });
}

const alignOf = (field: Field): string => {
  const align = customOf(field, "align", "auto");
  return align === "auto" || align === "" ? (field.type === "number" ? "right" : "left") : align;
};

const widthOf = (field: Field): Record<string, string> => {
  const width = customOf(field, "width", 0);
  return width > 0 ? { width: `${width}px`, "min-width": `${width}px` } : {};
};

/** A column's bounds for bars in its cells: its own, or those of its values. */
function boundsOf(field: Field): { min: number; max: number } {
  const values = numbersOf(field).filter((value) => value !== null);
  return { min: field.config.min ?? Math.min(0, ...values), max: field.config.max ?? Math.max(0, ...values) };
}

function cell(
  field: Field,
  write: (value: Cell) => Shown,
  bounds: { min: number; max: number },
  row: number,
  frame: Frame,
  scene: Scene,
): HTMLElement {
  const raw = field.values[row] ?? null;
  const shown = write(raw);
  const { type = "auto" } = groupOf(field, "cellOptions") as { type?: string };
  const isColored = raw !== null || shown.isMapped;
  const style: Record<string, string> = {};
  if (type === "color-text" && isColored) style["color"] = shown.color;
  if (type === "color-background" && isColored) {
    style["background"] = shown.color;
    style["color"] = inkOn(shown.color);
  }
  const links = linksOf(field, raw, shown.text, row, frame, scene);
  const [link] = links;
  const rel = link?.isNewTab ? { target: "_blank", rel: "noopener" } : {};
  const content =
    link && raw !== null ? h("a", { href: link.href, title: link.title, text: shown.text, ...rel }) : shown.text;
  if (type !== "gauge" || shown.number === null)
    return h("td", { class: alignOf(field), style, title: shown.text }, content);
  const width = `${shareOf({ ...field.config, ...bounds }, shown.number) * 100}%`;
  const background = `linear-gradient(90deg, ${faded(shown.color, 0.4)}, ${shown.color})`;
  const bar = h("span", { class: "cell-bar" }, h("span", { style: { width, background } }));
  return h("td", { class: "gauge-cell" }, h("div", {}, bar, h("span", { style: { color: shown.color } }, content)));
}
