import { faded } from "../data/colors.ts";
import { displayOf, fieldColor } from "../data/display.ts";
import { customOf, isHidden, numbersOf, type Field, type Frame } from "../data/fields.ts";
import { h } from "../dom.ts";
import { formatterOf } from "../format/units.ts";
import { legend } from "./legend.ts";
import { NoPicture, optionOf, type Draw, type Scene } from "./panel.ts";
import { axisLabels } from "./plot.ts";
import { niceTicks } from "./ticks.ts";
import { hideTooltip, showTooltip } from "./tooltip.ts";

/** Room that a letter of a category's name takes, pixels. */
const LETTER = 6.5;

/** What a bar chart is drawn of. */
interface Bars {
  /** names of the categories, as they are shown */
  names: readonly string[];
  fields: readonly Field[];
  values: readonly (readonly (number | null)[])[];
  isStacked: boolean;
  isFlat: boolean;
  /** the axis: its marks, and how long a value's bar is */
  ticks: readonly number[];
  share: (value: number) => string;
  /** every which category's name there is room for */
  every: number;
  /** how many letters of a value there is room for on a bar */
  room: number;
}

/** Bars by category: side by side, or one upon the other. */
export const drawBarChart: Draw = (body, frames, scene) => {
  const [frame] = frames.filter(({ length }) => length > 0);
  const wanted = optionOf(scene.panel, "xField", "");
  const named = frame?.fields.find(({ name, title }) => wanted !== "" && [name, title].includes(wanted));
  const x = named ?? frame?.fields.find(({ type }) => type !== "number");
  const fields = frame?.fields.filter((field) => field !== x && field.type === "number" && !isHidden(field)) ?? [];
  if (!frame || !x || fields.length === 0) throw new NoPicture(scene.panel.fieldConfig?.defaults.noValue ?? "No data");
  const off = new Set<string>();
  const chart = h("div", { class: "barchart" });
  const render = (): void => {
    const shown = fields.filter(({ title }) => !off.has(title));
    chart.replaceChildren(picture(barsOf(frame, x, shown, scene, chart.clientWidth)));
  };
  body.append(chart, legend(fields, scene, off, render));
  render();
  return hideTooltip;
};

function barsOf(frame: Frame, x: Field, fields: readonly Field[], { panel }: Scene, width: number): Bars {
  const isStacked = optionOf(panel, "stacking", "none") !== "none";
  const values = fields.map(numbersOf);
  const totals = Array.from({ length: frame.length }, (_, row) => {
    const numbers = values.map((column) => column[row] ?? 0);
    return isStacked ? [numbers.reduce((sum, value) => sum + value, 0)] : numbers;
  }).flat();
  const { min, max } = fields[0]?.config ?? {};
  const ticks = niceTicks(min ?? Math.min(0, ...totals), max ?? Math.max(0, ...totals), 5);
  const [low = 0, high = 1] = [ticks[0], ticks.at(-1)];
  const write = displayOf(x);
  const names = x.values.map((value) => write(value).text);
  const room = Math.max(1, width - 60) / Math.max(1, frame.length);
  const letters = Math.max(1, ...names.map((name) => name.length));
  return {
    ...{ names, fields, values, isStacked, ticks },
    isFlat: optionOf(panel, "orientation", "auto") === "horizontal",
    share: (value) => `${(100 * value) / (high - low || 1)}%`,
    every: Math.max(1, Math.ceil((Math.min(letters, 14) * LETTER) / room)),
    room: (room * 0.8) / (fields.length * LETTER),
  };
}

function picture(bars: Bars): HTMLElement {
  const { names, fields, ticks, share, isFlat } = bars;
  const format = formatterOf(fields[0]?.config.unit ?? "none") ?? formatterOf("none")!;
  const texts = axisLabels(ticks, (value, decimals) => format(value, decimals));
  const axis = ticks.map((tick, place) =>
    h("span", { class: "bar-tick", text: texts[place] ?? "", style: { bottom: share(tick - (ticks[0] ?? 0)) } }),
  );
  return h(
    "div",
    {
      class: `bar-plot ${isFlat ? "flat" : "upright"}`,
      style: { "--axis": `${Math.max(36, ...texts.map((text) => text.length * LETTER + 10))}px` },
    },
    h("div", { class: "bar-axis", "aria-hidden": "true" }, ...axis),
    h("div", { class: "bar-groups" }, ...names.map((_name, row) => group(bars, row))),
  );
}

/** The bars of one category. */
function group(bars: Bars, row: number): HTMLElement {
  const { names, fields, values, isStacked, isFlat, every, room } = bars;
  const title = names[row] ?? "";
  const lines = fields.map((field, place) => {
    const value = values[place]?.[row] ?? null;
    return { color: fieldColor(field, value), name: field.title, text: displayOf(field)(value).text, value };
  });
  const isLabelled = !isStacked && (isFlat || lines.every(({ text }) => text.length <= room));
  const pieces = lines.map(({ color, text, value }, place) => {
    const label = isLabelled ? h("span", { class: "bar-label", text }) : undefined;
    const background = faded(color, customOf(fields[place]!, "fillOpacity", 80) / 100);
    return h("div", { class: "bar", style: { background, ...sizeOf(bars, value ?? 0) } }, label);
  });
  const on = {
    pointermove: (event: Event) => showTooltip(event as PointerEvent, title, lines),
    pointerleave: hideTooltip,
  };
  const name = isFlat || row % every === 0 ? h("span", { class: "bar-name", text: title, title }) : undefined;
  return h(
    "div",
    { class: "bar-group", on },
    h("div", { class: `bars${isStacked ? " stacked" : ""}` }, ...pieces),
    name,
  );
}

/** How long a bar is, and where it begins: below zero it hangs. */
function sizeOf({ isFlat, isStacked, share, ticks }: Bars, value: number): Record<string, string> {
  const length = { [isFlat ? "width" : "height"]: share(Math.abs(value)) };
  const base = Math.min(0, value) - (ticks[0] ?? 0);
  return isStacked ? length : { ...length, [isFlat ? "margin-left" : "margin-bottom"]: share(base) };
}
