import type { AccountIndex } from "../../plan.ts";
import { oneOf } from "../cast.ts";
import type { Act } from "../stage.ts";
import type { Crowd } from "./crowd.ts";
import { isFit, tenancy } from "./tenancy.ts";

const HOUR = 3_600;
/** It always pays for the same time, by day and by night. */
const PAID_FOR = 20 * HOUR;
/** GPUs that it leaves to others. */
const LEFT_TO_OTHERS = 2;
/** Seconds between the beginnings of its GPUs. */
const STAGGER = 1_800;

/** An operator rents its own GPUs through wallets of its own, on and on, and lets them idle: use that nobody needs. */
export function dealWithItself(crowd: Crowd): Act[] {
  const { selfDealer } = crowd.plan;
  const gpuIds = crowd.gpusOf(selfDealer.pool).map(({ gpuId }) => gpuId);
  return gpuIds
    .slice(LEFT_TO_OTHERS)
    .map((gpuId, place) => keepBusy(crowd, gpuId, place, oneOf(selfDealer.wallets, place % selfDealer.wallets.length)));
}

async function* keepBusy(crowd: Crowd, gpuId: bigint, place: number, customer: AccountIndex): Act {
  const { stage, grid, cast, plan } = crowd;
  const { pool } = plan.selfDealer;
  const wish = { customer, pool, isSpot: false, paidFor: PAID_FOR };
  yield grid.next(cast.hours(13) + place * STAGGER);
  for (;;) {
    const gpu = stage.book.gpu(gpuId);
    const isFree = gpu.isActive && !gpu.rental && !crowd.isTouched(gpuId);
    if (isFree && isFit(crowd, gpu, wish)) yield* tenancy(crowd, gpu, wish);
    yield grid.next(stage.now + 1);
  }
}
