import type { Logger } from "#kernel/log.ts";
import { sleep } from "#kernel/time.ts";
import type { Fleet } from "../../fleet/types.ts";
import { BlockMaker } from "../blocks.ts";
import type { Use } from "../history/use.ts";
import type { MarketPlan } from "../plan.ts";
import type { Random } from "../random.ts";
import type { Network } from "../wallets.ts";
import { attempt, type Floor } from "./floor.ts";
import { Keeper } from "./keeper.ts";
import { Leap } from "./leap.ts";
import { Rentals } from "./rentals.ts";
import { Sales } from "./sales.ts";
import { Seats } from "./seats.ts";
import { SlotBook } from "./slot-book.ts";
import { Slots } from "./slots.ts";

/** Seconds between two looks at the market. */
const STEP_SECONDS = 5;
/** Steps between two settlements of everything that runs. */
const SETTLE_STEPS = 4;
/** Steps between two price reports: well inside the 10 minutes in which a price is fresh. */
const PRICE_STEPS = 24;
/** Part of the GPUs that the customers want at once. */
const WANTED_OCCUPANCY = 0.65;

/**
 * Customers who rent, reserve, top up, split, trade and end, a keeper who settles and closes epochs, reporters who report
 * the price; and the fleet's load follows what runs on the chain. What fails is logged and tried again when its turn
 * comes.
 */
export class LiveMarket {
  readonly #floor: Floor;
  readonly #seats: Seats;
  readonly #book: SlotBook;
  readonly #rentals: Rentals;
  readonly #slots: Slots;
  readonly #sales: Sales;
  readonly #keeper: Keeper;
  #step = 0;
  #running: { stopping: AbortController; ended: Promise<void> } | undefined;

  constructor(network: Network, plan: MarketPlan, fleet: Fleet, random: Random, logger: Logger) {
    const floor = (this.#floor = { network, plan, random, logger });
    const seats = (this.#seats = new Seats(floor, fleet));
    const book = (this.#book = new SlotBook(network));
    this.#rentals = new Rentals(floor, seats);
    this.#slots = new Slots(floor, seats, book);
    this.#sales = new Sales(floor, seats, book);
    this.#keeper = new Keeper(floor, seats, book);
  }

  /**
   * Finds the GPUs' NFTs, ends what ran out while nobody looked, and rents some GPUs, so that there is something to see at
   * once.
   */
  async open(): Promise<void> {
    await this.#seats.open();
    await this.#book.follow();
    await this.#rentals.findLeft();
    await this.#rentals.endLapsed();
    for (let tries = this.#seats.free.length; tries > 0; tries--) {
      if (this.#seats.occupancy >= WANTED_OCCUPANCY / 2) return;
      await this.#rentals.rent();
    }
  }

  /** Acts every few seconds until it is stopped. */
  start(): void {
    const stopping = new AbortController();
    this.#running ??= { stopping, ended: this.#run(stopping.signal) };
  }

  /** Waits for what is being done; then nothing more is, until it is started again. Idempotent. */
  async stop(): Promise<void> {
    this.#running?.stopping.abort();
    await this.#running?.ended;
    this.#running = undefined;
  }

  /**
   * Plays what happens in `[from, to)`, seconds since 1970: stopped, and on a chain that makes no blocks by itself.
   *
   * @returns what was in use
   */
  async leap(from: number, to: number): Promise<Use[]> {
    const { rpcUrl } = this.#floor.network;
    await this.#seats.follow();
    await this.#book.follow();
    await this.#rentals.endLapsed();
    const leap = new Leap(this.#floor, { seats: this.#seats, book: this.#book, slots: this.#slots });
    return BlockMaker.whileMining(rpcUrl, (maker) => leap.play(maker, from, to));
  }

  /** Lets the fleet work as its GPUs are rented, after somebody else has moved it. */
  showLoads(): void {
    this.#seats.show();
  }

  async #run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await attempt(this.#floor, "a step", () => this.#act());
      await sleep(STEP_SECONDS * 1_000, signal).catch(() => undefined);
    }
  }

  async #act(): Promise<void> {
    this.#step++;
    await this.#seats.follow();
    await this.#book.follow();
    await this.#rentals.endLapsed();
    await attempt(this.#floor, "checking in", () => this.#slots.checkIn());
    // the first thing too: no DC can be minted at the past's last price
    if (this.#step % PRICE_STEPS === 1) await attempt(this.#floor, "a price", () => this.#keeper.movePrice());
    if (this.#step % SETTLE_STEPS === 0) {
      await attempt(this.#floor, "settling", () => this.#keeper.settle());
      await attempt(this.#floor, "closing epochs", () => this.#keeper.closeEpochs());
    }
    await this.#followWhim(this.#floor.random.next());
  }

  async #followWhim(whim: number): Promise<void> {
    if (whim < 0.4) {
      if (this.#seats.occupancy < WANTED_OCCUPANCY) await this.#rentals.rent();
    } else if (whim < 0.48) await this.#rentals.topUp();
    else if (whim < 0.56) await this.#rentals.end();
    else if (whim < 0.6) await this.#slots.reserve();
    else if (whim < 0.63) await this.#slots.split();
    else if (whim < 0.67) await this.#sales.tradeSlot();
    else if (whim < 0.71) await this.#sales.tradeGpu();
    else if (whim < 0.73) await this.#keeper.takePayment();
  }
}
