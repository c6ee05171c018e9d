import { measured, unknown } from "../measure.ts";
import { backedShare } from "./backing.ts";
import { address, DAY, facts, reward, sale, START, use } from "./fixture.ts";
import { maxDrawdownUsd, trailingIncome, volatility } from "./income.ts";
import { metricsOf, type DiscountRate, type Metrics, type MetricsInput } from "./metrics.ts";
import { statementOf } from "./statement.ts";
import { concentration, useOf } from "./use.ts";

const WALLET = { kind: "WALLET" as const, account: address("a") };
/** Bought for $100 on day 0, $5 a day from then on; as of day 60. */
const ASOF = START + 60 * DAY;

const rate = (yearly: number): DiscountRate => ({ rate: yearly, at: START, source: "a treasury's note of 2026-01-01" });

function metrics(over: Partial<MetricsInput> = {}, days = 60): Metrics {
  const rewards = Array.from({ length: days }, (_, epoch) => reward({ epoch }));
  const whole = statementOf(WALLET, { fromAt: START, toAt: ASOF }, facts({ rewards, sales: [sale()] }), ASOF);
  return metricsOf({
    statement: whole,
    whole,
    knownThrough: ASOF,
    use: measured([use()]),
    burnedDcByPayer: measured([75n, 25n]),
    heldSince: START,
    costUsd: measured(100_000_000n),
    lastPriceUsd: measured(200_000_000n),
    floorPriceUsd: unknown("NO_LISTING"),
    askUsd: unknown("NO_LISTING"),
    discountRate: rate(0.1),
    residual: null,
    ...over,
  });
}

describe("metrics of what happened", () => {
  it("are worked by hand for $100 that earn $5 a day", () => {
    const { realised } = metrics();
    expect(realised.grossUsd).toEqual(measured(300_000_000n));
    expect(realised.netUsd).toEqual(measured(200_000_000n));
    expect(realised.aprOnCost.value).toBeCloseTo(18.25, 12); // 150 · 365 / 30 / 100
    expect(realised.aprOnLastPrice.value).toBeCloseTo(9.125, 12);
    expect(realised.paybackAt).toEqual(measured(START + 20 * DAY - 1)); // the 20th day's line
    expect(realised.incomeVolatility).toEqual(measured(0));
    expect(realised.maxDrawdownUsd).toEqual(measured(0n));
    expect(realised.backedShare).toEqual(measured(1));
    expect(realised.payerConcentration).toEqual(measured(0.625));
    // q = (1 + r)^(−1/365) a day: 60 terms of a geometric series, each a second early, are worth the 100 paid
    const q = (1 + (realised.xirr.value ?? 0)) ** (-1 / 365);
    expect((5 * q * (1 - q ** 60)) / (1 - q)).toBeCloseTo(100, 2);
  });

  it("keep occupancy, uptime and utilization apart", () => {
    const { occupancy, uptime, utilization, dcPerAvailableHour } = useOf([
      use(),
      use({ day: 2, upMinutes: 0, downMinutes: 0, busySeconds: 0, coveredSeconds: 0 }),
    ]);
    expect([occupancy.value, uptime.value, utilization.value]).toEqual([0.5, 1_400 / 1_440, 21_600 / 84_000]);
    expect(dcPerAvailableHour).toEqual(measured(1_000_000n)); // 48 DC over 48 hours
  });

  it("are null with a reason where nothing is known, never 0 and never 1", () => {
    expect(Object.values(useOf([]))).toEqual([
      unknown("NOT_AVAILABLE"),
      unknown("NO_TELEMETRY"),
      unknown("NO_TELEMETRY"),
      unknown("NOT_AVAILABLE"),
    ]);
    expect(concentration([])).toEqual(unknown("NO_BURNS"));
    const empty = statementOf(WALLET, { fromAt: START, toAt: ASOF }, facts(), ASOF);
    const { realised, projected, floorPriceUsd } = metrics(
      { heldSince: null, costUsd: unknown("NOTHING_HELD"), use: unknown("USE_NOT_KEPT") },
      0,
    );
    expect(realised.occupancy).toEqual(unknown("USE_NOT_KEPT"));
    const { grossUsd, netUsd, maxDrawdownUsd: drawdown } = metrics({ statement: empty, whole: empty }).realised;
    expect([grossUsd.reason, netUsd.reason, drawdown.reason]).toEqual(["NO_FLOWS", "NO_FLOWS", "NO_INCOME"]);
    const { aprOnCost, paybackAt, xirr, incomeVolatility, backedShare: backed } = realised;
    expect(
      [aprOnCost, paybackAt, xirr, incomeVolatility, backed, projected.paybackAt, floorPriceUsd].map(
        ({ reason }) => reason,
      ),
    ).toEqual([
      "NOTHING_HELD",
      "NOTHING_HELD",
      "NO_SIGN_CHANGE",
      "NO_INCOME",
      "NO_REWARDS",
      "NOTHING_HELD",
      "NO_LISTING",
    ]);
    expect(metrics({ heldSince: ASOF - 29 * DAY }).realised.aprOnCost.reason).toBe("LESS_THAN_30_DAYS");
  });

  it("take the last 30 days from their first second on", () => {
    const rewards = [-31, -30, -1, 0].map((days, epoch) => reward({ epoch, at: ASOF + days * DAY }));
    const { lines } = statementOf(WALLET, { fromAt: START, toAt: ASOF + DAY }, facts({ rewards }), ASOF);
    expect(trailingIncome(lines, START, ASOF)).toEqual(measured(10_000_000n)); // two of $5
    expect(trailingIncome(lines, ASOF - 30 * DAY + 1, ASOF)).toEqual(unknown("LESS_THAN_30_DAYS"));
  });

  it("look at days whose income is known only: one that isn't final yet earned neither something nor nothing", () => {
    const known = metrics({ knownThrough: ASOF - 10 * DAY }, 50);
    expect(known.realised.incomeVolatility).toEqual(measured(0));
    expect(known.realised.aprOnCost.value).toBeCloseTo(18.25, 12); // days 20 to 49
    expect(metrics({ knownThrough: ASOF }, 50).realised.incomeVolatility.value).toBeGreaterThan(0);
  });

  it("don't guess dollars: one line without a price leaves the sums unknown", () => {
    const rewards = [reward(), reward({ epoch: 1, price: null })];
    const whole = statementOf(WALLET, { fromAt: START, toAt: ASOF }, facts({ rewards }), ASOF);
    const { realised } = metrics({ statement: whole, whole });
    expect(
      [realised.netUsd, realised.xirr, realised.npvUsd, realised.maxDrawdownUsd].map(({ reason }) => reason),
    ).toEqual(Array(4).fill("PRICE_UNKNOWN"));
  });
});

describe("risk", () => {
  it("of a sale is none: neither its price nor the royalty that the seller gives of it is income", () => {
    const rewards = [0, 1].map((epoch) => reward({ epoch }));
    const sold = sale({ seller: address("a"), buyer: address("d"), at: START + DAY });
    const window = { fromAt: START, toAt: START + 2 * DAY };
    const statement = statementOf(WALLET, window, facts({ rewards, sales: [sold] }), ASOF);
    const { realised } = metrics({ statement, whole: statement });
    expect(realised.netUsd).toEqual(measured(105_000_000n)); // 100 − 5 of the sale, 5 and 5
    expect([realised.incomeVolatility, realised.maxDrawdownUsd]).toEqual([measured(0), measured(0n)]);
  });

  it("of income that swings is its deviation over its mean", () => {
    // 2, 4, 4, 4, 5, 5, 7, 9: mean 5, squares 32, of a sample 32 / 7
    expect(volatility([2n, 4n, 4n, 4n, 5n, 5n, 7n, 9n]).value).toBeCloseTo(Math.sqrt(32 / 7) / 5, 12);
    expect(volatility([1n])).toEqual(unknown("LESS_THAN_2_DAYS"));
    expect(volatility([0n, 0n])).toEqual(unknown("NO_INCOME"));
  });

  it("of a loss is how far it went below the best", () => {
    expect(maxDrawdownUsd([10n, -4n, 3n, -8n, 20n, -1n])).toEqual(measured(9n)); // 10 → 1
    expect(maxDrawdownUsd([-5n, 2n])).toEqual(measured(5n));
  });

  it("of emission shows in what burns stand behind", () => {
    const terms = { ...reward().terms, epochBctEquivalent: 10n ** 20n }; // a tenth
    const { lines } = statementOf(
      WALLET,
      { fromAt: START, toAt: ASOF },
      facts({ rewards: [reward(), reward({ epoch: 1, terms })] }),
      ASOF,
    );
    expect(backedShare(lines)).toEqual(measured(0.55));
  });
});

describe("projections", () => {
  it("stand apart, on income kept flat and a residual with its source", () => {
    const residual = { at: ASOF + 100 * DAY, amountUsd: 50_000_000n, source: "resale index of 2026-03-02" };
    const { projected } = metrics({ residual, discountRate: rate(0), askUsd: measured(660_000_000n) });
    expect(projected.netAssetValueUsd).toEqual(measured(550_000_000n)); // 100 days at $5 and 50
    expect(projected.premium.value).toBeCloseTo(0.2, 12);
    expect(projected.npvUsd).toEqual(measured(750_000_000n)); // 200 so far
    expect(projected.residual?.source).toBe("resale index of 2026-03-02");
    expect(projected.paybackAt).toEqual(unknown("PAID_BACK"));
    expect(() => metrics({ residual: { ...residual, at: ASOF } })).toThrow("not after");
  });

  it("of payback keep the last 30 days' income", () => {
    // $1,000: 300 earned, 700 to go at 5 a day
    const { realised, projected } = metrics({ costUsd: measured(1_000_000_000n) });
    expect(realised.paybackAt).toEqual(unknown("NOT_PAID_BACK"));
    expect(projected.paybackAt).toEqual(measured(ASOF + 140 * DAY));
    expect(projected.netAssetValueUsd).toEqual(unknown("NO_RESIDUAL"));
  });
});
