import type { DashboardSpec } from "../spec.ts";
import { LOAD } from "./load.ts";
import { EPOCHS, MONEY } from "./money.ts";
import { NOW } from "./now.ts";
import { STATE, XIDS } from "./states.ts";

/** One GPU on one page: the chain's side and the telemetry's. */
export const GPU_DASHBOARD: DashboardSpec = {
  uid: "bc-gpu",
  title: "One GPU",
  description: "One GPU: who owns it, what it earns, how it runs.",
  from: "now-6h",
  refresh: "30s",
  variables: [
    {
      type: "query",
      name: "gpu",
      label: "GPU",
      sql: `select g.id || coalesce(' ' || p.model, '') as "__text", g.id as "__value"
from chain.gpu g left join chain.pool p on p.id = g.pool order by length(g.id), g.id`,
    },
  ],
  annotations: [XIDS, EPOCHS],
  rows: [NOW, STATE, LOAD, MONEY],
};
