import { encodeEventTopics } from "viem";
import { messageOf } from "#kernel/errors.ts";
import { rpcCall } from "../../rpc.ts";
import { as } from "../wallets.ts";
import { fund, hourOf, indexAmong, presentOf, type Floor } from "./floor.ts";
import type { Seats } from "./seats.ts";

const TIER = { SPOT: 0, ON_DEMAND: 1, RESERVED: 2 };
/** Part of the rentals that are spot. */
const SPOT_PART = 0.35;
/** A rental shorter than this isn't begun before a booking, seconds. */
const SHORTEST = 300;

/** Somebody acts every few seconds, however large the network is: in one of so many GPUs rentals take an hour, in larger ones longer. */
const GPUS_AN_HOUR = 250;

/** Customers who rent, on demand or as spot, top up and end. */
export class Rentals {
  readonly #floor: Floor;
  readonly #seats: Seats;

  constructor(floor: Floor, seats: Seats) {
    this.#floor = floor;
    this.#seats = seats;
  }

  /** Somebody rents a free GPU, as spot if a booking comes soon. Says whether that was to be had. */
  async rent(): Promise<boolean> {
    const { network, plan, random, logger } = this.#floor;
    const { market, pools } = network;
    if (this.#seats.free.length === 0) return false;
    const seat = random.pick(this.#seats.free);
    const customer = random.pick(plan.customers);
    const minutes = random.between(5, 120) * Math.ceil(this.#seats.active.length / GPUS_AN_HOUR);
    const now = await presentOf(this.#floor);
    const bookedAt = Number(await market.read.nextBooking([seat.gpuId, hourOf(now)])) * 3_600;
    if (bookedAt < now + SHORTEST) return false;
    await fund(this.#floor, customer);
    const rates = await pools.read.ratesOf([seat.poolId]);
    const isSpot = random.next() < SPOT_PART || bookedAt < now + (minutes + 2) * 60;
    const rate = isSpot ? rates.spot : rates.onDemand;
    const args = [seat.gpuId, (rate * BigInt(minutes)) / 60n, rate] as const;
    const by = as(customer, network);
    await network.mined(isSpot ? market.write.rentSpot(args, by) : market.write.rentOnDemand(args, by));
    await this.#seats.follow();
    logger.info({ gpu: seat.gpuId.toString(), rental: seat.rentalId.toString(), isSpot }, "rented");
    return true;
  }

  /** A customer pays for some more time. */
  async topUp(): Promise<void> {
    const { network, random, logger } = this.#floor;
    const { market } = network;
    const rented = await this.#pick();
    if (!rented) return;
    const minutes = random.between(5, 30);
    const until = Number(await market.read.paidUntil([rented.rentalId])) + minutes * 60;
    if (rented.tier === TIER.ON_DEMAND) {
      const from = hourOf(until - minutes * 60 + 3_599);
      if ((await market.read.nextBooking([rented.gpuId, from])) <= hourOf(until)) return;
    }
    const amountDc = (rented.rateDcPerHour * BigInt(minutes)) / 60n;
    await network.mined(market.write.topUp([rented.rentalId, amountDc], as(rented.customer, network)));
    logger.info({ rental: rented.rentalId.toString() }, "topped up");
  }

  /** A customer has had enough. */
  async end(): Promise<void> {
    const { network, logger } = this.#floor;
    const rented = await this.#pick();
    if (!rented) return;
    await network.mined(network.market.write.end([rented.rentalId], as(rented.customer, network)));
    logger.info({ rental: rented.rentalId.toString() }, "ended");
  }

  /** The rentals that the chain says have begun, but neither ended nor run. */
  async findLeft(): Promise<void> {
    const { market, rpcUrl } = this.#floor.network;
    // Only the rentals' numbers are wanted, of thousands of events.
    const numbersOf = async (eventName: "RentalStarted" | "RentalEnded"): Promise<bigint[]> => {
      const topics = encodeEventTopics({ abi: market.abi, eventName });
      const filter = { address: market.address, topics, fromBlock: "0x0", toBlock: "latest" };
      const logs = await rpcCall<{ topics: [string, string] }[]>(rpcUrl, "eth_getLogs", [filter]);
      return logs.map(({ topics: [, rentalId] }) => BigInt(rentalId));
    };
    const [started, ended] = await Promise.all([numbersOf("RentalStarted"), numbersOf("RentalEnded")]);
    const over = new Set(ended);
    for (const { rentalId } of this.#seats.running) over.add(rentalId);
    this.#seats.left = started.filter((rentalId) => !over.has(rentalId));
  }

  /**
   * What came to the end of its funds or term is over, but its last use is burned and its GPU's row told only when
   * somebody ends it. What can't be ended now is tried again in the next step.
   */
  async endLapsed(): Promise<void> {
    const { network, plan, logger } = this.#floor;
    const { market } = network;
    for (const rentalId of this.#seats.left.splice(0)) {
      try {
        if ((await market.read.rentalOf([rentalId])).isEnded) continue;
        await network.mined(market.write.end([rentalId], as(plan.keeper, network)));
      } catch (error) {
        this.#seats.left.push(rentalId);
        logger.warn({ rental: rentalId.toString() }, `a lapsed rental can't be ended yet: ${messageOf(error)}`);
      }
    }
  }

  /** A rental that runs and that a customer of the plan pays by the hour. */
  async #pick() {
    const { network, plan, random } = this.#floor;
    if (this.#seats.running.length === 0) return undefined;
    const { rentalId, gpuId } = random.pick(this.#seats.running);
    const { customer, tier, rateDcPerHour } = await network.market.read.rentalOf([rentalId]);
    const index = indexAmong(plan.customers, customer);
    return index === undefined || tier === TIER.RESERVED
      ? undefined
      : { rentalId, gpuId, tier, rateDcPerHour, customer: index };
  }
}
