import type { DashboardSpec } from "../spec.ts";
import { FATAL_EVENTS, HEALTH, HOSTS } from "./health.ts";
import { LOAD } from "./load.ts";
import { NOW, WORST } from "./now.ts";

/** The health of all GPUs, or of an operator's, or of a model. */
export const FLEET_DASHBOARD: DashboardSpec = {
  uid: "bc-fleet",
  title: "GPU fleet",
  description: "Which GPUs report, how hot, how busy and how sound they are.",
  from: "now-24h",
  refresh: "1m",
  variables: [
    {
      type: "query",
      name: "operator",
      label: "Operator",
      isMulti: true,
      hasAll: true,
      sql: `select name as "__text", id as "__value" from chain.operator
union all
select 'No operator', 'none'
order by 1`,
    },
    {
      type: "query",
      name: "model",
      label: "Model",
      isMulti: true,
      hasAll: true,
      sql: `select distinct coalesce(model, 'unknown') as "__text", coalesce(model, 'unknown') as "__value"
from telemetry.gpu where parent_key is null order by 1`,
    },
  ],
  annotations: [FATAL_EVENTS],
  rows: [NOW, LOAD, WORST, HEALTH, HOSTS],
};
