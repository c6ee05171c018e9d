import { faded, inkOn } from "../data/colors.ts";
import { numbersOf } from "../data/fields.ts";
import { h, svg } from "../dom.ts";
import { linksOf, NoPicture, optionOf, type Draw, type Scene } from "./panel.ts";
import { valuesOf, type OneValue } from "./values.ts";

/** Big numbers, each with a sparkline where there are times. */
export const drawStat: Draw = (body, frames, scene) => {
  const values = valuesOf(scene.panel, frames);
  if (values.length === 0) throw new NoPicture(scene.panel.fieldConfig?.defaults.noValue ?? "No data");
  const chars = Math.max(...values.map(({ shown }) => shown.text.length), 4);
  body.append(
    h(
      "div",
      { class: `stats ${optionOf(scene.panel, "orientation", "auto")}`, style: { "--chars": String(chars) } },
      ...values.map((value) => tile(value, values.length, scene)),
    ),
  );
  return undefined;
};

function tile(value: OneValue, count: number, scene: Scene): HTMLElement {
  const { panel } = scene;
  const { shown, field, frame, title } = value;
  const mode = optionOf(panel, "textMode", "auto");
  const isFilled = optionOf(panel, "colorMode", "value").startsWith("background");
  const color = optionOf(panel, "colorMode", "value") === "none" ? "inherit" : shown.color;
  const isNamed = mode.endsWith("name") || (mode === "auto" && count > 1);
  const ink = isFilled ? inkOn(shown.color) : undefined;
  const [link] = linksOf(field, value.raw, shown.text, value.row, frame, scene);
  const course = optionOf(panel, "graphMode", "area") === "area" ? sparkline(value, ink ?? shown.color) : undefined;
  const text = h("span", {
    class: "stat-value",
    text: mode === "name" ? title : shown.text,
    style: { color: ink ?? color },
  });
  return h(
    "div",
    { class: `stat${course ? " with-course" : ""}`, style: { ...(isFilled ? { background: shown.color } : {}) } },
    course,
    isNamed && mode !== "name"
      ? h("span", { class: "stat-name", text: title, style: { ...(ink ? { color: ink } : {}) } })
      : undefined,
    link ? h("a", { href: link.href, title: link.title, class: "stat-link" }, text) : text,
  );
}

/** The field's course over time, behind its number. */
function sparkline({ field, frame }: OneValue, color: string): HTMLElement | undefined {
  const times = frame.fields.find(({ type }) => type === "time")?.values as readonly number[] | undefined;
  const values = numbersOf(field);
  const present = values.filter((value) => value !== null);
  const [first = 0, last = 0] = [times?.[0], times?.at(-1)];
  if (!times || present.length < 2 || last <= first) return undefined;
  const [low, high] = [Math.min(...present), Math.max(...present)];
  const spread = high - low || 1;
  const points = values.flatMap((value, place) =>
    value === null
      ? []
      : [
          `${((100 * (times[place]! - first)) / (last - first)).toFixed(2)} ${(38 - (36 * (value - low)) / spread).toFixed(2)}`,
        ],
  );
  const line = `M${points.join("L")}`;
  const begin = points[0]?.split(" ")[0] ?? "0";
  const end = points.at(-1)?.split(" ")[0] ?? "100";
  const picture = svg(
    "svg",
    { viewBox: "0 0 100 40", preserveAspectRatio: "none", "aria-hidden": "true" },
    svg("path", { d: `${line}L${end} 40L${begin} 40Z`, fill: faded(color, 0.18) }),
    svg("path", { d: line, fill: "none", stroke: color, "stroke-width": 1.5, "vector-effect": "non-scaling-stroke" }),
  );
  return h("div", { class: "sparkline" }, picture as unknown as HTMLElement);
}
