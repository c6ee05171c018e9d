import type uPlot from "uplot";
import { colorOf, faded } from "../data/colors.ts";
import { stepsOf } from "../data/display.ts";
import { groupOf } from "../data/fields.ts";
import { scaleOf } from "./chart-options.ts";
import type { Mark } from "./panel.ts";
import type { Plot } from "./plot.ts";

/** Draws thresholds across the chart, as lines or as areas, where a field's config asks for it. */
export function drawThresholds(chart: uPlot, plot: Plot): void {
  const asking = plot.series.find(({ field }) => modeOf(field.config.custom) !== "off");
  if (!asking) return;
  const { field } = asking;
  const mode = modeOf(field.config.custom);
  const { ctx, bbox } = chart;
  const scale = scaleOf(field);
  const steps = stepsOf(field.config);
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  for (const [place, { value, color }] of steps.entries()) {
    const y = value === null ? bbox.top + bbox.height : chart.valToPos(value, scale, true);
    const next = steps[place + 1]?.value;
    if (mode.includes("area")) {
      const top = next === undefined || next === null ? bbox.top : chart.valToPos(next, scale, true);
      ctx.fillStyle = faded(colorOf(color), 0.1);
      ctx.fillRect(bbox.left, top, bbox.width, y - top);
    }
    if (value === null || mode === "area") continue;
    ctx.strokeStyle = faded(colorOf(color), 0.85);
    ctx.lineWidth = 1.5 * devicePixelRatio;
    ctx.setLineDash(mode.startsWith("dashed") ? [8 * devicePixelRatio, 6 * devicePixelRatio] : []);
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
  }
  ctx.restore();
}

const modeOf = (custom: Readonly<Record<string, unknown>> | undefined): string => {
  const { mode } = groupOf({ config: { custom: custom ?? {} } } as Parameters<typeof groupOf>[0], "thresholdsStyle");
  return typeof mode === "string" ? mode : "off";
};

/** Draws what annotations mark: a line for a moment, a veil for a span. */
export function drawMarks(chart: uPlot, marks: readonly Mark[]): void {
  const { ctx, bbox } = chart;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  for (const { at, until, color } of marks) {
    const x = chart.valToPos(at, "x", true);
    if (until !== undefined && until > at) {
      ctx.fillStyle = faded(color, 0.12);
      ctx.fillRect(x, bbox.top, chart.valToPos(until, "x", true) - x, bbox.height);
    }
    ctx.strokeStyle = faded(color, 0.8);
    ctx.lineWidth = devicePixelRatio;
    ctx.setLineDash([4 * devicePixelRatio, 3 * devicePixelRatio]);
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
  }
  ctx.restore();
}

/** The marks that the pointer is on, within a few pixels of it. */
export function marksAt(chart: uPlot, marks: readonly Mark[], left: number): Mark[] {
  const at = chart.posToVal(left, "x");
  const reach = chart.posToVal(left + 4, "x") - at;
  return marks.filter((mark) => at >= mark.at - reach && at <= (mark.until ?? mark.at) + reach);
}
