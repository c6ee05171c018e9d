import { drawBarChart } from "./barchart.ts";
import { drawBarGauge } from "./bargauge.ts";
import type { Draw } from "./panel.ts";
import { drawStat } from "./stat.ts";
import { drawTable } from "./table.ts";
import { drawText } from "./text.ts";
import { drawTimeline } from "./timeline.ts";
import { drawTimeSeries } from "./timeseries.ts";

/** How each panel type is drawn, by Grafana's ids of them. */
export const DRAWS: Readonly<Record<string, Draw>> = {
  timeseries: drawTimeSeries,
  stat: drawStat,
  bargauge: drawBarGauge,
  table: drawTable,
  "state-timeline": drawTimeline,
  barchart: drawBarChart,
  text: drawText,
};
