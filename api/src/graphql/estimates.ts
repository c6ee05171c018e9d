import { budgetSoFar, estimateRewards, type Estimate } from "../domain/rewards/estimate.ts";
import { parseInputs } from "../domain/rewards/parse.ts";
import type { AsOf } from "../facts/as-of.ts";
import { gatherEpochSoFar } from "../facts/epoch-so-far.ts";
import type { Snapshot } from "../sources/snapshot.ts";

/** An estimate stands for so long: of a large fleet one takes seconds. */
const FRESH_MS = 10_000;

/** What a running epoch comes to, and what that stands on. */
export interface StandingEstimate extends Estimate {
  readonly asOf: AsOf;
  /** seconds since 1970 */
  readonly through: bigint;
}

/** The running epoch's estimate, made at most once in 10 s however many ask for it. */
export class Estimates {
  #latest: { madeAt: number; estimate: Promise<StandingEstimate | undefined> } | undefined;
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** Nothing where there is nothing to estimate by yet. */
  read(snapshot: Snapshot): Promise<StandingEstimate | undefined> {
    const now = this.#now();
    if (this.#latest && now - this.#latest.madeAt < FRESH_MS) return this.#latest.estimate;
    const estimate = make(snapshot);
    const latest = { madeAt: now, estimate };
    this.#latest = latest;
    estimate.catch(() => {
      if (this.#latest === latest) this.#latest = undefined;
    });
    return estimate;
  }
}

async function make(snapshot: Snapshot): Promise<StandingEstimate | undefined> {
  const soFar = await gatherEpochSoFar(snapshot);
  if (!soFar) return undefined;
  const estimate = estimateRewards(parseInputs(soFar.inputs(budgetSoFar(soFar.budget))));
  return { ...estimate, asOf: soFar.asOf, through: BigInt(soFar.through) };
}
