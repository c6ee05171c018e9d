import { messageOf } from "#kernel/errors.ts";
import type { Logger } from "#kernel/log.ts";
import { sleep } from "#kernel/time.ts";
import type { Fleet } from "../fleet/types.ts";
import { buyCredits, reportPrice, uuidHashOf } from "./bootstrap.ts";
import type { MarketPlan } from "./plan.ts";
import type { Random } from "./random.ts";
import { accountOf, as, type Network } from "./wallets.ts";

/** Seconds between two looks at the market. */
const STEP_SECONDS = 5;
/** Steps between two settlements of everything that runs. */
const SETTLE_STEPS = 4;
/** Steps between two price reports: well inside the 10 minutes in which a price is fresh. */
const PRICE_STEPS = 24;
/** Part of the GPUs that the customers want at once. */
const WANTED_OCCUPANCY = 0.65;
/** A customer with less than this buys more, DC base units. */
const LOW_DC = 500n * 10n ** 6n;
const REFILL_DC = 2_000n * 10n ** 6n;

/** A GPU of the fleet with its NFT. */
interface Seat {
  uuid: string;
  gpuId: bigint;
  /** the rental that runs on it, 0: none */
  rentalId: bigint;
  load: number;
}

/**
 * Customers who rent, top up and end rentals, a keeper who settles, reporters who report the price; and the fleet's load
 * follows what runs on the chain. Ends when the signal is aborted; a step that fails is logged and the next one tried.
 */
export class LiveMarket {
  readonly #network: Network;
  readonly #plan: MarketPlan;
  readonly #fleet: Fleet;
  readonly #random: Random;
  readonly #logger: Logger;
  #seats: Seat[] = [];
  /** rentals that no longer run: ended by their customer, or out of funds and still to be ended by the keeper */
  #left: bigint[] = [];
  #step = 0;

  constructor(network: Network, plan: MarketPlan, fleet: Fleet, random: Random, logger: Logger) {
    this.#network = network;
    this.#plan = plan;
    this.#fleet = fleet;
    this.#random = random;
    this.#logger = logger;
  }

  /**
   * Finds the GPUs' NFTs, ends what ran out of funds while nobody looked, and rents some GPUs, so that there is something
   * to see at once.
   */
  async open(): Promise<void> {
    this.#seats = await Promise.all(
      this.#fleet.gpus.map(async ({ uuid }) => ({
        uuid,
        gpuId: await this.#network.gpus.read.gpuOf([uuidHashOf(uuid)]),
        rentalId: 0n,
        load: 0,
      })),
    );
    await this.#followChain();
    this.#left = await this.#openButNotRunning();
    await this.#endLapsed();
    while (this.#occupancy() < WANTED_OCCUPANCY / 2) await this.#rent();
  }

  /** Acts every few seconds until the signal is aborted. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#act().catch((error: unknown) =>
        this.#logger.warn({ err: error }, `market step failed: ${messageOf(error)}`),
      );
      await sleep(STEP_SECONDS * 1_000, signal).catch(() => undefined);
    }
  }

  async #act(): Promise<void> {
    this.#step++;
    await this.#followChain();
    await this.#endLapsed();
    if (this.#step % PRICE_STEPS === 0) await this.#movePrice();
    if (this.#step % SETTLE_STEPS === 0) await this.#settleAll();
    const whim = this.#random.next();
    if (this.#occupancy() < WANTED_OCCUPANCY && whim < 0.5) await this.#rent();
    else if (whim < 0.6) await this.#topUp();
    else if (whim < 0.7) await this.#end();
  }

  /** Reads what runs where, and lets the GPUs work accordingly. */
  async #followChain(): Promise<void> {
    const { market } = this.#network;
    await Promise.all(
      this.#seats.map(async (seat) => {
        const rentalId = await market.read.runningRental([seat.gpuId]);
        if (seat.rentalId !== 0n && rentalId !== seat.rentalId) this.#left.push(seat.rentalId);
        if (rentalId !== seat.rentalId) seat.load = rentalId === 0n ? 0 : 0.35 + 0.65 * this.#random.next();
        seat.rentalId = rentalId;
        this.#fleet.setLoad(seat.uuid, seat.load);
      }),
    );
  }

  #occupancy(): number {
    return this.#running().length / Math.max(1, this.#seats.length);
  }

  #running(): Seat[] {
    return this.#seats.filter((seat) => seat.rentalId !== 0n);
  }

  async #rent(): Promise<void> {
    const free = this.#seats.filter((seat) => seat.rentalId === 0n);
    if (free.length === 0) return;
    const seat = this.#random.pick(free);
    const customer = this.#random.pick(this.#plan.customers);
    const { market, pools, gpus, credits } = this.#network;
    if ((await credits.read.balanceOf([accountOf(customer).address])) < LOW_DC)
      await buyCredits(this.#network, customer, REFILL_DC);
    const { onDemand } = await pools.read.ratesOf([await gpus.read.poolOf([seat.gpuId])]);
    const escrowDc = (onDemand * BigInt(this.#random.between(5, 120))) / 60n;
    await this.#network.mined(market.write.rentOnDemand([seat.gpuId, escrowDc, onDemand], as(customer, this.#network)));
    await this.#followChain();
    this.#logger.info({ gpu: seat.gpuId.toString(), rental: seat.rentalId.toString() }, "rented");
  }

  async #topUp(): Promise<void> {
    const running = this.#running();
    if (running.length === 0) return;
    const { rentalId } = this.#random.pick(running);
    const { market } = this.#network;
    const { customer, rateDcPerHour } = await market.read.rentalOf([rentalId]);
    const index = this.#customerOf(customer);
    if (index === undefined) return;
    const amountDc = (rateDcPerHour * BigInt(this.#random.between(5, 30))) / 60n;
    await this.#network.mined(market.write.topUp([rentalId, amountDc], as(index, this.#network)));
    this.#logger.info({ rental: rentalId.toString() }, "topped up");
  }

  async #end(): Promise<void> {
    const running = this.#running();
    if (running.length === 0) return;
    const { rentalId } = this.#random.pick(running);
    const { market } = this.#network;
    const index = this.#customerOf((await market.read.rentalOf([rentalId])).customer);
    if (index === undefined) return;
    await this.#network.mined(market.write.end([rentalId], as(index, this.#network)));
    this.#logger.info({ rental: rentalId.toString() }, "ended");
  }

  async #settleAll(): Promise<void> {
    const ids = this.#running().map((seat) => seat.rentalId);
    if (ids.length === 0) return;
    await this.#network.mined(this.#network.market.write.settleMany([ids], as(this.#plan.keeper, this.#network)));
  }

  /** The rentals that the chain says have begun, but neither ended nor run. */
  async #openButNotRunning(): Promise<bigint[]> {
    const { market } = this.#network;
    const [started, ended] = await Promise.all([
      market.getEvents.RentalStarted({}, { fromBlock: 0n }),
      market.getEvents.RentalEnded({}, { fromBlock: 0n }),
    ]);
    const over = new Set(ended.map(({ args }) => args.rentalId));
    for (const { rentalId } of this.#running()) over.add(rentalId);
    return started.flatMap(({ args: { rentalId } }) =>
      rentalId === undefined || over.has(rentalId) ? [] : [rentalId],
    );
  }

  /**
   * What ran out of funds is over, but its last use is burned and its GPU's row told only when somebody ends it. What
   * can't be ended now is tried again in the next step.
   */
  async #endLapsed(): Promise<void> {
    const { market } = this.#network;
    for (const rentalId of this.#left.splice(0)) {
      try {
        if ((await market.read.rentalOf([rentalId])).isEnded) continue;
        await this.#network.mined(market.write.end([rentalId], as(this.#plan.keeper, this.#network)));
      } catch (error) {
        this.#left.push(rentalId);
        this.#logger.warn({ rental: rentalId.toString() }, `a lapsed rental can't be ended yet: ${messageOf(error)}`);
      }
    }
  }

  /** A random walk of at most 2 % a step. */
  async #movePrice(): Promise<void> {
    const [, answer] = await this.#network.feed.read.latestRoundData();
    const price = (answer * BigInt(this.#random.between(980, 1_020))) / 1_000n;
    await reportPrice(this.#network, this.#plan, price);
  }

  /** Index of a customer of the plan; undefined for somebody else's rental. */
  #customerOf(address: string): number | undefined {
    return this.#plan.customers.find((index) => accountOf(index).address === address);
  }
}
