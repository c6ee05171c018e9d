import { fieldColor, displayOf } from "../data/display.ts";
import { isHidden, numbersOf, type Field, type Frame } from "../data/fields.ts";
import { h } from "../dom.ts";
import { legend } from "./legend.ts";
import { NoPicture, optionOf, type Draw, type Scene } from "./panel.ts";
import { niceTicks } from "./ticks.ts";
import { hideTooltip, showTooltip } from "./tooltip.ts";

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
    chart.replaceChildren(...picture(frame, x, shown, scene));
  };
  body.append(chart, legend(fields, scene, off, render));
  render();
  return hideTooltip;
};

function picture(frame: Frame, x: Field, fields: readonly Field[], scene: Scene): HTMLElement[] {
  const isStacked = optionOf(scene.panel, "stacking", "none") !== "none";
  const isFlat = optionOf(scene.panel, "orientation", "auto") === "horizontal";
  const values = fields.map(numbersOf);
  const rows = Array.from({ length: frame.length }, (_, row) => row);
  const totals = rows.flatMap((row) => {
    const numbers = values.map((column) => column[row] ?? 0);
    return isStacked ? [numbers.reduce((sum, value) => sum + value, 0)] : numbers;
  });
  const { min, max } = fields[0]?.config ?? {};
  const ticks = niceTicks(min ?? Math.min(0, ...totals), max ?? Math.max(0, ...totals), 5);
  const [low = 0, high = 1] = [ticks[0], ticks.at(-1)];
  const share = (value: number): string => `${(100 * value) / (high - low || 1)}%`;
  const write = fields.map(displayOf);
  const name = displayOf(x);
  const groups = rows.map((row) => {
    const bars = fields.map((field, place) => {
      const value = values[place]?.[row] ?? null;
      const base = Math.max(low, 0) - low + Math.min(0, value ?? 0);
      const size = {
        [isFlat ? "width" : "height"]: share(Math.abs(value ?? 0)),
        ...(isStacked ? {} : { [isFlat ? "margin-left" : "margin-bottom"]: share(base) }),
      };
      const text = write[place]!(value).text;
      const label =
        !isStacked && rows.length * fields.length <= 24 ? h("span", { class: "bar-label", text }) : undefined;
      return h("div", { class: "bar", style: { background: fieldColor(field, value), ...size } }, label);
    });
    const lines = fields.map((field, place) => ({
      color: fieldColor(field, values[place]?.[row] ?? null),
      name: field.title,
      text: write[place]!(values[place]?.[row] ?? null).text,
    }));
    const title = name(x.values[row] ?? null).text;
    const on = {
      pointermove: (event: Event) => showTooltip(event as PointerEvent, title, lines),
      pointerleave: hideTooltip,
    };
    return h(
      "div",
      { class: "bar-group", on },
      h("div", { class: `bars${isStacked ? " stacked" : ""}` }, ...bars),
      h("span", { class: "bar-name", text: title, title }),
    );
  });
  const axis = ticks.map((tick) =>
    h("span", {
      class: "bar-tick",
      text: write[0]?.(tick).text ?? "",
      style: { [isFlat ? "left" : "bottom"]: share(tick - low) },
    }),
  );
  return [
    h(
      "div",
      { class: `bar-plot ${isFlat ? "flat" : "upright"}` },
      h("div", { class: "bar-axis", "aria-hidden": "true" }, ...axis),
      h("div", { class: "bar-groups" }, ...groups),
    ),
  ];
}
