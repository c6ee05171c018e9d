import { DC_DECIMALS, parseUnits } from "#kernel/units.ts";
import { keccak256, toBytes } from "viem";
import type { Random } from "../random.ts";
import { addressAt, type Cast } from "./cast.ts";
import { reportPrices } from "./keeper.ts";
import type { Act, Stage } from "./stage.ts";

/** BCT that the processor keeps to burn for its customers, 18 decimals. */
const FLOAT_BCT = 60_000n * 10n ** 18n;
const HOURS_BETWEEN = 9;

/** A payment processor: for each payment elsewhere it burns BCT of its own, and the customer gets DC under its reference. */
export async function* takePayments(stage: Stage, cast: Cast, random: Random): Act {
  const { token, credits } = stage.network;
  const { processor, deployer, customers } = cast.plan;
  yield cast.hours(0.5);
  stage.post(deployer, token, "transfer", [addressAt(processor), FLOAT_BCT]);
  stage.post(processor, token, "approve", [credits.address, FLOAT_BCT]);
  for (let place = 1; ; place++) {
    yield stage.soon(cast.hours(place * HOURS_BETWEEN - 3) + random.between(0, 1_800));
    reportPrices(stage, cast); // a price is good for ten minutes
    const amountDc = parseUnits(String(random.between(1, 10) * 50), DC_DECIMALS);
    const reference = keccak256(toBytes(`payment ${place}`));
    const args = [addressAt(random.pick(customers)), amountDc, FLOAT_BCT, reference] as const;
    stage.post(processor, credits, "mintExactFor", args);
  }
}
