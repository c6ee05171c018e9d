import { addressAt, type Cast } from "../cast.ts";
import type { Random } from "../../random.ts";
import type { AccountIndex, MonthPlan } from "../../plan.ts";
import type { GpuEntry, SlotEntry } from "../book.ts";
import type { Stage } from "../stage.ts";
import type { Trouble } from "../use.ts";
import type { Grid } from "./grid.ts";

const HOUR = 3_600;

/** What the acts of a month share. */
export interface CrowdOptions {
  stage: Stage;
  cast: Cast;
  plan: MonthPlan;
  grid: Grid;
  random: Random;
  /** GPUs that other acts have to themselves */
  staged: ReadonlySet<bigint>;
  /** told what goes wrong with the machines, when it begins */
  onTrouble: (trouble: Trouble) => void;
  /** DCGM's names of GPUs and their hosts, by GPU id */
  machineOf: (gpuId: bigint) => { uuid: string; host: string };
}

/**
 * What everybody in a month knows: the book, which says how things stood after the last block, and what others are about
 * to do in this one. So nobody tries what can't be done.
 */
export class Crowd {
  readonly options: CrowdOptions;
  readonly stage: Stage;
  readonly cast: Cast;
  readonly grid: Grid;
  readonly random: Random;
  readonly plan: MonthPlan;
  /** what is done in this block, forgotten with it */
  #now = { at: 0, gpus: new Set<bigint>(), rentals: new Set<bigint>(), spent: new Map<AccountIndex, bigint>() };

  constructor(options: CrowdOptions) {
    this.options = options;
    ({ stage: this.stage, cast: this.cast, grid: this.grid, random: this.random, plan: this.plan } = options);
  }

  /** GPUs of a pool that could be used at once, unless somebody has done something with them in this block. */
  free(pool: number): GpuEntry[] {
    return this.gpusOf(pool).filter(({ gpuId, isActive, rental }) => isActive && !rental && !this.isTouched(gpuId));
  }

  /** GPUs of a pool that no other act has to itself. */
  gpusOf(pool: number): GpuEntry[] {
    return [...this.stage.book.gpus.values()].filter(
      ({ gpuId, poolId }) => poolId === pool + 1 && !this.options.staged.has(gpuId),
    );
  }

  /** When the first slot on a GPU begins that isn't over; Infinity: there is none; seconds since 1970. */
  bookedFrom(gpuId: bigint): number {
    const starts = this.slotsOn(gpuId).map(({ startHour }) => startHour * HOUR);
    return Math.min(Infinity, ...starts);
  }

  /** Slots on a GPU that aren't over. */
  slotsOn(gpuId: bigint): SlotEntry[] {
    return [...this.stage.book.slots.values()].filter(
      (slot) => slot.gpuId === gpuId && slot.endHour * HOUR > this.stage.now,
    );
  }

  /** Takes a GPU for this block: whoever comes later in it finds it taken. */
  touch(gpuId: bigint): void {
    this.#present.gpus.add(gpuId);
  }

  /** Whether somebody has taken a GPU in this block. */
  isTouched(gpuId: bigint): boolean {
    return this.#present.gpus.has(gpuId);
  }

  /** Takes it upon oneself to end a rental in this block; false: it has been ended, or somebody else does. */
  close(rentalId: bigint): boolean {
    if (!this.isOpen(rentalId)) return false;
    this.#present.rentals.add(rentalId);
    return true;
  }

  /** Whether a rental stands, and nobody ends it in this block. */
  isOpen(rentalId: bigint): boolean {
    return this.stage.book.isOpen(rentalId) && !this.#present.rentals.has(rentalId);
  }

  /** Takes DC of a customer for this block, if there are so many. */
  spend(customer: AccountIndex, amountDc: bigint): boolean {
    const spent = (this.#present.spent.get(customer) ?? 0n) + amountDc;
    if (this.balanceOf(customer) < spent) return false;
    this.#present.spent.set(customer, spent);
    return true;
  }

  /** DC of an account after the last block. */
  balanceOf(account: AccountIndex): bigint {
    return this.stage.book.balances.get(addressAt(account).toLowerCase()) ?? 0n;
  }

  /** A pool's operator takes a GPU out of service or back in; who uses it is cut off. */
  setStatus(by: AccountIndex, { gpuId, rental }: GpuEntry, status: number): void {
    this.touch(gpuId);
    if (rental) this.close(rental.rentalId);
    this.stage.post(by, this.stage.network.gpus, "setStatus", [gpuId, status]);
  }

  get #present() {
    if (this.#now.at !== this.stage.now)
      this.#now = { at: this.stage.now, gpus: new Set(), rentals: new Set(), spent: new Map() };
    return this.#now;
  }
}
