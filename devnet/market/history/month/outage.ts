import { operatorAt } from "../cast.ts";
import type { GpuEntry } from "../book.ts";
import type { Act } from "../stage.ts";
import type { Crowd } from "./crowd.ts";

const HOUR = 3_600;
const MINUTE = 60;
const [ACTIVE, OFFLINE] = [0, 1];
/** XIDs after which a driver must be loaded anew, and GPU fallen off the bus. */
const XIDS = [79, 48, 63, 94] as const;

/** A whole region is without power for hours; its operators say so, and all that ran there ends. */
export async function* loseRegion(crowd: Crowd): Act {
  const { stage, grid, cast, plan, options } = crowd;
  const { region, fromHour, hours } = plan.outage;
  yield grid.next(cast.hours(fromHour));
  const pools = [...cast.plan.pools.entries()].filter(([, pool]) => pool.region === region).map(([place]) => place);
  const lost = pools.flatMap((pool) => allOf(crowd, pool).filter(({ isActive }) => isActive));
  const from = stage.now - 4 * MINUTE;
  const to = from + hours * HOUR;
  for (const host of new Set(lost.map(({ gpuId }) => options.machineOf(gpuId).host)))
    options.onTrouble({ fault: { kind: "HOST_DOWN", host }, from, to });
  for (const gpu of lost) crowd.setStatus(operatorAt(cast, gpu.poolId - 1), gpu, OFFLINE);
  yield grid.next(to);
  for (const gpu of lost) if (!gpu.isActive) crowd.setStatus(operatorAt(cast, gpu.poolId - 1), gpu, ACTIVE);
}

/** Now and then a GPU of an honest operator fails; it is taken out of service until it is mended. */
export async function* failNowAndThen(crowd: Crowd): Act {
  const { stage, grid, random, cast, plan, options } = crowd;
  const shady = [plan.selfDealer.pool, plan.unreliable.pool];
  const honest = [...cast.plan.pools.keys()].filter((pool) => !shady.includes(pool));
  for (;;) {
    yield grid.next(stage.now + random.between(8, 40) * HOUR);
    const gpus = crowd.gpusOf(random.pick(honest)).filter(({ isActive }) => isActive);
    if (gpus.length === 0) continue;
    const gpu = random.pick(gpus);
    const to = grid.next(stage.now + random.between(90, 600) * MINUTE);
    if (crowd.isTouched(gpu.gpuId) || to === Infinity) continue;
    const { uuid, host } = options.machineOf(gpu.gpuId);
    const from = stage.now - random.between(1, 10) * MINUTE;
    options.onTrouble({ fault: { kind: "XID", uuid, code: random.pick(XIDS) }, from, to: to - 5 * MINUTE });
    options.onTrouble({ fault: { kind: "COUNTER_RESET", host }, from: to - 5 * MINUTE, to: to - 4 * MINUTE });
    crowd.setStatus(operatorAt(cast, gpu.poolId - 1), gpu, OFFLINE);
    stage.begin(mend(crowd, gpu, to));
  }
}

async function* mend(crowd: Crowd, gpu: GpuEntry, at: number): Act {
  yield at;
  if (!gpu.isActive && gpu.poolId !== 0) crowd.setStatus(operatorAt(crowd.cast, gpu.poolId - 1), gpu, ACTIVE);
}

/** Also those that other acts have to themselves: none of them has one in that time. */
function allOf({ stage }: Crowd, pool: number): GpuEntry[] {
  return [...stage.book.gpus.values()].filter(({ poolId }) => poolId === pool + 1);
}
