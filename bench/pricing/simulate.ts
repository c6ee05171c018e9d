import { makeTick, type TickInputs } from "#api/src/domain/pricing/tick.ts";
import type { OccupancyState } from "#api/src/domain/pricing/occupancy.ts";
import type { Wish } from "./demand.ts";
import { PoolBook, type PoolRates, type SimulatedPool } from "./market.ts";

/** What a pool did in a month. */
export interface PoolResult {
  revenue: number;
  availableHours: number;
  soldHours: number;
  /** at the end, of those of the beginning */
  endRate: number;
}

/** Declared costs of an hour, and the cap, as parts of the on-demand rate of the beginning. */
export const DECLARED = { floor: 0.4, cap: 2 };
/** Hours in which all keep their rates, for pools begin empty; they aren't counted. */
export const WARM_UP = 72;
const TIER = { SPOT: "spot", ON_DEMAND: "onDemand", RESERVED: "reserved" } as const;
const UNITS = 1_000_000;

/**
 * A month of the market: each wish goes to the pool whose rate, times its taste, is the lowest of those that have a GPU for
 * it, if it is worth that much. Pools that follow advice set it at the end of each hour, from when they are warm.
 *
 * @param follows by pool
 * @param warmUp hours that aren't counted, and in which nobody follows
 */
export function simulate(
  pools: readonly SimulatedPool[],
  wishes: readonly Wish[],
  follows: readonly boolean[],
  hours: number,
  warmUp = WARM_UP,
): PoolResult[] {
  const books = pools.map((pool) => new PoolBook(pool));
  const references = referencesOf(pools);
  const states = pools.map((): OccupancyState | null => null);
  let next = 0;
  for (let hour = 0; hour < hours; hour++) {
    for (let wish = wishes[next]; wish !== undefined && wish.at < hour + 1; wish = wishes[++next]) {
      serve(books, wish, references);
    }
    for (const [place, book] of books.entries()) {
      if (hour === warmUp) book.forget();
      const { available, sold } = book.pass(hour);
      if (!follows[place]) continue;
      const { rates, after } = advised(book, { hour, available, sold, before: states[place] ?? null });
      if (hour >= warmUp) book.rates = rates;
      states[place] = after;
    }
  }
  return books.map(({ revenue, availableHours, soldHours, rates, pool }) => ({
    ...{ revenue, availableHours, soldHours },
    endRate: rates.onDemand / pool.rates.onDemand,
  }));
}

type References = ReadonlyMap<string, PoolRates>;

/** What each model cost at the beginning: the mean of its pools. */
function referencesOf(pools: readonly SimulatedPool[]): References {
  const models = [...new Set(pools.map(({ model }) => model))];
  const mean = (model: string, tier: keyof PoolRates): number => {
    const of = pools.filter((pool) => pool.model === model);
    return of.reduce((sum, { rates }) => sum + rates[tier], 0) / of.length;
  };
  return new Map(
    models.map((model) => [
      model,
      { spot: mean(model, "spot"), onDemand: mean(model, "onDemand"), reserved: mean(model, "reserved") },
    ]),
  );
}

function serve(books: readonly PoolBook[], wish: Wish, references: References): void {
  const tier = TIER[wish.tier];
  const most = wish.worth * (references.get(wish.model)?.[tier] ?? 0);
  let best: { book: PoolBook; cost: number } | undefined;
  for (const [place, book] of books.entries()) {
    const rate = book.rates[tier];
    if (book.pool.model !== wish.model || rate > most) continue;
    const cost = rate * (wish.tastes[place] ?? 1);
    if ((best === undefined || cost < best.cost) && book.find(wish)) best = { book, cost };
  }
  const gpu = best?.book.find(wish);
  if (best && gpu) best.book.sell(gpu, wish);
}

interface PassedHour {
  hour: number;
  available: number;
  sold: number;
  before: OccupancyState | null;
}

/** The rates that the tick of the hour advises: the same code as that of `bc jobs`. */
function advised(
  { rates, pool }: PoolBook,
  { hour, available, sold, before }: PassedHour,
): { rates: PoolRates; after: OccupancyState | null } {
  const base = (rate: number): bigint => BigInt(Math.round(rate * UNITS));
  const inputs: TickInputs = {
    asOf: (hour + 1) * 3_600,
    before,
    hour: {
      hourAt: hour * 3_600,
      rentedSeconds: Math.round(sold * 3_600),
      availableSeconds: Math.round(available * 3_600),
    },
    rates: {
      spotDcPerHour: base(rates.spot),
      onDemandDcPerHour: base(rates.onDemand),
      reservedDcPerHour: base(rates.reserved),
    },
    declaration: {
      ...{ powerWatts: 0n, dcPerKilowattHour: 0n },
      opexDcPerHour: base(pool.rates.onDemand * DECLARED.floor),
      capDcPerHour: base(pool.rates.onDemand * DECLARED.cap),
    },
    delegation: null,
  };
  const tick = makeTick("0", inputs);
  const rateOf = (tier: string, present: number): number => {
    const rate = tick.advice.find((one) => one.tier === tier)?.rateDcPerHour ?? null;
    return rate === null ? present : Number(rate) / UNITS;
  };
  return {
    after: tick.after,
    rates: {
      spot: rateOf("SPOT", rates.spot),
      onDemand: rateOf("ON_DEMAND", rates.onDemand),
      reserved: rateOf("RESERVED", rates.reserved),
    },
  };
}
