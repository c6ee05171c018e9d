import { measured, unknown } from "../measure.ts";
import { askIndex } from "./ask-index.ts";
import { evictionOf } from "./eviction.ts";
import { quote, type OfferFact, type QuoteRequest } from "./quote.ts";
import { tradeIndex } from "./trade-index.ts";

const NOW = 1_000_000_800; // a whole hour

describe("the trade index", () => {
  const hour = (rate: bigint, hours = 1n, at = NOW) => ({ amountDc: rate * hours, seconds: 3_600n * hours, at });

  it("weighs by time and leaves a tenth out on each side", () => {
    // ten hours at 1 … 10: without 1 and 10 the mean is 5.5
    const ten = Array.from({ length: 10 }, (_, i) => hour(BigInt(i + 1) * 1_000_000n));
    expect(tradeIndex(ten, NOW).dcPerHour).toEqual(measured(5_500_000n));
    expect(tradeIndex([...ten].reverse(), NOW)).toEqual(tradeIndex(ten, NOW));
  });

  it("counts a trade across an edge in part", () => {
    // 20 h: 2 h are cut on each side; 3 h at 1 keep 1, 16 h at 2 keep 15 with the 1 h at 9 gone: 31 / 16
    const uses = [hour(1_000_000n, 3n), hour(2_000_000n, 16n), hour(9_000_000n, 1n)];
    expect(tradeIndex(uses, NOW).dcPerHour).toEqual(measured(1_937_500n));
  });

  it("isn't moved by one outrageous trade, and knows only 24 hours", () => {
    const fair = [hour(2_000_000n, 19n), hour(2_000_000n, 1n, NOW - 86_400)];
    expect(tradeIndex([...fair, hour(900_000_000n, 1n)], NOW)).toMatchObject({
      dcPerHour: measured(2_000_000n),
      tradeCount: 2,
      seconds: 72_000n,
    });
  });

  it("isn't known without trades", () => {
    expect(tradeIndex([hour(1n, 1n, NOW - 86_400), hour(1n, 1n, NOW + 1)], NOW).dcPerHour).toEqual(
      unknown("NO_TRADES"),
    );
  });
});

describe("the ask index", () => {
  const ask = (rateDcPerHour: bigint, gpuCount: number) => ({ rateDcPerHour, gpuCount });

  it("is the median of GPUs, not of pools", () => {
    expect(askIndex([ask(9n, 1), ask(2n, 5), ask(8n, 1)], NOW).dcPerHour).toEqual(measured(2n));
    expect(askIndex([ask(4n, 2), ask(2n, 2)], NOW).dcPerHour).toEqual(measured(3n));
    expect(askIndex([ask(4n, 2), ask(2n, 3)], NOW)).toMatchObject({
      dcPerHour: measured(2n),
      poolCount: 2,
      gpuCount: 5,
    });
  });

  it("isn't known where nothing is offered", () => {
    expect(askIndex([ask(4n, 0)], NOW).dcPerHour).toEqual(unknown("NO_ASKS"));
  });
});

describe("eviction", () => {
  const chances = (...args: Parameters<typeof evictionOf>): (number | null)[] =>
    evictionOf(...args).within.map(({ chance }) => chance.value);

  it("follows the pool's hazard", () => {
    // 9.5 / 1000 an hour: 1 − e^−0.0095, 1 − e^−0.057, 1 − e^−0.228
    const [one, six, day] = chances({ takenCount: 9, exposedGpuHours: 1_000 }, null, NOW);
    expect(one).toBeCloseTo(0.009455, 6);
    expect(six).toBeCloseTo(0.055406, 6);
    expect(day).toBeCloseTo(0.203876, 6);
  });

  it("is certain for a known booking, from its time on", () => {
    expect(chances({ takenCount: 0, exposedGpuHours: 1_000 }, NOW + 6 * 3_600, NOW).slice(1)).toEqual([1, 1]);
  });

  it("is neither 0 after no reservation nor known after no hour", () => {
    expect(chances({ takenCount: 0, exposedGpuHours: 1_000 }, null, NOW)[0]).toBeCloseTo(0.0005, 6);
    expect(chances({ takenCount: 0, exposedGpuHours: 0 }, NOW + 3_601, NOW)).toEqual([null, 1, 1]);
  });
});

describe("a quote", () => {
  const request: QuoteRequest = {
    model: "H100",
    tier: "ON_DEMAND",
    startAt: NOW,
    hours: 10,
    count: 1,
    region: null,
    minimumScore: null,
  };
  const offer = (gpuId: string, rate: bigint, over: Partial<OfferFact> = {}): OfferFact => ({
    gpuId,
    poolId: "1",
    operatorId: "1",
    model: "H100",
    region: "eu",
    rates: { spotDcPerHour: rate / 2n, onDemandDcPerHour: rate, reservedDcPerHour: rate },
    discounts: [{ minHours: 10, bps: 1_000 }],
    isFree: true,
    nextBookingAt: null,
    hazard: { takenCount: 1, exposedGpuHours: 100 },
    score: { score: 90, low: 90, high: 95 },
    ...over,
  });
  const ids = (wanted: Partial<QuoteRequest>, ...offers: OfferFact[]): string[] =>
    quote({ ...request, ...wanted }, offers, null, NOW).offers.map(({ gpuId }) => gpuId);

  it("ranks by what it costs, then by score, then by id", () => {
    const low = { score: { score: 60, low: 60, high: 99 } };
    expect(
      ids(
        {},
        offer("10", 2n),
        offer("9", 2n),
        offer("3", 2n, low),
        offer("4", 1n, low),
        offer("5", 2n, { score: null }),
      ),
    ).toEqual(["4", "9", "10", "3", "5"]);
  });

  it("counts hours at the tier's rate and BCT at the price, rounded up", () => {
    const price = 30_000_000n; // $0.30 a BCT
    const total = (tier: QuoteRequest["tier"]): unknown =>
      quote({ ...request, tier, count: 2 }, [offer("1", 2_000_000n), offer("2", 2_000_000n)], price, NOW).totalDc;
    expect([total("SPOT"), total("ON_DEMAND"), total("RESERVED")]).toEqual([20_000_000n, 40_000_000n, 36_000_000n]);
    // 20 DC at 0.30 are 66.66… BCT
    expect(quote(request, [offer("1", 2_000_000n)], price, NOW).totalBctUp).toBe(66_666_666_666_666_666_667n);
    expect(quote(request, [offer("1", 2_000_000n)], null, NOW).totalBctUp).toBeNull();
  });

  it("tells what fell out and why, and has no total when GPUs are missing", () => {
    const taken = offer("2", 1n, { nextBookingAt: NOW + 3_600 });
    const facts = [
      offer("1", 2n),
      taken,
      offer("3", 1n, { region: "us" }),
      offer("4", 1n, { score: null }),
      offer("5", 1n, { model: "A100" }),
    ];
    const wanted = { ...request, region: "eu", minimumScore: 80, count: 2 };
    expect(quote(wanted, facts, null, NOW)).toMatchObject({
      totalDc: null,
      left: [
        { reason: "REGION", count: 1 },
        { reason: "TAKEN", count: 1 },
        { reason: "SCORE", count: 1 },
      ],
    });
    const spot = quote({ ...request, tier: "SPOT" }, [taken], null, NOW).offers[0];
    expect(spot?.eviction).toMatchObject({ endsBy: NOW + 3_600, takenCount: 1 });
  });

  it("refuses requests that can't be met, naming all that is wrong", () => {
    expect(() => quote({ ...request, hours: 0, count: 0, startAt: NOW - 1 }, [], null, NOW)).toThrow(
      "a quote needs hours from 1 to 8784, a count of at least 1, a start that isn't past",
    );
    expect(() => quote({ ...request, tier: "RESERVED", startAt: NOW + 1 }, [], null, NOW)).toThrow("a whole hour");
  });
});
