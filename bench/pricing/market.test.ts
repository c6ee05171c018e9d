import type { Wish } from "./demand.ts";
import { PoolBook } from "./market.ts";
import { simulate } from "./simulate.ts";

const RATES = { spot: 1, onDemand: 2, reserved: 3 };
const wish = (over: Partial<Wish>): Wish => ({
  ...{ at: 0, model: "X", tier: "ON_DEMAND", hours: 2, startAt: 0, worth: 10, tastes: [1, 1] },
  ...over,
});

describe("a simulated pool", () => {
  it("ends a spot rental where a slot begins, and counts each hour once", () => {
    const book = new PoolBook({ model: "X", rates: RATES, since: [0, 1.5] });
    const spot = wish({ at: 0.5, tier: "SPOT", hours: 8 });
    const gpu = book.find(spot);
    if (!gpu) throw new Error("no GPU");
    book.sell(gpu, spot);
    expect(book.find(wish({ at: 0.6 }))).toBeUndefined(); // the other one comes later
    const slot = wish({ at: 0.7, tier: "RESERVED", startAt: 3, hours: 2 });
    expect(book.find(slot)).toBe(gpu);
    book.sell(gpu, slot);
    const hours = [0, 1, 2, 3, 4, 5].map((hour) => book.pass(hour));
    expect(hours.map(({ available, sold }) => [available, sold])).toEqual([
      [1, 0.5],
      [1.5, 1],
      [2, 1],
      [2, 1],
      [2, 1],
      [2, 0],
    ]);
    expect(book.revenue).toBe(2.5 * 1 + 2 * 3);
  });

  it("counts what was let twice within an hour, and lets nothing that is booked or taken", () => {
    const book = new PoolBook({ model: "X", rates: RATES, since: [0] });
    for (const [at, hours] of [
      [0, 0.25],
      [0.5, 1],
    ] as const) {
      const gpu = book.find(wish({ at, hours }));
      if (!gpu) throw new Error("no GPU");
      book.sell(gpu, wish({ at, hours }));
    }
    expect(book.find(wish({ at: 1.2 }))).toBeUndefined();
    expect([book.pass(0).sold, book.pass(1).sold, book.revenue]).toEqual([0.75, 0.5, 2.5]);
  });
});

describe("a simulated market", () => {
  it("sends a wish to the pool that is cheapest to its taste, and to none that isn't worth it", () => {
    const pools = [
      { model: "X", rates: RATES, since: [0] },
      { model: "X", rates: { ...RATES, onDemand: 3 }, since: [0] },
    ];
    // both models cost 2.5 at the beginning
    const wishes = [wish({ tastes: [2, 1] }), wish({ at: 0.1, worth: 0.7 }), wish({ at: 0.2, worth: 0.8 })];
    const found = simulate(pools, wishes, [false, false], 3, 0);
    expect(found.map(({ revenue }) => revenue)).toEqual([4, 6]);
  });

  it("lets rates fall by 3 % an hour where nobody comes, down to the declared costs, and moves only who follows", () => {
    const pools = Array.from({ length: 2 }, () => ({ model: "X", rates: RATES, since: [0] }));
    expect(simulate(pools, [], [true, false], 2, 0).map(({ endRate }) => endRate)).toEqual([0.9409, 1]);
    expect(simulate(pools, [wish({})], [false, false], 3, 2)).toMatchObject([{ revenue: 0, availableHours: 1 }, {}]);
    expect(simulate(pools, [], [true, false], 60, 0)[0]?.endRate).toBe(0.4);
  });
});
