import type { Random } from "../../random.ts";

/** Seconds between two blocks of a month: each costs anvil some milliseconds, so there are no more than it takes. */
const GAP = { from: 18 * 60, to: 42 * 60 };

/** The times at which a month's customers act, about half an hour apart. */
export class Grid {
  readonly times: readonly number[];

  /** @param from and `to`: seconds since 1970 */
  constructor(from: number, to: number, random: Random) {
    const times: number[] = [];
    for (let at = from + random.between(60, GAP.to); at < to; at += random.between(GAP.from, GAP.to)) times.push(at);
    this.times = times;
  }

  /** The first of them at or after a time; beyond the last one: never. */
  next(at: number): number {
    let [low, high] = [0, this.times.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.times[middle] ?? 0) < at) low = middle + 1;
      else high = middle;
    }
    return this.times[low] ?? Infinity;
  }
}
