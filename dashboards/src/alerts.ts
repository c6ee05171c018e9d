/** Alerts as Grafana provisions them from a file: schema 1 of `provisioning/alerting`. */
import { stringify } from "yaml";
import { GPU_ALERTS } from "./alerts/gpus.ts";
import type { AlertSpec } from "./alerts/spec.ts";
import { JOB_ALERTS, STREAM_ALERTS } from "./alerts/streams.ts";
import { panelsOf, type DashboardSpec } from "./spec.ts";

type Json = Record<string, unknown>;

/** Every alert, in the groups that Grafana evaluates together. */
export const ALERT_GROUPS = [
  { name: "gpus", alerts: GPU_ALERTS },
  { name: "streams", alerts: STREAM_ALERTS },
  { name: "jobs", alerts: JOB_ALERTS },
] as const;

/** An alert has no variable to name its data source: the provisioned one's uid. */
const DATA_SOURCE_UID = "bc-timescale";
/** The queries look back by themselves; Grafana wants a range all the same. */
const RANGE = { from: 600, to: 0 };

/**
 * The text of `provisioning/alerting/rules.yaml`.
 *
 * @throws Error when an alert leads to a panel that isn't there
 */
export function alertsText(dashboards: readonly DashboardSpec[]): string {
  const groups = ALERT_GROUPS.map(({ name, alerts }) => ({
    orgId: 1,
    name,
    folder: "Berkeley Compute",
    interval: "60s",
    rules: alerts.map((alert) => ruleOf(alert, dashboards)),
  }));
  return `# Generated from dashboards/src/alerts.ts by npm run codegen.\n${stringify({ apiVersion: 1, groups }, { lineWidth: 0, aliasDuplicateObjects: false })}`;
}

function ruleOf(alert: AlertSpec, dashboards: readonly DashboardSpec[]): Json {
  return {
    uid: alert.uid,
    title: alert.title,
    condition: "C",
    for: alert.holds,
    // Most questions have no row while all is well.
    noDataState: "OK",
    execErrState: "Error",
    labels: { severity: alert.severity },
    annotations: {
      summary: alert.summary,
      runbook: alert.runbook,
      __dashboardUid__: alert.look.dashboard,
      __panelId__: String(panelId(alert, dashboards)),
    },
    data: [
      {
        refId: "A",
        relativeTimeRange: RANGE,
        datasourceUid: DATA_SOURCE_UID,
        model: { refId: "A", format: "table", rawQuery: true, editorMode: "code", rawSql: alert.sql },
      },
      {
        refId: "C",
        relativeTimeRange: RANGE,
        datasourceUid: "__expr__",
        model: {
          refId: "C",
          type: "threshold",
          expression: "A",
          conditions: [{ evaluator: { type: "gt", params: [alert.above] } }],
        },
      },
    ],
  };
}

/** Panels have their ids by their place, beginning with 1. */
function panelId({ uid, look }: AlertSpec, dashboards: readonly DashboardSpec[]): number {
  const dashboard = dashboards.find((spec) => spec.uid === look.dashboard);
  const place = dashboard ? panelsOf(dashboard).findIndex(({ title }) => title === look.panel) : -1;
  if (place < 0) throw new Error(`${uid} leads to ${look.dashboard}, panel "${look.panel}", which isn't there`);
  return place + 1;
}
