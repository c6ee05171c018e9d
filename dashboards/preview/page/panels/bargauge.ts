import { colorOf, faded } from "../data/colors.ts";
import { stepsOf } from "../data/display.ts";
import { h } from "../dom.ts";
import { linksOf, NoPicture, optionOf, type Draw, type Scene } from "./panel.ts";
import { valuesOf, type OneValue } from "./values.ts";

/** A bar for each value, on one scale. */
export const drawBarGauge: Draw = (body, frames, scene) => {
  const values = valuesOf(scene.panel, frames);
  if (values.length === 0) throw new NoPicture(scene.panel.fieldConfig?.defaults.noValue ?? "No data");
  const numbers = values.map(({ shown }) => shown.number ?? 0);
  const [least, most] = [Math.min(0, ...numbers), Math.max(...numbers)];
  const bars = values.map((value) => {
    const { min = least, max = most } = value.field.config;
    return bar(value, min, max > min ? max : min + 1, scene);
  });
  body.append(h("div", { class: "gauges", role: "list" }, ...bars));
  return undefined;
};

function bar(value: OneValue, min: number, max: number, scene: Scene): HTMLElement {
  const { shown, title, field, frame } = value;
  const share = Math.min(1, Math.max(0, ((shown.number ?? min) - min) / (max - min)));
  const [link] = linksOf(field, value.raw, shown.text, value.row, frame, scene);
  const isGradient = optionOf(scene.panel, "displayMode", "gradient") === "gradient";
  const fill = h("div", {
    class: "gauge-fill",
    style: {
      width: `${share * 100}%`,
      background: isGradient ? gradient(value, min, max, share) : shown.color,
      "border-color": shown.color,
    },
  });
  return h(
    "div",
    { class: "gauge", role: "listitem" },
    h(
      "span",
      { class: "gauge-name", title },
      link ? h("a", { href: link.href, title: link.title, text: title }) : title,
    ),
    h("div", { class: "gauge-track", "aria-hidden": "true" }, fill),
    h("span", { class: "gauge-value", text: shown.text, style: { color: shown.color } }),
  );
}

/** From the lowest threshold's color to the value's own. */
function gradient({ field, shown }: OneValue, min: number, max: number, share: number): string {
  const steps = stepsOf(field.config).filter(({ value }) => (value ?? -Infinity) <= (shown.number ?? min));
  if (steps.length < 2 || field.config.color?.mode === "fixed")
    return `linear-gradient(90deg, ${faded(shown.color, 0.35)}, ${shown.color})`;
  const stops = steps.map(({ color, value }) => {
    const place = Math.max(0, ((value ?? min) - min) / (max - min)) / (share || 1);
    return `${colorOf(color)} ${Math.min(100, place * 100)}%`;
  });
  return `linear-gradient(90deg, ${stops.join(", ")})`;
}
