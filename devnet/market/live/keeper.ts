import { keccak256, toBytes } from "viem";
import { DC_DECIMALS, parseUnits } from "#kernel/units.ts";
import { buyCredits, reportPrice } from "../bootstrap.ts";
import { accountOf, as } from "../wallets.ts";
import { hourOf, presentOf, type Floor } from "./floor.ts";
import type { Seats } from "./seats.ts";
import type { SlotBook } from "./slot-book.ts";

/** BCT that the payment processor is given when it has none left, 18 decimals. */
const FLOAT_BCT = 20_000n * 10n ** 18n;

/** Rentals that are settled at once: of a large network a part, the others in their turn. */
const AT_ONCE = 20;

/** Who keeps the network going: settles what is due, closes epochs, reports the price, takes payments. */
export class Keeper {
  readonly #floor: Floor;
  readonly #seats: Seats;
  readonly #book: SlotBook;
  #settled = 0;

  constructor(floor: Floor, seats: Seats, book: SlotBook) {
    this.#floor = floor;
    this.#seats = seats;
    this.#book = book;
  }

  /** Burns what runs has used, and the hours of slots that have passed. */
  async settle(): Promise<void> {
    const { network, plan } = this.#floor;
    const by = as(plan.keeper, network);
    const running = this.#seats.running.map(({ rentalId }) => rentalId);
    const rentalIds = running.length <= AT_ONCE ? running : this.#inTurn(running);
    if (rentalIds.length > 0) await network.mined(network.market.write.settleMany([rentalIds], by));
    const hourNow = Number(hourOf(await presentOf(this.#floor)));
    const slotIds = this.#book.all
      .filter((slot) => Math.min(hourNow, slot.endHour) > slot.settledHour)
      .map(({ slotId }) => slotId);
    if (slotIds.length > 0) await network.mined(network.slots.write.settleSlots([slotIds], by));
  }

  #inTurn(rentalIds: readonly bigint[]): bigint[] {
    const from = this.#settled % rentalIds.length;
    this.#settled = from + AT_ONCE;
    return [...rentalIds.slice(from), ...rentalIds.slice(0, from)].slice(0, AT_ONCE);
  }

  /** Closes every epoch that is over. */
  async closeEpochs(): Promise<void> {
    const { network, plan, logger } = this.#floor;
    const { rewards } = network;
    const running = await rewards.read.epochAt([BigInt(await presentOf(this.#floor))]);
    for (let epoch = await rewards.read.closedCount(); epoch < running; epoch++) {
      await network.mined(rewards.write.closeEpoch([epoch], as(plan.keeper, network)));
      logger.info({ epoch: epoch.toString() }, "epoch closed");
    }
  }

  /** A random walk of at most 2 % a step. */
  async movePrice(): Promise<void> {
    const { network, plan, random } = this.#floor;
    const [, answer] = await network.feed.read.latestRoundData();
    await reportPrice(network, plan, (answer * BigInt(random.between(980, 1_020))) / 1_000n);
  }

  /** A customer pays elsewhere; the processor burns BCT of its own for the customer's DC. */
  async takePayment(): Promise<void> {
    const { network, plan, random, logger } = this.#floor;
    const { address } = accountOf(plan.processor);
    const amountDc = parseUnits(String(random.between(1, 8) * 25), DC_DECIMALS);
    if ((await network.token.read.balanceOf([address])) < FLOAT_BCT / 10n) {
      await network.mined(network.token.write.transfer([address, FLOAT_BCT], as(plan.deployer, network)));
    }
    const reference = keccak256(toBytes(`payment at block ${await network.node.getBlockNumber({ cacheTime: 0 })}`));
    await buyCredits(network, plan.processor, amountDc, { recipient: random.pick(plan.customers), reference });
    logger.info({ reference }, "payment taken");
  }
}
