import { operatorAt, ratesAt } from "../cast.ts";
import type { Act } from "../stage.ts";
import type { Crowd } from "./crowd.ts";

const [ACTIVE, OFFLINE] = [0, 1];
/** Pools whose rates are cut after a crash: all but that of the delegated pricer and the self-dealer's. */
const CUT = { afterHours: 20, percent: 85n, backAfterHours: 130 };
/** One pool's operator finds that some hosts don't pay any more, for days: from the pool's last GPU on. */
const SHUT = { pool: 7, gpus: 8, afterHours: 14, backAfterHours: 110 };
const PRICED_BY_OTHERS = 2;

/** After a crash operators let for less, until there are as many customers again. */
export async function* cutRates(crowd: Crowd): Act {
  const { stage, grid, cast, plan } = crowd;
  const pools = [...cast.plan.pools.keys()].filter(
    (pool) => pool !== PRICED_BY_OTHERS && pool !== plan.selfDealer.pool,
  );
  for (const [hours, percent] of [
    [CUT.afterHours, CUT.percent],
    [CUT.backAfterHours, 100n],
  ] as const) {
    yield grid.next(cast.hours(plan.crashHour + hours));
    for (const pool of pools) {
      const { spot, onDemand, reserved } = ratesAt(cast, pool);
      const part = (rate: bigint): bigint => (rate * percent) / 100n;
      const rates = { spot: part(spot), onDemand: part(onDemand), reserved: part(reserved) };
      stage.post(operatorAt(cast, pool), stage.network.pools, "setRates", [BigInt(pool + 1), rates]);
    }
  }
}

/** An operator takes a host out of service that doesn't pay at that price, and brings it back days later. */
export async function* shutDown(crowd: Crowd): Act {
  const { grid, cast, plan } = crowd;
  yield grid.next(cast.hours(plan.crashHour + SHUT.afterHours));
  const operator = operatorAt(cast, SHUT.pool);
  const shut = crowd
    .gpusOf(SHUT.pool)
    .slice(-SHUT.gpus)
    .filter(({ gpuId, isActive }) => isActive && !crowd.isTouched(gpuId));
  for (const gpu of shut) crowd.setStatus(operator, gpu, OFFLINE);
  yield grid.next(cast.hours(plan.crashHour + SHUT.backAfterHours));
  for (const gpu of shut) if (!gpu.isActive && !crowd.isTouched(gpu.gpuId)) crowd.setStatus(operator, gpu, ACTIVE);
}
