/** A seeded source of numbers: the same seed gives the same market. */
export interface Random {
  /** in [0, 1) */
  next(): number;
  /** a whole number in [from, to] */
  between(from: number, to: number): number;
  /** one of a list that isn't empty */
  pick<T>(list: readonly T[]): T;
}

/** Mulberry32: 32 bits of state, good enough for a market's whims. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let x = Math.imul(state ^ (state >>> 15), state | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return ((x ^ (x >>> 14)) >>> 0) / 4_294_967_296;
  };
  const between = (from: number, to: number): number => from + Math.floor(next() * (to - from + 1));
  return {
    next,
    between,
    pick: (list) => {
      const item = list[between(0, list.length - 1)];
      if (item === undefined) throw new Error("BUG: nothing to pick from");
      return item;
    },
  };
}
