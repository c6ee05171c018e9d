import { GLANCE } from "./glance.ts";
import { PRICES } from "./prices.ts";
import { RESALE } from "./resale.ts";
import { SUPPLY } from "./supply.ts";
import type { DashboardSpec } from "../spec.ts";

/** Prices and occupancy of one model, for customers and arbitrageurs. */
export const MARKET_DASHBOARD: DashboardSpec = {
  uid: "bc-market",
  title: "Market",
  description:
    "What a GPU of a model costs now and for how long, what is free, how safe spot is, and what slots are resold for.",
  from: "now-30d",
  refresh: "1m",
  variables: [
    {
      type: "query",
      name: "model",
      label: "Model",
      sql: `select p.model as "__text", p.model as "__value" from chain.pool p group by p.model order by sum(p.gpu_count) desc, p.model`,
    },
    {
      type: "query",
      name: "region",
      label: "Region",
      sql: `select p.region as "__text", p.region as "__value" from chain.pool p where p.model = \${model:sqlstring}
group by p.region order by sum(p.gpu_count) desc, p.region`,
    },
    {
      type: "custom",
      name: "term",
      label: "Term",
      options: [
        { text: "1 week", value: "168" },
        { text: "1 day", value: "24" },
        { text: "3 days", value: "72" },
        { text: "30 days", value: "720" },
        { text: "1 year", value: "8760" },
      ],
    },
  ],
  rows: [GLANCE, PRICES, SUPPLY, RESALE],
};
