import { maxUint256 } from "viem";
import type { AccountIndex } from "../../plan.ts";
import { addressAt, oneOf } from "../cast.ts";
import { reportPrices } from "../keeper.ts";
import type { Act } from "../stage.ts";
import type { Crowd } from "./crowd.ts";

const HOUR = 3_600;
const DC = 10n ** 6n;
const BCT = 10n ** 18n;
/** Who has less than this in the morning buys more. */
const LOW_DC = 800n * DC;
const MORNING_HOUR = 8;
/** When BCT falls, who holds it buys DC while it is worth something: so many hours after the beginning of the crash. */
const FLIGHT = { afterHours: [2, 4, 6, 8], part: 0.2, dc: 900n * DC };
/** The self-dealer pays for its wallets once a week. */
const ALLOWANCE = { bct: 700n * BCT, dc: 450n * DC, purse: 60_000n * BCT };
const NO_REFERENCE: `0x${string}` = `0x${"0".repeat(64)}`;

/** Each morning customers whose DC run low burn BCT for more. */
export async function* refill(crowd: Crowd): Act {
  const { cast, random, stage, grid } = crowd;
  for (let day = 1; ; day++) {
    yield grid.next(Math.floor(cast.hours(day * 24) / (24 * HOUR)) * 24 * HOUR + MORNING_HOUR * HOUR);
    const poor = cast.plan.customers.filter((customer) => crowd.balanceOf(customer) < LOW_DC);
    if (poor.length > 0) reportPrices(stage, cast);
    for (const customer of poor) buy(crowd, customer, BigInt(random.between(4, 24)) * 100n * DC);
  }
}

/** While BCT crashes, many customers burn it for DC, which keep their worth. */
export async function* flee(crowd: Crowd): Act {
  const { cast, random, stage, grid } = crowd;
  for (const hours of FLIGHT.afterHours) {
    yield grid.next(cast.hours(crowd.plan.crashHour + hours));
    reportPrices(stage, cast);
    for (const customer of cast.plan.customers) if (random.next() < FLIGHT.part) buy(crowd, customer, FLIGHT.dc);
  }
}

/** Once a week the self-dealer gives its wallets BCT, which they burn for DC. */
export async function* payWallets(crowd: Crowd): Act {
  const { cast, stage, plan, grid } = crowd;
  const { token, credits } = stage.network;
  const { owner } = oneOf(cast.plan.operators, plan.selfDealer.operator);
  yield grid.next(cast.hours(1));
  stage.post(cast.plan.deployer, token, "transfer", [addressAt(owner), ALLOWANCE.purse]);
  for (const wallet of plan.selfDealer.wallets) stage.post(wallet, token, "approve", [credits.address, maxUint256]);
  for (let week = 0; ; week++) {
    yield grid.next(cast.hours(week * 168 + 12));
    reportPrices(stage, cast);
    for (const wallet of plan.selfDealer.wallets) {
      stage.post(owner, token, "transfer", [addressAt(wallet), ALLOWANCE.bct]);
      buy(crowd, wallet, ALLOWANCE.dc);
    }
  }
}

/** Burns BCT for so many DC; the price is fresh in this block. */
function buy({ stage }: Crowd, payer: AccountIndex, amountDc: bigint): void {
  const { credits } = stage.network;
  stage.post(payer, credits, "mintExactFor", [addressAt(payer), amountDc, maxUint256, NO_REFERENCE]);
}
