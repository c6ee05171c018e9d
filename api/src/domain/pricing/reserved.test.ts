import fc from "fast-check";
import { findArbitrage, slotCostUp } from "./arbitrage.ts";
import type { TermDiscount } from "./facts.ts";
import { offeredDiscounts, reservedRateUp } from "./reserved-curve.ts";

describe("the reserved curve", () => {
  it("starts at the on-demand rate, takes 63 % of half off in 101 days and never more than half", () => {
    expect(reservedRateUp(2_000_000n, 0)).toBe(2_000_000n);
    expect(reservedRateUp(2_000_000n, 2_424)).toBe(1_367_880n); // 2 · (1 − 0.5 · 0.6321205588) = 1.3678794412
    expect(reservedRateUp(2_000_000n, 1_000_000)).toBe(1_000_000n);
  });

  it("makes a longer term dearer in all and cheaper by the hour, up to a year", () => {
    for (let hours = 1; hours < 8_784; hours++) {
      const [rate, next] = [reservedRateUp(10n ** 12n, hours), reservedRateUp(10n ** 12n, hours + 1)];
      expect(next <= rate && next * BigInt(hours + 1) > rate * BigInt(hours)).toBe(true);
    }
  });

  it("is offered as eight steps that the chain accepts, none of them below the curve", () => {
    const steps = offeredDiscounts();
    expect(steps.map(({ minHours }) => minHours)).toEqual([24, 72, 168, 336, 720, 1_440, 2_160, 4_320]);
    // ⌊5000 · (1 − e^(−T / 2424))⌋, from a table of exponentials
    expect(steps.map(({ bps }) => bps)).toEqual([49, 146, 334, 647, 1_284, 2_239, 2_948, 4_158]);
    for (const hours of [1, 24, 71, 72, 719, 720, 4_320, 8_784]) {
      expect(slotCostUp(2_000_000n, steps, hours)).toBeGreaterThanOrEqual(
        reservedRateUp(2_000_000n, hours) * BigInt(hours),
      );
    }
  });
});

describe("the check for arbitrage", () => {
  it("names the terms for which the next step is cheaper", () => {
    // 10 an hour, 20 % off from 10 hours: ten cost 80, nine 90
    expect(findArbitrage(10n, [{ minHours: 10, bps: 2_000 }])).toEqual([
      { fromHours: 9, toHours: 9, boughtHours: 10, savedDc: 10n },
    ]);
    expect(findArbitrage(10n, [{ minHours: 10, bps: 1_000 }])).toEqual([]); // ten cost 90, like nine
  });

  it("refuses steps that the chain refuses", () => {
    const bad =
      (...steps: [number, number][]): (() => unknown) =>
      () =>
        findArbitrage(
          10n,
          steps.map(([minHours, bps]) => ({ minHours, bps })),
        );
    expect(bad([10, 100], [20, 100])).toThrow("aren't steps");
    expect(bad([10, 100], [10, 200])).toThrow("aren't steps");
    expect(bad([10, 9_001])).toThrow("aren't steps");
    expect(bad(...Array.from({ length: 9 }, (_, i): [number, number] => [i + 1, i + 1]))).toThrow("aren't steps");
  });

  it("agrees with trying every way to buy, and merging never is the cheaper one", () => {
    const steps = fc
      .uniqueArray(fc.tuple(fc.integer({ min: 2, max: 40 }), fc.integer({ min: 1, max: 9_000 })), {
        maxLength: 4,
        selector: ([hours]) => hours,
      })
      .map((pairs): TermDiscount[] => {
        const hours = pairs.map(([minHours]) => minHours).sort((a, b) => a - b);
        const bps = [...new Set(pairs.map(([, part]) => part))].sort((a, b) => a - b);
        return bps.map((part, at) => ({ minHours: hours[at] ?? 0, bps: part }));
      });
    fc.assert(
      fc.property(fc.bigInt(1_000n, 10n ** 7n), steps, (rate, discounts) => {
        const most = 60;
        const direct = Array.from({ length: most + 1 }, (_, hours) => slotCostUp(rate, discounts, hours));
        const merged = [0n]; // cheapest of slots that add up to exactly so many hours
        for (let hours = 1; hours <= most; hours++) {
          const ways = Array.from({ length: hours }, (_, i) => (merged[hours - i - 1] ?? 0n) + (direct[i + 1] ?? 0n));
          merged.push(ways.reduce((a, b) => (a < b ? a : b)));
        }
        expect(merged).toEqual([0n, ...direct.slice(1)]);
        const beaten = direct.flatMap((cost, hours) =>
          hours > 0 && merged.slice(hours).some((other) => other < cost) ? [hours] : [],
        );
        const found = findArbitrage(rate, discounts).flatMap(({ fromHours, toHours }) =>
          Array.from({ length: toHours - fromHours + 1 }, (_, i) => fromHours + i),
        );
        expect([...new Set(found)].sort((a, b) => a - b)).toEqual(beaten);
      }),
    );
  });
});
