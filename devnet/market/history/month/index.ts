import type { FleetGpu } from "../../../fleet/types.ts";
import type { MonthPlan } from "../../plan.ts";
import type { Random } from "../../random.ts";
import { GPUS_A_ROUND, type Cast } from "../cast.ts";
import type { Act, Stage } from "../stage.ts";
import type { Trouble } from "../use.ts";
import { uuidHashOf } from "../../bootstrap.ts";
import { arrive } from "./arrivals.ts";
import { cutRates, shutDown } from "./crash.ts";
import { flee, payWallets, refill } from "./credits.ts";
import { Crowd } from "./crowd.ts";
import type { Grid } from "./grid.ts";
import { grow } from "./growth.ts";
import { failNowAndThen, loseRegion } from "./outage.ts";
import { dealWithItself } from "./self-dealing.ts";
import { goDark, kickMembers, runHot } from "./unreliable.ts";

/** Places within a round's GPUs of a pool that the acts have to themselves, by pool; the third pool's in the first only. */
const STAGED: readonly (readonly number[])[] = [
  [3, 4, 5, 6, 7],
  [4, 5],
  [0, 2],
];

/** What the acts of a month need. */
export interface MonthOptions {
  stage: Stage;
  cast: Cast;
  plan: MonthPlan;
  random: Random;
  grid: Grid;
  /** the fleet's, also those that come later */
  gpus: readonly FleetGpu[];
  onTrouble: (trouble: Trouble) => void;
}

/** The acts of a month: customers in the rhythm of days and weeks, growth, a crash, an outage, and two shady operators. */
export function monthActs({ stage, cast, plan, random, grid, gpus, onTrouble }: MonthOptions): Act[] {
  const [from, to] = [cast.hours(0), stage.endsAt];
  const byHash = new Map(gpus.map((gpu) => [uuidHashOf(gpu.uuid), gpu]));
  const machineOf = (gpuId: bigint): FleetGpu => {
    const gpu = byHash.get(stage.book.gpu(gpuId).uuidHash);
    if (!gpu) throw new Error(`BUG: GPU ${gpuId} is none of the fleet's`);
    return gpu;
  };
  const crowd = new Crowd({ stage, cast, plan, grid, random, staged: stagedOf(cast), onTrouble, machineOf });
  return [
    ...grow(crowd, gpus),
    payWallets(crowd),
    refill(crowd),
    flee(crowd),
    loseRegion(crowd),
    failNowAndThen(crowd),
    cutRates(crowd),
    shutDown(crowd),
    kickMembers(crowd),
    goDark(crowd),
    runHot(crowd),
    ...dealWithItself(crowd),
    arrive(crowd, { from, to, crashAt: cast.hours(plan.crashHour) }),
  ];
}

function stagedOf({ plan, gpus }: Cast): Set<bigint> {
  const staged = new Set<bigint>();
  for (const [pool, places] of STAGED.entries()) {
    const rounds = pool === 2 ? 1 : plan.rounds;
    for (let round = 0; round < rounds; round++) {
      for (const place of places) {
        const gpuId = gpus[pool]?.[round * GPUS_A_ROUND + place];
        if (gpuId !== undefined) staged.add(gpuId);
      }
    }
  }
  return staged;
}
