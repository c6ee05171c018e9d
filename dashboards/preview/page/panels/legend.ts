import { displayOf, fieldColor } from "../data/display.ts";
import { numbersOf, groupOf, type Field } from "../data/fields.ts";
import { calcName, reduce } from "../data/reduce.ts";
import { h } from "../dom.ts";
import { optionsOf, type Scene } from "./panel.ts";
import { swatch } from "./tooltip.ts";

/**
 * A legend of fields: names, or a table with their sums. A click hides a series or shows it again.
 *
 * @param off titles of what is hidden; changed here
 * @param onChange called after that
 */
export function legend(fields: readonly Field[], scene: Scene, off: Set<string>, onChange: () => void): HTMLElement {
  const { showLegend = true, displayMode = "list", calcs = [] } = optionsOf(scene.panel, "legend");
  const shown = fields.filter((field) => groupOf(field, "hideFrom")["legend"] !== true);
  if (showLegend === false || displayMode === "hidden") return h("div", { hidden: true });
  const names = Array.isArray(calcs) ? calcs.map(String) : [];
  return displayMode === "table" && names.length > 0
    ? tableOf(shown, names, off, onChange)
    : h("div", { class: "legend" }, ...shown.map((field) => toggle(field, off, onChange)));
}

function toggle(field: Field, off: Set<string>, onChange: () => void): HTMLElement {
  const button = h(
    "button",
    { type: "button", class: "legend-item", title: field.title, "aria-pressed": String(!off.has(field.title)) },
    swatch(fieldColor(field, lastOf(field))),
    h("span", { text: field.title }),
  );
  button.addEventListener("click", () => {
    if (!off.delete(field.title)) off.add(field.title);
    button.setAttribute("aria-pressed", String(!off.has(field.title)));
    onChange();
  });
  return button;
}

const lastOf = (field: Field): number | null => numbersOf(field).findLast((value) => value !== null) ?? null;

function tableOf(
  fields: readonly Field[],
  calcs: readonly string[],
  off: Set<string>,
  onChange: () => void,
): HTMLElement {
  const head = h(
    "tr",
    {},
    h("th", { scope: "col", text: "Name" }),
    ...calcs.map((calc) => h("th", { scope: "col", text: calcName(calc) })),
  );
  const lines = fields.map((field) => {
    const write = displayOf(field);
    const numbers = numbersOf(field);
    const sums = calcs.map((calc) => h("td", { text: write(reduce(calc, numbers)).text }));
    return h("tr", {}, h("td", {}, toggle(field, off, onChange)), ...sums);
  });
  return h("div", { class: "legend table" }, h("table", {}, h("thead", {}, head), h("tbody", {}, ...lines)));
}
