import fc from "fast-check";
import { decay } from "./decay.ts";
import { payerLimit } from "./payer-cap.ts";
import { networkMean, posterior } from "./posterior.ts";

/** P(X ≤ x) of a Beta with whole parameters, as a binomial tail: another way than the library's. */
function betaCdf(x: number, a: number, b: number): number {
  const n = a + b - 1;
  let term = (1 - x) ** n; // C(n, 0)
  let below = 0;
  for (let j = 0; j < a; j++) {
    below += term;
    term *= ((n - j) / (j + 1)) * (x / (1 - x));
  }
  return 1 - below;
}

describe("decay", () => {
  it("halves in 30 days and again in 30 more", () => {
    expect(decay(0)).toBe(1);
    expect(decay(30)).toBeCloseTo(0.5, 13);
    expect(decay(60)).toBeCloseTo(0.25, 13);
    expect(decay(45)).toBeCloseTo(2 ** -1.5, 13);
  });
});

describe("the posterior", () => {
  it("of nothing is the prior: mean 0.9, and an interval", () => {
    const prior = posterior(0.9, 0, 0);
    expect([prior.alpha, prior.mean]).toEqual([18, 0.9]);
    expect(prior.beta).toBeCloseTo(2, 12);
    // 19 x¹⁸ − 18 x¹⁹ = 0.05 and 0.95, by bisection
    expect(prior.low).toBeCloseTo(0.7736, 4);
    expect(prior.high).toBeCloseTo(0.981, 4);
  });

  it("has its quantiles where the binomial tail has them", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 60 }), (good, bad) => {
        const { alpha, beta, low, high } = posterior(0.5, good + bad, good);
        expect([alpha, beta]).toEqual([10 + good, 10 + bad]);
        expect(betaCdf(low, alpha, beta)).toBeCloseTo(0.05, 8);
        expect(betaCdf(high, alpha, beta)).toBeCloseTo(0.95, 8);
      }),
    );
  });
});

describe("the network's mean", () => {
  it("is 0.9 when nothing is known and never 0 or 1", () => {
    expect(networkMean([])).toBe(0.9);
    expect(networkMean([{ weight: 0, good: 0 }])).toBe(0.9);
    expect(networkMean([{ weight: 5, good: 5 }])).toBe(0.99);
    expect(networkMean([{ weight: 5, good: 0 }])).toBe(0.01);
  });

  it("counts a large operator about as one, and dust as dust", () => {
    // trust 20/40 and 980/1000: (0.5 · 1 + 0.98 · 0.5) / 1.48
    const large = { weight: 980, good: 490 };
    expect(networkMean([{ weight: 20, good: 20 }, large])).toBeCloseTo(0.99 / 1.48, 12);
  });
});

describe("the limit of a payer", () => {
  it("lets a lone payer give a quarter of the prior's weight", () => {
    expect(payerLimit(20, 0, [100])).toBeCloseTo(5, 12); // 5 / (20 + 5) is a fifth
    expect(payerLimit(20, 0, [1e18])).toBeCloseTo(5, 12);
  });

  it("of two heavy payers leaves a fifth each", () => {
    expect(payerLimit(20, 0, [500, 300])).toBeCloseTo(20 / 3, 12); // T = 20 / 0.6
  });

  it("of five equal payers withholds nothing", () => {
    expect(payerLimit(20, 0, [90, 90, 90, 90, 90])).toBeGreaterThanOrEqual(90);
  });

  it("is a fifth of what is left once all are held to it", () => {
    const weights = fc.array(fc.double({ min: 0, max: 1e9, noNaN: true }), { maxLength: 30 });
    fc.assert(
      fc.property(weights, fc.double({ min: 0, max: 1e6, noNaN: true }), (given, payerless) => {
        const limit = payerLimit(20, payerless, given);
        const whole = given.reduce((sum, weight) => sum + Math.min(weight, limit), 20 + payerless);
        const isAnyHeld = given.some((weight) => weight > limit);
        const heaviest = Math.max(0, ...given);
        return isAnyHeld ? Math.abs(limit - whole / 5) <= 1e-9 * whole : heaviest <= (whole / 5) * (1 + 1e-9);
      }),
    );
  });
});
