import { FLEET_DASHBOARD } from "./fleet/dashboard.ts";
import { GPU_DASHBOARD } from "./gpu/dashboard.ts";
import { renderDashboard } from "./grafana.ts";
import { INVESTOR_DASHBOARD } from "./investor/dashboard.ts";
import { MARKET_DASHBOARD } from "./market/dashboard.ts";
import { NETWORK_DASHBOARD } from "./network/dashboard.ts";
import { OPERATOR_DASHBOARD } from "./operator/dashboard.ts";
import { PIPELINE_DASHBOARD } from "./pipeline/dashboard.ts";
import type { DashboardSpec } from "./spec.ts";

/** Every dashboard, in the order of the links between them; `npm run codegen` writes each to `dashboards/<uid>.json`. */
export const DASHBOARDS: readonly DashboardSpec[] = [
  INVESTOR_DASHBOARD,
  OPERATOR_DASHBOARD,
  MARKET_DASHBOARD,
  NETWORK_DASHBOARD,
  FLEET_DASHBOARD,
  GPU_DASHBOARD,
  PIPELINE_DASHBOARD,
];

/** The text of a dashboard's file. */
export function dashboardText(spec: DashboardSpec): string {
  return `${JSON.stringify(renderDashboard(spec, DASHBOARDS), null, 2)}\n`;
}
