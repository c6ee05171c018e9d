import type { Cell } from "../../model.ts";
import { faded, inkOn } from "../data/colors.ts";
import { displayOf, type Shown } from "../data/display.ts";
import { customOf, isHidden, type Field, type Frame } from "../data/fields.ts";
import { h } from "../dom.ts";
import { formatDate } from "../format/dates.ts";
import { followCrosshair, moveCrosshair } from "./crosshair.ts";
import { NoPicture, optionOf, optionsOf, type Draw, type Scene } from "./panel.ts";
import { timeLabel, timeTicks } from "./ticks.ts";
import { hideTooltip, showTooltip, swatch } from "./tooltip.ts";

/** One state and how long it lasted, milliseconds since 1970. */
export interface Span {
  from: number;
  to: number;
  value: Cell;
}

/**
 * A field's course as spans: each value lasts until the next one; equal neighbors become one; a gap where there is no value.
 *
 * @param times milliseconds since 1970, ascending
 * @param until where the last value ends
 */
export function spansOf(times: readonly number[], values: readonly Cell[], until: number, isMerged: boolean): Span[] {
  const spans: Span[] = [];
  for (const [place, from] of times.entries()) {
    const value = values[place] ?? null;
    const to = times[place + 1] ?? until;
    const last = spans.at(-1);
    if (value === null || to <= from) continue;
    if (isMerged && last?.value === value && last.to === from) last.to = to;
    else spans.push({ from, to, value });
  }
  return spans;
}

/** A band for each series, which changes its color with the state. */
export const drawTimeline: Draw = (body, frames, scene) => {
  const bands = frames.flatMap((frame) => bandsOf(frame, scene));
  if (bands.length === 0) throw new NoPicture(scene.panel.fieldConfig?.defaults.noValue ?? "No data");
  const { from, to } = scene.range;
  const place = (at: number): number => (100 * (Math.min(to, Math.max(from, at)) - from)) / (to - from);
  const line = h("div", { class: "timeline-cross", hidden: true });
  const plot = h("div", { class: "timeline-plot" }, ...bands.map((band) => bandLine(band, place, scene)), line);
  const { ticks, step } = timeTicks(from, to, Math.max(3, body.clientWidth / 110));
  const marks = ticks.map((at) => h("span", { style: { left: `${place(at)}%` }, text: timeLabel(at, step) }));
  body.append(
    h("div", { class: "timeline" }, plot, h("div", { class: "timeline-axis", "aria-hidden": "true" }, ...marks)),
    keyOf(bands, scene),
  );
  const show = (at: number | null): void => {
    line.hidden = at === null || at < from || at > to;
    if (at !== null) line.style.setProperty("--at", String(place(at) / 100));
  };
  plot.addEventListener("pointermove", (event) => {
    const track = plot.querySelector(".timeline-track")?.getBoundingClientRect();
    if (!track) return;
    const at = from + ((event.clientX - track.left) / track.width) * (to - from);
    show(at);
    moveCrosshair(plot, at);
  });
  plot.addEventListener("pointerleave", () => {
    show(null);
    moveCrosshair(plot, null);
    hideTooltip();
  });
  return scene.isShared ? followCrosshair(plot, show) : undefined;
};

interface Band {
  field: Field;
  spans: Span[];
  write: (value: Cell) => Shown;
}

function bandsOf(frame: Frame, { panel, range }: Scene): Band[] {
  const times = frame.fields.find(({ type }) => type === "time");
  if (!times || frame.length === 0) return [];
  const at = times.values as readonly number[];
  const fields = frame.fields.filter((field) => field !== times && field.type !== "time" && !isHidden(field));
  return fields.map((field) => ({
    field,
    spans: spansOf(at, field.values, Math.max(range.to, at.at(-1) ?? 0), optionOf(panel, "mergeValues", true)),
    write: displayOf(field),
  }));
}

function bandLine({ field, spans, write }: Band, place: (at: number) => number, { panel }: Scene): HTMLElement {
  const opacity = customOf(field, "fillOpacity", 80) / 100;
  const isNamed = optionOf(panel, "showValue", "auto") !== "never";
  const pieces = spans.flatMap((span) => {
    const [left, right] = [place(span.from), place(span.to)];
    if (right <= left) return [];
    const shown = write(span.value);
    const lines = [{ color: shown.color, name: field.title, text: shown.text }];
    const title = `${formatDate(span.from, "YYYY-MM-DD HH:mm:ss")} – ${formatDate(span.to, "YYYY-MM-DD HH:mm:ss")}`;
    const style = {
      left: `${left}%`,
      width: `${right - left}%`,
      background: faded(shown.color, opacity),
      color: inkOn(shown.color),
    };
    const on = { pointermove: (event: Event) => showTooltip(event as PointerEvent, title, lines) };
    return [h("div", { class: "timeline-span", style, on }, isNamed && right - left > 6 ? shown.text : undefined)];
  });
  return h(
    "div",
    { class: "timeline-band" },
    h("span", { class: "timeline-name", text: field.title, title: field.title }),
    h("div", { class: "timeline-track", on: { pointerleave: hideTooltip } }, ...pieces),
  );
}

/** The states that occur, each with its color. */
function keyOf(bands: readonly Band[], { panel }: Scene): HTMLElement {
  const states = new Map(
    bands
      .flatMap(({ spans, write }) => spans.map(({ value }) => write(value)))
      .map((shown) => [shown.text, shown.color]),
  );
  if (optionsOf(panel, "legend")["showLegend"] === false || states.size > 16) return h("div", { hidden: true });
  const items = [...states].map(([text, color]) =>
    h("span", { class: "legend-item" }, swatch(color), h("span", { text })),
  );
  return h("div", { class: "legend" }, ...items);
}
