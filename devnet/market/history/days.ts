import { uuidHashOf } from "../bootstrap.ts";
import type { FleetGpu } from "../../fleet/types.ts";
import { createRandom } from "../random.ts";
import { overAt, type Book, type RentalEntry } from "./book.ts";
import type { OnDay, PlayedDay, Trouble, Use } from "./use.ts";

const DAY = 24 * 3_600;
/** One rental in so many is hardly used, by its customer or because he deals with himself. */
const IDLE = { part: 0.06, load: 0.04, selfDealt: 0.015 };

/** What the days are made of. */
export interface DaysOptions {
  book: Book;
  gpus: readonly FleetGpu[];
  /** seconds since 1970 */
  from: number;
  to: number;
  seed: number;
  /** wallets that rent what they don't need, lower-case addresses */
  selfDealing: ReadonlySet<string>;
  onDay: OnDay;
}

/** Cuts the past into days, as its telemetry is written: what was in use, as the chain's events say, and what was wrong. */
export class Days {
  readonly #options: DaysOptions;
  readonly #uuids: ReadonlyMap<string, string>;
  readonly #troubles: Trouble[] = [];
  /** rentals up to this one are over, and were told */
  #told = 0n;
  #dayFrom: number;

  constructor(options: DaysOptions) {
    this.#options = options;
    this.#dayFrom = options.from;
    this.#uuids = new Map(options.gpus.map(({ uuid }) => [uuidHashOf(uuid), uuid]));
  }

  /** Takes note of something that goes wrong. */
  addTrouble(trouble: Trouble): void {
    this.#troubles.push(trouble);
  }

  /** Tells the days that are over when nothing more happens before `at`. */
  passTo(at: number): void {
    while (this.#dayFrom < this.#options.to && this.#dayEnd <= at) {
      const day = this.#cut(this.#dayFrom, this.#dayEnd);
      this.#dayFrom = day.to;
      this.#options.onDay(day);
    }
  }

  get #dayEnd(): number {
    return Math.min(this.#dayFrom + DAY, this.#options.to);
  }

  #cut(from: number, to: number): PlayedDay {
    const { book } = this.#options;
    const uses: Use[] = [];
    for (const [rentalId, rental] of book.rentals) {
      if (rentalId <= this.#told) continue;
      const end = Math.min(rental.endedAt ?? overAt(rental), to);
      const start = Math.max(rental.startAt, from);
      const uuid = this.#uuids.get(book.gpu(rental.gpuId).uuidHash);
      if (uuid !== undefined && start < end) uses.push({ uuid, from: start, to: end, load: this.#loadOf(rental) });
      if (rentalId === this.#told + 1n && rental.endedAt !== undefined && rental.endedAt <= to) this.#told = rentalId;
    }
    const troubles = this.#troubles
      .filter((trouble) => trouble.from < to && from < trouble.to)
      .map(({ fault, ...span }) => ({ fault, from: Math.max(span.from, from), to: Math.min(span.to, to) }));
    return { from, to, uses, troubles };
  }

  /** Settled by the rental and the seed, so that it is the same on every day. */
  #loadOf({ rentalId, customer }: RentalEntry): number {
    const random = createRandom(this.#options.seed + Number(rentalId) * 7_919);
    if (this.#options.selfDealing.has(customer.toLowerCase())) return IDLE.selfDealt * (0.5 + random.next());
    return random.next() < IDLE.part ? IDLE.load : 0.35 + 0.65 * random.next();
  }
}
