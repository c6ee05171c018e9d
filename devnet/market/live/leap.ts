import { maxUint256 } from "viem";
import type { BlockMaker, Call } from "../blocks.ts";
import { callOf } from "../calls.ts";
import type { AccountIndex } from "../plan.ts";
import { accountOf } from "../wallets.ts";
import type { Use } from "../history/use.ts";
import { attempt, hourOf, LOW_DC, REFILL_DC, type Floor } from "./floor.ts";
import type { Seat, Seats } from "./seats.ts";
import type { SlotBook } from "./slot-book.ts";
import type { Slots } from "./slots.ts";

const HOUR = 3_600;
/** Seconds between two blocks: each costs anvil 10 to 15 ms. */
const GAP = { from: 900, to: 2_400 };
/** Part of the GPUs that is rented, about; and how many of them are rented in one block at most. */
const WANTED = { occupancy: 0.6, atOnce: 1 / 10 };
/** Minutes that are paid for. */
const PAID_FOR = { from: 60, to: 600 };
/** A spot rental shorter than this isn't begun before a booking, seconds. */
const SHORTEST = 1_800;
/** Everything that runs is settled so often, and so long before an epoch's end. Seconds. */
const SETTLED = { every: 6 * HOUR, beforeEnd: 60 };
/** Reporters that a price takes; ids in one transaction. */
const QUORUM = 3;
const AT_ONCE = 100;
const NO_REFERENCE: `0x${string}` = `0x${"0".repeat(64)}`;

/**
 * The market of a time that is skipped, in few blocks: customers rent what is free and use their slots, what is over is
 * ended, prices move, and what is due is settled before each epoch's end. Closing epochs is left to whoever does it live.
 */
export class Leap {
  readonly #floor: Floor;
  readonly #seats: Seats;
  readonly #book: SlotBook;
  readonly #slots: Slots;
  readonly #uses = new Map<bigint, Use>();
  readonly #rates = new Map<bigint, { spot: bigint; onDemand: bigint }>();
  #price = 0n;
  #settledAt = 0;

  constructor(floor: Floor, parts: { seats: Seats; book: SlotBook; slots: Slots }) {
    this.#floor = floor;
    ({ seats: this.#seats, book: this.#book, slots: this.#slots } = parts);
  }

  /**
   * Plays what happens in `[from, to)`, seconds since 1970, on a chain that makes no blocks by itself. What fails in one
   * block is logged, and the next one goes on from what the chain says.
   *
   * @returns what was in use
   */
  async play(maker: BlockMaker, from: number, to: number): Promise<Use[]> {
    [, this.#price] = await this.#floor.network.feed.read.latestRoundData();
    this.#settledAt = from;
    this.#note(from);
    for (const at of this.#times(from, to)) {
      await attempt(this.#floor, "a skipped block", async () => void (await maker.mine(await this.#callsAt(at), at)));
      await this.#seats.follow();
      await this.#book.follow();
      this.#note(at);
    }
    return [...this.#uses.values()].map((use) => ({ ...use, to: Math.min(use.to, to) }));
  }

  /** When blocks are made: now and then, shortly before each epoch's end, and at the end. */
  #times(from: number, to: number): number[] {
    const { network, random } = this.#floor;
    const { genesisTime, epochLength } = network;
    const times = new Set([to - 1]); // so that the price is fresh
    for (let at = from + random.between(60, GAP.from); at < to; at += random.between(GAP.from, GAP.to)) times.add(at);
    for (let epoch = Math.floor((from - genesisTime) / epochLength) + 1; ; epoch++) {
      const at = genesisTime + epoch * epochLength - SETTLED.beforeEnd;
      if (at >= to) break;
      if (at > from) times.add(at);
    }
    return [...times].sort((one, other) => one - other);
  }

  async #callsAt(at: number): Promise<Call[]> {
    const { network, plan } = this.#floor;
    const { market, slots } = network;
    const left = this.#seats.left.splice(0).map((rentalId) => callOf(plan.keeper, market, "end", [rentalId]));
    const used = await this.#slots.due(at);
    const checkIns = used.map(({ slotId, holder }) => callOf(holder, slots, "checkIn", [slotId]));
    return [...left, ...this.#prices(), ...this.#settlements(at), ...checkIns, ...(await this.#rentals(at))];
  }

  /** A random walk of about 1 % a block. */
  #prices(): Call[] {
    const { network, plan, random } = this.#floor;
    this.#price = (this.#price * BigInt(random.between(990, 1_010))) / 1_000n;
    const reporters = plan.reporters.slice(0, QUORUM);
    return reporters.map((reporter) => callOf(reporter, network.feed, "report", [this.#price]));
  }

  #settlements(at: number): Call[] {
    const { network, plan } = this.#floor;
    const { genesisTime, epochLength, market, slots } = network;
    const isBeforeEnd = epochLength - ((at - genesisTime) % epochLength) <= SETTLED.beforeEnd;
    if (!isBeforeEnd && at < this.#settledAt + SETTLED.every) return [];
    this.#settledAt = at;
    const hour = Number(hourOf(at));
    const rentalIds = this.#seats.running.map(({ rentalId }) => rentalId);
    const slotIds = this.#book.all
      .filter(({ endHour, settledHour }) => Math.min(hour, endHour) > settledHour)
      .map(({ slotId }) => slotId);
    return [
      ...inParts(rentalIds).map((ids) => callOf(plan.keeper, market, "settleMany", [ids])),
      ...inParts(slotIds).map((ids) => callOf(plan.keeper, slots, "settleSlots", [ids])),
    ];
  }

  async #rentals(at: number): Promise<Call[]> {
    const { random } = this.#floor;
    const { free, active, running } = this.#seats;
    const missing = Math.ceil(active.length * WANTED.occupancy) - running.length;
    const count = Math.min(missing, free.length, random.between(0, Math.ceil(active.length * WANTED.atOnce)));
    if (count <= 0) return [];
    const first = random.between(0, free.length - 1);
    const chosen = [...free.slice(first), ...free.slice(0, first)].slice(0, count);
    const buyers = new Set<AccountIndex>();
    const calls = await Promise.all(chosen.map((seat) => this.#rental(seat, at, buyers)));
    return [...[...buyers].flatMap((buyer) => this.#purchase(buyer)), ...calls.flat()];
  }

  /** Somebody rents a GPU until it is booked, if that is long enough; who has few DC buys some in the same block instead. */
  async #rental(seat: Seat, at: number, buyers: Set<AccountIndex>): Promise<Call[]> {
    const { network, plan, random } = this.#floor;
    const customer = random.pick(plan.customers);
    const seconds = 60 * random.between(PAID_FOR.from, PAID_FOR.to);
    const [booking, balance, rates] = await Promise.all([
      network.market.read.nextBooking([seat.gpuId, hourOf(at)]),
      network.credits.read.balanceOf([accountOf(customer).address]),
      this.#ratesOf(seat.poolId),
    ]);
    if (balance < LOW_DC) {
      buyers.add(customer);
      return [];
    }
    const bookedAt = Number(booking) * HOUR;
    const isFree = bookedAt >= at + seconds + HOUR;
    if (!isFree && bookedAt < at + SHORTEST) return [];
    const rate = isFree ? rates.onDemand : rates.spot;
    const args = [seat.gpuId, (rate * BigInt(seconds)) / BigInt(HOUR), 2n * rate] as const;
    return [callOf(customer, network.market, isFree ? "rentOnDemand" : "rentSpot", args)];
  }

  async #ratesOf(poolId: bigint): Promise<{ spot: bigint; onDemand: bigint }> {
    const rates = this.#rates.get(poolId) ?? (await this.#floor.network.pools.read.ratesOf([poolId]));
    this.#rates.set(poolId, rates);
    return rates;
  }

  #purchase(buyer: AccountIndex): Call[] {
    const { token, credits } = this.#floor.network;
    return [
      callOf(buyer, token, "approve", [credits.address, maxUint256]),
      callOf(buyer, credits, "mintExactFor", [accountOf(buyer).address, REFILL_DC, maxUint256, NO_REFERENCE]),
    ];
  }

  /** Takes down what has begun by `at`: nothing in a skipped time ends before what was paid for, or is prolonged. */
  #note(at: number): void {
    for (const { rentalId, uuid, overAt, load } of this.#seats.running)
      if (!this.#uses.has(rentalId)) this.#uses.set(rentalId, { uuid, from: at, to: overAt, load });
  }
}

function inParts(ids: readonly bigint[]): bigint[][] {
  return Array.from({ length: Math.ceil(ids.length / AT_ONCE) }, (_, part) =>
    ids.slice(part * AT_ONCE, (part + 1) * AT_ONCE),
  );
}
