import type { AccountIndex } from "../plan.ts";
import { as } from "../wallets.ts";
import { fund, hourOf, indexAmong, presentOf, type Floor } from "./floor.ts";
import type { Seats } from "./seats.ts";
import type { SlotBook, SlotEntry } from "./slot-book.ts";

/** One slot in so many is never used. */
const UNUSED = 4n;

/** Customers who reserve hours, cut what they have, and use it when its time comes. */
export class Slots {
  readonly #floor: Floor;
  readonly #seats: Seats;
  readonly #book: SlotBook;

  constructor(floor: Floor, seats: Seats, book: SlotBook) {
    this.#floor = floor;
    this.#seats = seats;
    this.#book = book;
  }

  /** Somebody reserves hours of today or tomorrow, if they are free. */
  async reserve(): Promise<void> {
    const { network, plan, random, logger } = this.#floor;
    const { market, pools, slots } = network;
    if (this.#seats.active.length === 0) return;
    const seat = random.pick(this.#seats.active);
    const customer = random.pick(plan.customers);
    const hours = BigInt(random.between(1, 36));
    // An hour that begins at once would come too soon for the spot rental that may run.
    const start = hourOf((await presentOf(this.#floor)) + 300) + BigInt(random.between(1, 12));
    if ((await market.read.nextBooking([seat.gpuId, start])) < start + hours) return;
    await fund(this.#floor, customer);
    const rate = await pools.read.reservedRate([seat.poolId, hours]);
    await network.mined(slots.write.reserve([seat.gpuId, start, hours, rate], as(customer, network)));
    logger.info({ gpu: seat.gpuId.toString(), hours: Number(hours) }, "reserved");
  }

  /** A holder cuts a slot in two. */
  async split(): Promise<void> {
    const { network, random, logger } = this.#floor;
    const hourNow = Number(hourOf(await presentOf(this.#floor)));
    const first = (slot: SlotEntry): number => Math.max(slot.startHour, hourNow) + 1;
    const held = await this.#pick((slot) => first(slot) < slot.endHour);
    if (!held) return;
    const cut = random.between(first(held.slot), held.slot.endHour - 1);
    await network.mined(network.slots.write.split([held.slot.slotId, [cut]], as(held.holder, network)));
    logger.info({ slot: held.slot.slotId.toString() }, "split");
  }

  /** Whoever holds a slot of this hour uses it, most of them. */
  async checkIn(): Promise<void> {
    const { network, logger } = this.#floor;
    for (const { slotId, holder } of await this.due(await presentOf(this.#floor))) {
      await network.mined(network.slots.write.checkIn([slotId], as(holder, network)));
      logger.info({ slot: slotId.toString() }, "checked in");
    }
  }

  /** The slots of the hour of `at` that will be used and aren't yet, and their holders. Seconds since 1970. */
  async due(at: number): Promise<{ slotId: bigint; holder: AccountIndex }[]> {
    const hour = Number(hourOf(at));
    const free = new Set(this.#seats.free.map(({ gpuId }) => gpuId));
    const slots = this.#book.all.filter(
      ({ slotId, gpuId, startHour, endHour }) =>
        free.has(gpuId) && startHour <= hour && hour < endHour && slotId % UNUSED !== 0n,
    );
    const holders = await Promise.all(slots.map((slot) => this.#holderOf(slot)));
    return slots.flatMap(({ slotId }, place) => {
      const holder = holders[place];
      return holder === undefined ? [] : [{ slotId, holder }];
    });
  }

  /** A slot for which `isFit` holds, and its holder, if that is a customer of the plan. */
  async #pick(isFit: (slot: SlotEntry) => boolean): Promise<{ slot: SlotEntry; holder: number } | undefined> {
    const fit = this.#book.all.filter(isFit);
    if (fit.length === 0) return undefined;
    const slot = this.#floor.random.pick(fit);
    const holder = await this.#holderOf(slot);
    return holder === undefined ? undefined : { slot, holder };
  }

  async #holderOf(slot: SlotEntry): Promise<number | undefined> {
    const { network, plan } = this.#floor;
    return indexAmong(plan.customers, await network.slots.read.ownerOf([slot.slotId]));
  }
}
