import type { AccountIndex } from "../plan.ts";
import { accountOf, as } from "../wallets.ts";
import { hourOf, indexAmong, otherThan, presentOf, type Floor } from "./floor.ts";
import type { Seats } from "./seats.ts";
import type { SlotBook } from "./slot-book.ts";

const BCT = 10n ** 18n;
/** A listing in so many is taken back instead of bought. */
const CANCELLED = 0.2;

/** A token, whose it is, and what it would be offered for. */
interface Item {
  collection: "gpus" | "slots";
  id: bigint;
  owner: AccountIndex;
  /** who may want it */
  buyers: readonly AccountIndex[];
  priceBct: bigint;
}

/** Holders who list GPU NFTs and slots for BCT, and others who buy them. */
export class Sales {
  readonly #floor: Floor;
  readonly #seats: Seats;
  readonly #book: SlotBook;

  constructor(floor: Floor, seats: Seats, book: SlotBook) {
    this.#floor = floor;
    this.#seats = seats;
    this.#book = book;
  }

  /** An investor's GPU NFT is listed; one that is listed is bought by another, or taken back. */
  async tradeGpu(): Promise<void> {
    const { network, plan, random } = this.#floor;
    if (this.#seats.active.length === 0) return;
    const { gpuId } = random.pick(this.#seats.active);
    const owner = indexAmong(plan.investors, await network.gpus.read.ownerOf([gpuId]));
    const priceBct = BigInt(random.between(2_500, 6_000)) * BCT;
    if (owner !== undefined)
      await this.#trade({ collection: "gpus", id: gpuId, owner, buyers: plan.investors, priceBct });
  }

  /** A customer's slot that is still to come is listed, a little below what it cost; or bought, or taken back. */
  async tradeSlot(): Promise<void> {
    const { network, plan, random } = this.#floor;
    const hourNow = Number(hourOf(await presentOf(this.#floor)));
    const ahead = this.#book.all.filter(({ startHour }) => startHour > hourNow);
    if (ahead.length === 0) return;
    const { slotId } = random.pick(ahead);
    const owner = indexAmong(plan.customers, await network.slots.read.ownerOf([slotId]));
    if (owner === undefined) return;
    const [escrowDc, [, price]] = await Promise.all([
      network.slots.read.escrowOf([slotId]),
      network.feed.read.latestRoundData(),
    ]);
    // DC have 6 decimals, the price 8, BCT 18.
    const priceBct = (escrowDc * 10n ** 20n * 95n) / (price * 100n);
    await this.#trade({ collection: "slots", id: slotId, owner, buyers: plan.customers, priceBct });
  }

  async #trade(item: Item): Promise<void> {
    const { network, random, logger } = this.#floor;
    const { exchange } = network;
    const { address } = network[item.collection];
    const of = { [item.collection]: item.id.toString() };
    if (!(await exchange.read.isLive([address, item.id]))) {
      await this.#list(item);
      logger.info(of, "listed");
    } else if (random.next() < CANCELLED) {
      await network.mined(exchange.write.cancel([address, item.id], as(item.owner, network)));
      logger.info(of, "taken back");
    } else if (await this.#buy(item)) {
      logger.info(of, "sold");
    }
  }

  async #list({ collection, id, owner, priceBct }: Item): Promise<void> {
    const { network } = this.#floor;
    const { exchange, gpus, slots, token } = network;
    const by = as(owner, network);
    const args = [exchange.address, id] as const;
    await network.mined(collection === "gpus" ? gpus.write.approve(args, by) : slots.write.approve(args, by));
    const { address } = network[collection];
    await network.mined(exchange.write.list([address, id, token.address, priceBct], by));
  }

  /** @returns false if nobody wants it, or who does can't pay */
  async #buy({ collection, id, owner, buyers }: Item): Promise<boolean> {
    const { network } = this.#floor;
    const { exchange, token } = network;
    const { address } = network[collection];
    const buyer = otherThan(this.#floor, buyers, accountOf(owner).address);
    const { price, transferCount } = await exchange.read.listingOf([address, id]);
    if (buyer === undefined || (await token.read.balanceOf([accountOf(buyer).address])) < price) return false;
    const by = as(buyer, network);
    await network.mined(token.write.approve([exchange.address, price], by));
    await network.mined(exchange.write.buy([address, id, token.address, price, transferCount], by));
    return true;
  }
}
