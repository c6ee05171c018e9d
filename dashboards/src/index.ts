import { renderDashboard, type DashboardSpec } from "./grafana.ts";
import { GPU_DASHBOARD } from "./gpu.ts";

/** Every dashboard; `npm run codegen` writes each to `dashboards/<uid>.json`. */
export const DASHBOARDS: readonly DashboardSpec[] = [GPU_DASHBOARD];

/** The text of a dashboard's file. */
export function dashboardText(spec: DashboardSpec): string {
  return `${JSON.stringify(renderDashboard(spec), null, 2)}\n`;
}
