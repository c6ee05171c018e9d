import { GLANCE } from "./glance.ts";
import { GPU_PANELS } from "./gpus.ts";
import { INCOME, STATEMENT } from "./income.ts";
import { VARIABLES } from "./scope.ts";
import { TRADES } from "./trades.ts";
import type { DashboardSpec } from "../spec.ts";

/** What a wallet's GPU NFTs earned, why, and whether they are worth the price asked. */
export const INVESTOR_DASHBOARD: DashboardSpec = {
  uid: "bc-investor",
  title: "Berkeley Compute / Investor",
  description: "What a wallet's GPU NFTs earned, why, and whether they are worth the price asked.",
  from: "now-30d",
  refresh: "1m",
  variables: VARIABLES,
  rows: [
    { panels: GLANCE },
    { title: "What came in, and why?", panels: INCOME },
    { title: "How does each GPU do?", panels: GPU_PANELS },
    { title: "What are GPU NFTs worth?", panels: TRADES },
    { title: "Line by line", panels: [STATEMENT] },
  ],
};
