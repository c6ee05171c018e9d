import { CHECK_TABLE, EPOCH_TABLE } from "./checks.ts";
import { CREDITS } from "./credits.ts";
import { GLANCE } from "./glance.ts";
import { PARTICIPANTS, SHARE_PANELS } from "./people.ts";
import { TOKENS } from "./tokens.ts";
import type { DashboardSpec } from "../spec.ts";

/** Whether the economy is sound: burns, mints, Data Credits, who earns, and that it all adds up. */
export const NETWORK_DASHBOARD: DashboardSpec = {
  uid: "bc-network",
  title: "Berkeley Compute / Network",
  description: "Whether the economy is sound: burns, mints, Data Credits, who earns, and that it all adds up.",
  from: "now-30d",
  refresh: "1m",
  variables: [],
  rows: [
    { panels: GLANCE },
    { title: "What do burning and minting make of the token?", panels: TOKENS },
    { title: "What becomes of Data Credits?", panels: CREDITS },
    { title: "Who earns, who pays?", panels: SHARE_PANELS },
    { title: "Who takes part?", panels: PARTICIPANTS },
    { title: "Does it add up?", panels: [CHECK_TABLE, EPOCH_TABLE] },
  ],
};
