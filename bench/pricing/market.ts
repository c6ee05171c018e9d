import type { Wish } from "./demand.ts";

/** Rates of a pool, DC per GPU and hour. */
export interface PoolRates {
  spot: number;
  onDemand: number;
  reserved: number;
}

/** A pool as it is simulated. */
export interface SimulatedPool {
  model: string;
  rates: PoolRates;
  /** by GPU, hours since the beginning at which it comes */
  since: readonly number[];
}

/** What one GPU is used for, hours since the beginning. */
interface Use {
  from: number;
  to: number;
  rate: number;
}

/** What a GPU is sold for: one rental at a time, and slots that may lie ahead. */
class SimulatedGpu {
  readonly since: number;
  rental: (Use & { isSpot: boolean }) | undefined;
  /** by time */
  slots: Use[] = [];

  constructor(since: number) {
    this.since = since;
  }

  /** Until when it is free from `at` on; `at` itself: it isn't. */
  freeUntil(at: number): number {
    if (at < this.since || (this.rental !== undefined && this.rental.to > at)) return at;
    return this.nextSlot(at);
  }

  /** Whether a slot fits, if spot rentals give way. */
  isBookable(from: number, to: number): boolean {
    const { rental } = this;
    if (from < this.since || (rental !== undefined && !rental.isSpot && rental.to > from)) return false;
    return !this.slots.some((slot) => slot.from < to && slot.to > from);
  }

  nextSlot(at: number): number {
    let next = Infinity;
    for (const { from, to } of this.slots) {
      if (from <= at && to > at) return at;
      if (from > at && from < next) next = from;
    }
    return next;
  }
}

/** One pool's GPUs, what they are sold for, and what that brings. */
export class PoolBook {
  readonly pool: SimulatedPool;
  rates: PoolRates;
  revenue = 0;
  availableHours = 0;
  soldHours = 0;
  readonly #gpus: readonly SimulatedGpu[];
  /** rentals that ended within the hour that runs, on GPUs that were let again */
  readonly #past = new Map<SimulatedGpu, Use[]>();

  constructor(pool: SimulatedPool) {
    this.pool = pool;
    this.rates = pool.rates;
    this.#gpus = pool.since.map((since) => new SimulatedGpu(since));
  }

  /** A GPU on which a wish can be met. */
  find({ at, tier, hours, startAt }: Wish): SimulatedGpu | undefined {
    if (tier === "RESERVED") return this.#gpus.find((gpu) => gpu.isBookable(startAt, startAt + hours));
    const least = tier === "SPOT" ? at + 0.5 : at + hours;
    return this.#gpus.find((gpu) => gpu.freeUntil(at) >= least);
  }

  /** Meets it. */
  sell(gpu: SimulatedGpu, { at, tier, hours, startAt }: Wish): void {
    if (tier === "RESERVED") {
      gpu.slots.push({ from: startAt, to: startAt + hours, rate: this.rates.reserved });
      if (gpu.rental !== undefined) gpu.rental.to = Math.min(gpu.rental.to, Math.max(startAt, at));
      return;
    }
    const isSpot = tier === "SPOT";
    const to = Math.min(at + hours, isSpot ? gpu.nextSlot(at) : Infinity);
    this.#close(gpu);
    gpu.rental = { from: at, to, rate: isSpot ? this.rates.spot : this.rates.onDemand, isSpot };
  }

  /** Counts an hour that has passed: GPU hours there, and what of them was sold. */
  pass(hour: number): { available: number; sold: number } {
    let [available, sold] = [0, 0];
    for (const gpu of this.#gpus) {
      const there = hour + 1 - Math.max(hour, gpu.since);
      if (there <= 0) continue;
      available += there;
      sold += this.#count(gpu, hour);
    }
    this.#past.clear();
    this.availableHours += available;
    this.soldHours += sold;
    return { available, sold };
  }

  /** Begins to count anew; what is sold stays sold. */
  forget(): void {
    [this.revenue, this.availableHours, this.soldHours] = [0, 0, 0];
  }

  #count(gpu: SimulatedGpu, hour: number): number {
    const uses = [...(this.#past.get(gpu) ?? []), ...(gpu.rental ? [gpu.rental] : []), ...gpu.slots];
    let sold = 0;
    for (const { from, to, rate } of uses) {
      const part = Math.min(to, hour + 1) - Math.max(from, hour);
      if (part <= 0) continue;
      sold += part;
      this.revenue += part * rate;
    }
    if (gpu.rental && gpu.rental.to <= hour + 1) gpu.rental = undefined;
    if (gpu.slots.some(({ to }) => to <= hour + 1)) gpu.slots = gpu.slots.filter(({ to }) => to > hour + 1);
    return sold;
  }

  #close(gpu: SimulatedGpu): void {
    if (gpu.rental === undefined) return;
    this.#past.set(gpu, [...(this.#past.get(gpu) ?? []), gpu.rental]);
    gpu.rental = undefined;
  }
}
