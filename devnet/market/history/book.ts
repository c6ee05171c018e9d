import {
  decodeEventLog,
  toEventSelector,
  type Abi,
  type AbiEvent,
  type ContractEventName,
  type DecodeEventLogReturnType,
} from "viem";
import type { Receipt, RawLog } from "../blocks.ts";
import type { Network } from "../wallets.ts";

const ACTIVE = 0;

/** A rental as its events tell it; times in seconds since 1970. */
export interface RentalEntry {
  rentalId: bigint;
  gpuId: bigint;
  customer: `0x${string}`;
  /** SPOT, ON_DEMAND, RESERVED by their number */
  tier: number;
  rateDcPerHour: bigint;
  startAt: number;
  paidUntil: number;
  /** over then whatever the funds; 0: never */
  endsBy: number;
  /** when its use ended; undefined: nobody has ended it */
  endedAt: number | undefined;
}

/** A slot as its events tell it, by the hours since 1970. */
export interface SlotEntry {
  slotId: bigint;
  gpuId: bigint;
  startHour: number;
  /** exclusive */
  endHour: number;
}

/** A GPU as its events tell it. */
export interface GpuEntry {
  gpuId: bigint;
  /** 0: in none */
  poolId: number;
  uuidHash: `0x${string}`;
  /** who brought it into its pool */
  contributor: `0x${string}`;
  isActive: boolean;
  /** the last rental that nobody has ended, though it may be over */
  rental: RentalEntry | undefined;
}

/** When a rental is over, whether or not anybody ends it. */
export const overAt = ({ paidUntil, endsBy }: RentalEntry): number =>
  endsBy === 0 ? paidUntil : Math.min(paidUntil, endsBy);

/** Pools' rates in DC base units per hour. */
export interface Rates {
  spot: bigint;
  onDemand: bigint;
  reserved: bigint;
}

const EVENTS = {
  market: ["RentalStarted", "RentalToppedUp", "RentalEnded", "ReservedEndSet", "SpotPreemptionNotice"],
  slots: ["SlotReserved", "SlotSplit", "SlotsMerged", "SlotMoved", "SlotRefunded", "SlotSettled"],
  gpus: ["GpuMinted", "GpuStatusSet", "GpuJoinedPool", "GpuLeftPool"],
  pools: ["RatesSet"],
  credits: ["CreditsMinted", "CreditsEscrowed", "CreditsReturned"],
  feed: ["AnswerUpdated"],
} as const;

type Told<C extends keyof typeof EVENTS> = DecodeEventLogReturnType<
  Network[C]["abi"],
  Extract<(typeof EVENTS)[C][number], ContractEventName<Network[C]["abi"]>>
>;

/** The state of the market, followed by its events, so that whoever acts needn't read the chain. */
export class Book {
  readonly rentals = new Map<bigint, RentalEntry>();
  readonly slots = new Map<bigint, SlotEntry>();
  readonly gpus = new Map<bigint, GpuEntry>();
  readonly rates = new Map<number, Rates>();
  /** DC by lower-case address */
  readonly balances = new Map<string, bigint>();
  /** USD per BCT, 8 decimals */
  price = 0n;
  readonly #handlers = new Map<string, (log: RawLog) => void>();

  constructor(network: Network) {
    this.#on(network.market, EVENTS.market, (told) => this.#rental(told as Told<"market">));
    this.#on(network.slots, EVENTS.slots, (told) => this.#slot(told as Told<"slots">));
    this.#on(network.gpus, EVENTS.gpus, (told) => this.#gpu(told as Told<"gpus">));
    this.#on(network.pools, EVENTS.pools, (told) => this.#pool(told as Told<"pools">));
    this.#on(network.credits, EVENTS.credits, (told) => this.#credit(told as Told<"credits">));
    this.#on(network.feed, EVENTS.feed, (told) => (this.price = (told as Told<"feed">).args.current));
  }

  /** Takes note of what a transaction told. */
  follow(logs: Receipt["logs"]): void {
    for (const log of logs) this.#handlers.get(`${log.address.toLowerCase()} ${log.topics[0]}`)?.(log);
  }

  /** A GPU that has been minted. */
  gpu(gpuId: bigint): GpuEntry {
    const gpu = this.gpus.get(gpuId);
    if (!gpu) throw new Error(`BUG: there is no GPU ${gpuId}`);
    return gpu;
  }

  /** Whether nobody has ended a rental. */
  isOpen(rentalId: bigint): boolean {
    return this.rentals.get(rentalId)?.endedAt === undefined;
  }

  #on(
    { address, abi }: { address: string; abi: Abi },
    names: readonly string[],
    handle: (told: unknown) => void,
  ): void {
    for (const name of names) {
      const item = abi.find((each): each is AbiEvent => each.type === "event" && each.name === name);
      if (!item) throw new Error(`BUG: no contract tells ${name}`);
      this.#handlers.set(`${address.toLowerCase()} ${toEventSelector(item)}`, ({ topics, data }) =>
        handle(decodeEventLog({ abi: [item], data, topics: topics as [`0x${string}`, ...`0x${string}`[]] })),
      );
    }
  }

  #rental(told: Told<"market">): void {
    if (told.eventName === "RentalStarted") {
      const { rentalId, gpuId, customer, tier, rateDcPerHour, startAt, paidUntil, endsBy } = told.args;
      const times = { startAt: Number(startAt), paidUntil: Number(paidUntil), endsBy: Number(endsBy) };
      const rental = { rentalId, gpuId, customer, tier, rateDcPerHour, ...times, endedAt: undefined };
      this.rentals.set(rentalId, rental);
      this.gpu(gpuId).rental = rental;
      return;
    }
    const rental = this.rentals.get(told.args.rentalId);
    if (!rental) throw new Error(`BUG: there is no rental ${told.args.rentalId}`);
    if (told.eventName === "RentalToppedUp") rental.paidUntil = Number(told.args.paidUntil);
    else if (told.eventName === "RentalEnded") {
      rental.endedAt = Number(told.args.endAt);
      const gpu = this.gpu(rental.gpuId);
      if (gpu.rental === rental) gpu.rental = undefined;
    } else rental.endsBy = Number(told.args.endsBy);
    if (told.eventName === "ReservedEndSet") rental.paidUntil = rental.endsBy;
  }

  #slot(told: Told<"slots">): void {
    const { slots } = this;
    if (told.eventName === "SlotReserved") {
      const { slotId, gpuId, startHour, endHour } = told.args;
      slots.set(slotId, { slotId, gpuId, startHour, endHour });
    } else if (told.eventName === "SlotSplit") {
      const { slotId, newSlotId, hour, endHour } = told.args;
      const slot = this.#standing(slotId);
      slot.endHour = Math.min(slot.endHour, hour);
      slots.set(newSlotId, { slotId: newSlotId, gpuId: slot.gpuId, startHour: hour, endHour });
    } else if (told.eventName === "SlotsMerged") {
      this.#standing(told.args.slotId).endHour = told.args.endHour;
      slots.delete(told.args.goneId);
    } else if (told.eventName === "SlotMoved") {
      const { slotId, toGpuId, fromHour } = told.args;
      Object.assign(this.#standing(slotId), { gpuId: toGpuId, startHour: fromHour });
    } else if (told.eventName === "SlotRefunded") slots.delete(told.args.slotId);
    else if (told.args.toHour >= (slots.get(told.args.slotId)?.endHour ?? 0)) slots.delete(told.args.slotId);
  }

  #standing(slotId: bigint): SlotEntry {
    const slot = this.slots.get(slotId);
    if (!slot) throw new Error(`BUG: there is no slot ${slotId}`);
    return slot;
  }

  #gpu(told: Told<"gpus">): void {
    const { gpuId } = told.args;
    if (told.eventName === "GpuMinted") {
      const { poolId, uuidHash, contributor } = told.args;
      this.gpus.set(gpuId, { gpuId, poolId: Number(poolId), uuidHash, contributor, isActive: true, rental: undefined });
    } else if (told.eventName === "GpuStatusSet") this.gpu(gpuId).isActive = told.args.status === ACTIVE;
    else if (told.eventName === "GpuJoinedPool") {
      const { poolId, contributor } = told.args;
      Object.assign(this.gpu(gpuId), { poolId: Number(poolId), contributor });
    } else this.gpu(gpuId).poolId = 0;
  }

  #pool({ args: { poolId, spot, onDemand, reserved } }: Told<"pools">): void {
    this.rates.set(Number(poolId), { spot, onDemand, reserved });
  }

  #credit(told: Told<"credits">): void {
    if (told.eventName === "CreditsMinted") this.#add(told.args.recipient, told.args.dcAmount);
    else if (told.eventName === "CreditsEscrowed") this.#add(told.args.holder, -told.args.amount);
    else this.#add(told.args.holder, told.args.amount);
  }

  #add(holder: string, amount: bigint): void {
    const key = holder.toLowerCase();
    this.balances.set(key, (this.balances.get(key) ?? 0n) + amount);
  }
}
