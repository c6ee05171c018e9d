import fc from "fast-check";
import { findMinimum, findRoot } from "./brent.ts";
import { netAssetValue, npv } from "./npv.ts";
import { xirr, type DatedFlow } from "./xirr.ts";

const usd = (dollars: number): bigint => BigInt(Math.round(dollars * 1e6));
const flow = (date: string, dollars: number): DatedFlow => ({ at: Date.parse(date) / 1_000, amountUsd: usd(dollars) });
const YEAR = 365 * 86_400;
const yearly = (...dollars: number[]): DatedFlow[] =>
  dollars.map((amount, year) => ({ at: year * YEAR, amountUsd: usd(amount) }));

/** The example of Excel's documentation of XIRR and XNPV. */
const EXCEL = [
  flow("2008-01-01", -10_000),
  flow("2008-03-01", 2_750),
  flow("2008-10-30", 4_250),
  flow("2009-02-15", 3_250),
  flow("2009-04-01", 2_750),
];

describe("XIRR", () => {
  it("is Excel's on Excel's example, in whatever order the flows come", () => {
    expect(xirr(EXCEL).value).toBeCloseTo(0.373362535, 8); // Excel stops at 1e-8
    expect(xirr([...EXCEL].reverse())).toEqual(xirr(EXCEL));
  });

  it("finds rates worked by hand: a gain, nothing, a loss, and near a total loss", () => {
    expect(xirr(yearly(-100, 110)).value).toBeCloseTo(0.1, 12);
    expect(xirr(yearly(-100, 0, 121)).value).toBeCloseTo(0.1, 12);
    expect(xirr(yearly(-100, 100)).value).toBeCloseTo(0, 12);
    expect(xirr(yearly(-100, 50)).value).toBeCloseTo(-0.5, 12);
    expect(xirr(yearly(-100_000, 1)).value).toBeCloseTo(-0.99999, 10);
    expect(xirr(yearly(-1, 1_000)).value).toBeCloseTo(999, 8);
    const overnight = xirr([flow("2026-01-01", -100), flow("2026-01-02", 110)]).value ?? 0;
    expect(overnight / (1.1 ** 365 - 1)).toBeCloseTo(1, 10);
  });

  it("has no value, and says why, without flows, without a change of sign, on one date and where no rate fits", () => {
    expect(xirr([])).toEqual({ value: null, reason: "NO_FLOWS", roots: [] });
    expect(xirr(yearly(5, 5)).reason).toBe("NO_SIGN_CHANGE");
    expect(xirr(yearly(-5, 0, -1)).reason).toBe("NO_SIGN_CHANGE");
    expect(xirr([flow("2026-01-01", -5), flow("2026-01-01", 6)]).reason).toBe("NO_TIME");
    expect(xirr(yearly(100, -200, 150)).reason).toBe("NO_ROOT"); // 150 v² − 200 v + 100 has none
  });

  it("doesn't choose between several rates", () => {
    // −100 + 230 v − 132 v² is 0 at 10 % and at 20 %
    const several = xirr(yearly(-100, 230, -132));
    expect([several.value, several.reason]).toEqual([null, "MULTIPLE_ROOTS"]);
    expect(several.roots.map((root) => root.toFixed(9))).toEqual(["0.100000000", "0.200000000"]);
  });

  it("sees two rates however near to each other", () => {
    // −100 + 222 v − 123.2 v² is 0 at 10 % and at 12 %
    const near = xirr(yearly(-100, 222, -123.2));
    expect(near.reason).toBe("MULTIPLE_ROOTS");
    expect(near.roots.map((root) => root.toFixed(6))).toEqual(["0.100000", "0.120000"]);
  });

  it("brings the present value to 0 for whatever is bought and pays", () => {
    const income = fc.array(fc.tuple(fc.integer({ min: 1, max: 3_650 }), fc.integer({ min: 1, max: 10_000 })), {
      minLength: 1,
      maxLength: 40,
    });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100_000 }), income, (cost, paid) => {
        const flows = [
          { at: 0, amountUsd: usd(-cost) },
          ...paid.map(([day, dollars]) => ({ at: day * 86_400, amountUsd: usd(dollars) })),
        ];
        const { value, reason } = xirr(flows);
        if (value === null) return reason === "NO_ROOT";
        const present = (rate: number): number =>
          flows.reduce((sum, { at, amountUsd }) => sum + Number(amountUsd) * (1 + rate) ** (-at / YEAR), 0);
        // falling in the rate, so the signs around it are all there is to check; near −1 numbers lie no closer than EPSILON / 2
        const width = 1e-9 * (1 + value) + Number.EPSILON;
        return present(value - width) >= 0 && present(value + width) <= 0;
      }),
      { examples: [[7, [[4, 5]]]] },
    );
  });
});

describe("Brent's method", () => {
  it("finds roots of hard functions", () => {
    expect(findRoot((x) => x ** 3 - 2, 0, 2)).toBeCloseTo(2 ** (1 / 3), 14);
    expect(findRoot((x) => Math.cos(x) - x, 0, 1)).toBeCloseTo(0.7390851332151607, 14);
    expect(findRoot((x) => Math.sign(x - 0.3), -1, 1)).toBeCloseTo(0.3, 12);
    expect(findRoot((x) => (x - 1) ** 9, 0, 3)).toBeCloseTo(1, 1);
    expect(() => findRoot((x) => x * x + 1, -1, 1)).toThrow("no sign change");
  });
});

describe("golden sections", () => {
  it("find the least value", () => {
    expect(findMinimum((x) => (x - 0.7) ** 2, 0, 2)).toBeCloseTo(0.7, 7);
    expect(findMinimum((x) => x, 0, 2)).toBeCloseTo(0, 7);
  });
});

describe("NPV", () => {
  it("is Excel's XNPV on Excel's example", () => {
    expect(Number(npv(0.09, EXCEL, EXCEL[0]?.at ?? 0)) / 1e6).toBeCloseTo(2_086.647602, 4);
  });

  it("at a rate of 0 is the sum, to the last unit", () => {
    const amounts = fc.array(fc.bigInt(-(10n ** 24n), 10n ** 24n));
    fc.assert(
      fc.property(amounts, (values) => {
        const flows = values.map((amountUsd, day) => ({ at: day * 86_400, amountUsd }));
        return npv(0, flows, 0) === values.reduce((sum, value) => sum + value, 0n);
      }),
    );
  });

  it("refuses rates that have none", () => {
    expect(() => npv(-1, EXCEL, 0)).toThrow("no present value");
    expect(() => npv(Number.NaN, EXCEL, 0)).toThrow("no present value");
    expect(() => npv(-0.999999, [{ at: 100 * YEAR, amountUsd: 1n }], 0)).toThrow("overflows");
  });
});

describe("net asset value", () => {
  it("is flat income day by day and what is left, discounted", () => {
    const residual = { at: YEAR, amountUsd: usd(1_000), source: "broker's offer of 2026-01-01" };
    expect(netAssetValue(0, usd(2), residual, 0)).toBe(usd(1_730));
    // 10 %: v = 1.1^(−1/365); 2 · v (1 − v^365) / (1 − v) + 1000 / 1.1 = 696.13… + 909.09…
    const v = 1.1 ** (-1 / 365);
    expect(Number(netAssetValue(0.1, usd(2), residual, 0)) / 1e6).toBeCloseTo(
      (2 * v * (1 - 1 / 1.1)) / (1 - v) + 1_000 / 1.1,
      3,
    );
  });
});
