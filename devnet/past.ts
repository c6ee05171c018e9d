import type { Logger } from "#kernel/log.ts";
import type { Deployment } from "./deployment.ts";
import type { FleetGpu } from "./fleet/types.ts";
import { bootstrapMarket } from "./market/bootstrap.ts";
import { playHistory, type PlayedDay } from "./market/history/index.ts";
import type { MarketPlan } from "./market/plan.ts";
import { connect } from "./market/wallets.ts";

/** Writes the telemetry of the past: each day while the next one is played. */
export interface FleetPast {
  write(day: PlayedDay): Promise<void>;
  finish(): Promise<void>;
}

/** A past without telemetry. */
export const NO_TELEMETRY: FleetPast = { write: async () => undefined, finish: async () => undefined };

/** What a past is made of. */
export interface PastOptions {
  rpcUrl: string;
  deployment: Deployment;
  plan: MarketPlan;
  seed: number;
  gpus: readonly FleetGpu[];
  telemetry: FleetPast;
  logger: Logger;
}

/** Plays the past on a chain that waits in it, from the first operator on, and has its telemetry written. */
export async function playPast({
  rpcUrl,
  deployment,
  plan,
  seed,
  gpus,
  telemetry,
  logger,
}: PastOptions): Promise<void> {
  const network = connect(rpcUrl, deployment);
  await bootstrapMarket(network, plan, gpus, logger, { isBeginning: true });
  await playHistory(network, plan, seed, logger, { gpus, onDay: (day) => telemetry.write(day) });
  await telemetry.finish();
}
