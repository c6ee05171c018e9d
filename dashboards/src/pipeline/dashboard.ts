import type { DashboardSpec } from "../spec.ts";
import { NOW } from "./now.ts";
import { STORE } from "./store.ts";
import { CHAIN, SCRAPES } from "./streams.ts";

/** Whether both streams come in, are kept and are settled. */
export const PIPELINE_DASHBOARD: DashboardSpec = {
  uid: "bc-pipeline",
  title: "Pipeline health",
  description: "Whether chain and telemetry come in, how late they are, and whether the jobs run.",
  from: "now-3h",
  refresh: "30s",
  variables: [],
  rows: [NOW, SCRAPES, CHAIN, STORE],
};
