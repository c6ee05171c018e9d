import { addressAt, operatorAt, ratesAt, type Cast } from "./cast.ts";
import type { Act, Stage } from "./stage.ts";

const DISCOUNTS = [
  { minHours: 24, bps: 500 },
  { minHours: 72, bps: 1_000 },
  { minHours: 168, bps: 1_500 },
];
/** Epochs that a pool announces new shares ahead. */
const SHARES_NOTICE = 7n;

/** Operators set discounts for longer terms, where they are paid, and new shares for next week. */
export async function* runBusiness(stage: Stage, cast: Cast): Act {
  const { pools, operators, genesisTime, epochLength } = stage.network;
  yield cast.hours(0.25);
  for (const place of cast.plan.pools.keys()) {
    const args = [BigInt(place + 1), DISCOUNTS] as const;
    stage.post(operatorAt(cast, place), pools, "setTermDiscounts", args);
  }
  yield cast.hours(2);
  const payout = [2n, addressAt(cast.plan.payout)] as const;
  await stage.send(operatorAt(cast, 1), operators, "setPayout", payout);
  yield cast.hours(20);
  const epoch = BigInt(Math.floor((stage.now - genesisTime) / epochLength));
  const shares = { operatorBps: 2_000, poolBps: 6_500, gpuBps: 1_500 };
  const rule = [2n, shares, epoch + SHARES_NOTICE + 1n] as const;
  await stage.send(operatorAt(cast, 1), pools, "scheduleShares", rule);
}

/** The third pool's rates are set by somebody else, within bounds. */
export async function* delegatePrices(stage: Stage, cast: Cast): Act {
  const { pools } = stage.network;
  const { pricer } = cast.plan;
  const { spot, onDemand, reserved } = ratesAt(cast, 2);
  const percent = (part: bigint) => ({
    spot: (spot * part) / 100n,
    onDemand: (onDemand * part) / 100n,
    reserved: (reserved * part) / 100n,
  });
  yield cast.hours(3);
  const delegation = [3n, addressAt(pricer), percent(80n), percent(130n), 500, 3_600] as const;
  await stage.send(operatorAt(cast, 2), pools, "setPricer", delegation);
  for (const [place, part] of [103n, 107n, 104n, 100n].entries()) {
    yield cast.hours(10 + 18 * place);
    await stage.send(pricer, pools, "setRates", [3n, percent(part)]);
  }
}
