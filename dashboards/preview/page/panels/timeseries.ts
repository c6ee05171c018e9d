import uPlot from "uplot";
import { displayOf, fieldColor } from "../data/display.ts";
import { h } from "../dom.ts";
import { formatDate } from "../format/dates.ts";
import { chartOptions, type Ink } from "./chart-options.ts";
import { followCrosshair, moveCrosshair } from "./crosshair.ts";
import { legend } from "./legend.ts";
import { drawMarks, drawThresholds, marksAt } from "./overlays.ts";
import { NoPicture, optionsOf, type Draw, type Scene } from "./panel.ts";
import { isDrawn, plotOf, valueNear, type Plot } from "./plot.ts";
import { hideTooltip, showTooltip } from "./tooltip.ts";

/** Lines, bars and points over time. */
export const drawTimeSeries: Draw = (body, frames, scene) => {
  const filled = frames.filter(({ length }) => length > 0);
  const fields = filled.flatMap((frame) => frame.fields.filter(isDrawn));
  if (fields.length === 0) throw new NoPicture(scene.panel.fieldConfig?.defaults.noValue ?? "No data");
  const off = new Set<string>();
  const host = h("div", { class: "chart", role: "img", "aria-label": describe(scene, fields.length) });
  const isBeside = optionsOf(scene.panel, "legend")["placement"] === "right";
  let chart: uPlot | undefined;
  const render = (): void => {
    chart?.destroy();
    chart = makeChart(host, plotOf(filled, off), scene);
  };
  body.classList.toggle("beside", isBeside);
  body.append(host, legend(fields, scene, off, render));
  render();
  const sizes = new ResizeObserver(() => chart?.setSize(sizeOf(host)));
  sizes.observe(host);
  const unfollow = followCrosshair(host, (at) => {
    if (!chart || !scene.isShared) return;
    chart.setCursor({ left: at === null ? -10 : chart.valToPos(at, "x"), top: -10 }, false);
  });
  return () => {
    sizes.disconnect();
    unfollow();
    hideTooltip();
    chart?.destroy();
  };
};

const describe = ({ panel, range }: Scene, count: number): string =>
  `${panel.title ?? "Chart"}: ${count} series from ${formatDate(range.from, "YYYY-MM-DD HH:mm")} to ${formatDate(range.to, "YYYY-MM-DD HH:mm")} UTC`;

const sizeOf = (host: HTMLElement): { width: number; height: number } => ({
  width: Math.max(60, host.clientWidth),
  height: Math.max(60, host.clientHeight),
});

function inkOf(host: HTMLElement): Ink {
  const style = getComputedStyle(host);
  return { text: style.getPropertyValue("--text-soft").trim(), grid: style.getPropertyValue("--grid").trim() };
}

function makeChart(host: HTMLElement, plot: Plot, scene: Scene): uPlot {
  const data = [plot.times, ...plot.series.map(({ drawn }) => drawn)] as unknown as uPlot.AlignedData;
  return new uPlot(
    {
      ...sizeOf(host),
      ...chartOptions(plot, scene, inkOf(host)),
      ms: 1,
      padding: [10, 12, 0, 4],
      legend: { show: false },
      cursor: { y: false, drag: { x: true, y: false, setScale: false }, points: { size: 6 } },
      hooks: {
        drawClear: [(chart) => drawThresholds(chart, plot)],
        draw: [(chart) => drawMarks(chart, scene.marks)],
        setCursor: [(chart) => hover(host, chart, plot, scene)],
        setSelect: [(chart) => zoom(chart, scene)],
      },
    },
    data,
    host,
  );
}

/** A span that was dragged over becomes the dashboard's range. */
function zoom(chart: uPlot, scene: Scene): void {
  const { left, width } = chart.select;
  if (width < 4) return;
  const [from, to] = [chart.posToVal(left, "x"), chart.posToVal(left + width, "x")];
  hideTooltip();
  scene.zoom({ from: Math.round(from), to: Math.round(Math.max(to, from + 1_000)) });
}

/** Tells the other charts, and shows the values beside the pointer. */
function hover(host: HTMLElement, chart: uPlot, plot: Plot, scene: Scene): void {
  const { left = -10, top = -10, idx } = chart.cursor;
  const isHere = chart.over.matches(":hover");
  if (!isHere || left < 0 || idx === null || idx === undefined) {
    if (left < 0) moveCrosshair(host, null);
    hideTooltip();
    return;
  }
  moveCrosshair(host, chart.posToVal(left, "x"));
  const lines = plot.series.flatMap(({ field, raw }) => {
    const value = valueNear(raw, idx);
    if (value === undefined) return [];
    return [
      {
        color: fieldColor(field, value),
        name: field.title,
        text: displayOf(field)(value).text,
        value: value ?? -Infinity,
      },
    ];
  });
  if (optionsOf(scene.panel, "tooltip")["sort"] === "desc") lines.sort((a, b) => b.value - a.value);
  const marks = marksAt(chart, scene.marks, left).map(({ color, text }) => ({ color, name: text, text: "" }));
  const box = chart.over.getBoundingClientRect();
  const at = formatDate(plot.times[idx] ?? 0, "YYYY-MM-DD HH:mm:ss");
  showTooltip({ clientX: box.left + left, clientY: box.top + top }, at, [...marks, ...lines]);
}
