import type { Random } from "../../random.ts";

/** Seconds between two blocks of a month by day and by night: each costs anvil 3 to 15 ms, so there are no more than it takes. */
const BY_DAY = { from: 20 * 60, to: 50 * 60 };
const BY_NIGHT = { from: 50 * 60, to: 110 * 60 };
/** Hours UTC. */
const DAYTIME = { from: 8, to: 22 };

/** The times at which a month's customers act, more often by day than by night. */
export class Grid {
  readonly times: readonly number[];

  /** @param from and `to`: seconds since 1970 */
  constructor(from: number, to: number, random: Random) {
    const times: number[] = [];
    for (let at = from + random.between(60, BY_DAY.to); at < to; at += gapAt(at, random)) times.push(at);
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

function gapAt(at: number, random: Random): number {
  const hour = Math.floor(at / 3_600) % 24;
  const gap = hour >= DAYTIME.from && hour < DAYTIME.to ? BY_DAY : BY_NIGHT;
  return random.between(gap.from, gap.to);
}
