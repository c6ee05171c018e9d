import type { Logger } from "#kernel/log.ts";
import type { Deployment } from "./deployment.ts";
import { startFleetPast } from "./fleet/index.ts";
import type { Fleet } from "./fleet/types.ts";
import { bootstrapMarket } from "./market/bootstrap.ts";
import { historyEnds, playHistory } from "./market/history/index.ts";
import type { MarketPlan } from "./market/plan.ts";
import { connect } from "./market/wallets.ts";
import type { Progress } from "./progress.ts";
import type { Teardown } from "./teardown.ts";

/** What a past is made of. */
export interface PastOptions {
  /** of a chain that waits in its past */
  rpcUrl: string;
  databaseUrl: string;
  deployment: Deployment;
  plan: MarketPlan;
  seed: number;
  /** held */
  fleet: Fleet;
  progress: Progress;
  teardown: Teardown;
  logger: Logger;
}

/**
 * Plays the past on a chain that waits in it, from the first operator on, and writes its telemetry: each day's while the
 * next is played. Then the fleet is open.
 */
export async function playPast(options: PastOptions): Promise<void> {
  const { rpcUrl, databaseUrl, deployment, plan, seed, fleet, progress, teardown, logger } = options;
  const network = connect(rpcUrl, deployment);
  const ends = await historyEnds(network, plan);
  const telemetry = await startFleetPast({ databaseUrl, fleet, seed, ...ends, logger });
  teardown.add("past", () => telemetry.stop());
  await progress.step("past played", async () => {
    await bootstrapMarket(network, plan, fleet.gpus, logger, { isBeginning: true });
    await playHistory(network, plan, seed, logger, { gpus: fleet.gpus, onDay: (day) => telemetry.write(day) });
  });
  await progress.step("its telemetry written", () => telemetry.finish());
}
