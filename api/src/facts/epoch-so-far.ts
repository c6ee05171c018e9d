import { SECOND_MS } from "#kernel/time.ts";
import { readEpochClock } from "../sources/epochs.ts";
import { readBudgetTerms, type BudgetTermsRow } from "../sources/rewards.ts";
import type { Snapshot } from "../sources/snapshot.ts";
import { readAsOf, type AsOf } from "./as-of.ts";
import { inputsJson, readEpochFacts } from "./epoch-inputs.ts";

/** A running epoch's facts so far. */
export interface EpochSoFar {
  asOf: AsOf;
  /** seconds since 1970: both chain and telemetry are complete to here */
  through: number;
  budget: BudgetTermsRow;
  /** its canonical inputs if it ended there, with this budget; what wallets earned before isn't in them */
  inputs(budget: bigint): unknown;
}

/** The running epoch so far; nothing before an epoch was closed, or before chain and telemetry have come to it. */
export async function gatherEpochSoFar(snapshot: Snapshot): Promise<EpochSoFar | undefined> {
  const clock = await readEpochClock(snapshot);
  if (!clock) return undefined;
  const asOf = await readAsOf(snapshot);
  const epoch = Math.floor((clock.headAt - clock.genesis) / clock.length);
  const start = clock.genesis + epoch * clock.length;
  const sampledAt = Math.floor((asOf.sampledThrough?.getTime() ?? 0) / SECOND_MS);
  const through = Math.min(clock.headAt, sampledAt);
  const budget = await readBudgetTerms(snapshot, epoch);
  if (!budget || through <= start) return undefined;
  const span = { epoch, start, end: through };
  const facts = await readEpochFacts(snapshot, span);
  return { asOf, through, budget, inputs: (bct) => inputsJson({ ...span, previous: [] }, bct, facts) };
}
