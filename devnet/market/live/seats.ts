import { parseEventLogs } from "viem";
import type { Fleet } from "../../fleet/types.ts";
import { uuidHashOf } from "../bootstrap.ts";
import type { Floor } from "./floor.ts";

const ACTIVE = 0;

/** A GPU of the fleet with its NFT. */
export interface Seat {
  uuid: string;
  gpuId: bigint;
  /** 0: in none */
  poolId: bigint;
  isActive: boolean;
  /** the rental that runs on it, 0: none */
  rentalId: bigint;
  /** when that is over, seconds since 1970 */
  overAt: number;
  load: number;
}

/** What runs where, as the chain says; the fleet's load follows it. */
export class Seats {
  readonly #floor: Floor;
  readonly #fleet: Fleet;
  #all: Seat[] = [];
  /** what the blocks before it told is known */
  #nextBlock = 0n;
  /** rentals that no longer run: ended by their customer, or over and still to be ended by the keeper */
  left: bigint[] = [];

  constructor(floor: Floor, fleet: Fleet) {
    this.#floor = floor;
    this.#fleet = fleet;
  }

  /** Finds the GPUs' NFTs. */
  async open(): Promise<void> {
    this.#all = await Promise.all(
      this.#fleet.gpus.map(async ({ uuid }) => ({
        uuid,
        gpuId: await this.#floor.network.gpus.read.gpuOf([uuidHashOf(uuid)]),
        poolId: 0n,
        isActive: false,
        rentalId: 0n,
        overAt: 0,
        load: 0,
      })),
    );
    const { number } = await this.#floor.network.node.getBlock();
    await this.#read(this.#all);
    this.#nextBlock = number + 1n;
  }

  /** Reads what has changed since the last look, and lets the GPUs work accordingly. */
  async follow(): Promise<void> {
    const { number, timestamp } = await this.#floor.network.node.getBlock();
    const named = await this.#namedUpTo(number);
    // A rental that is over by itself isn't told.
    await this.#read(
      this.#all.filter(
        ({ gpuId, rentalId, overAt }) =>
          named.gpus.has(gpuId) || named.rentals.has(rentalId) || (rentalId !== 0n && timestamp >= overAt),
      ),
    );
    this.#nextBlock = number + 1n;
  }

  /** The GPUs and rentals that new events name, up to a block. */
  async #namedUpTo(toBlock: bigint): Promise<{ gpus: Set<bigint>; rentals: Set<bigint> }> {
    const named = { gpus: new Set<bigint>(), rentals: new Set<bigint>() };
    if (toBlock < this.#nextBlock) return named;
    const { market, gpus, node } = this.#floor.network;
    const logs = await node.getLogs({ address: [market.address, gpus.address], fromBlock: this.#nextBlock, toBlock });
    for (const { args } of parseEventLogs({ abi: [...market.abi, ...gpus.abi], logs })) {
      if ("gpuId" in args) named.gpus.add(args.gpuId);
      if ("rentalId" in args) named.rentals.add(args.rentalId);
    }
    return named;
  }

  async #read(seats: readonly Seat[]): Promise<void> {
    const { market, gpus } = this.#floor.network;
    await Promise.all(
      seats.map(async (seat) => {
        const [rentalId, overAt, [status, poolId]] = await Promise.all([
          market.read.runningRental([seat.gpuId]),
          market.read.userExpires([seat.gpuId]),
          gpus.read.stateOf([seat.gpuId]),
        ]);
        seat.poolId = poolId;
        seat.isActive = status === ACTIVE;
        seat.overAt = Number(overAt);
        if (seat.rentalId !== 0n && rentalId !== seat.rentalId) this.left.push(seat.rentalId);
        if (rentalId !== seat.rentalId) seat.load = rentalId === 0n ? 0 : 0.35 + 0.65 * this.#floor.random.next();
        seat.rentalId = rentalId;
        this.#fleet.setLoad(seat.uuid, seat.load);
      }),
    );
  }

  /** Lets the machines work as these seats are used: somebody else has moved them. */
  show(): void {
    for (const { uuid, load } of this.#all) this.#fleet.setLoad(uuid, load);
  }

  /** GPUs in service. */
  get active(): Seat[] {
    return this.#all.filter(({ isActive }) => isActive);
  }

  /** GPUs in service that nobody uses. */
  get free(): Seat[] {
    return this.active.filter(({ rentalId }) => rentalId === 0n);
  }

  /** GPUs that somebody uses. */
  get running(): Seat[] {
    return this.#all.filter(({ rentalId }) => rentalId !== 0n);
  }

  /** Part of the GPUs in service that is used. */
  get occupancy(): number {
    return this.running.length / Math.max(1, this.active.length);
  }
}
