import fc from "fast-check";
import { measured, unknown } from "../measure.ts";
import { adviseTick, costFloorUp, stepTowardRate, type AdviceInputs } from "./advice.ts";
import { postable, type Delegation } from "./delegation.ts";
import { smoothedOccupancy } from "./occupancy.ts";

const BOUNDS = { floorDcPerHour: 500_000n, capDcPerHour: 5_000_000n };
const RATES = { spotDcPerHour: 1_000_000n, onDemandDcPerHour: 2_000_000n, reservedDcPerHour: 2_000_000n };
const inputs = (over: Partial<AdviceInputs> = {}): AdviceInputs => ({
  rates: RATES,
  occupancy: measured(0.8),
  bounds: { spot: BOUNDS, onDemand: BOUNDS },
  ...over,
});
const advised = (over: Partial<AdviceInputs>): unknown[] =>
  adviseTick("1", 0, inputs(over)).advice.map(
    ({ rateDcPerHour, reason, boundBy }) => rateDcPerHour ?? `${reason} ${boundBy}`,
  );

describe("the step of a rate", () => {
  it("is none at the target, 3 % down for an empty pool and 0.76 % up for a full one", () => {
    expect(stepTowardRate(1_000_000n, 0.8)).toBe(1_000_000n);
    expect(stepTowardRate(1_000_000n, 0)).toBe(970_000n);
    expect(stepTowardRate(1_000_000n, 1)).toBe(1_007_643n); // 0.97^(−1/4) = 1.00764389…
  });

  it("is never above 3 % and goes where occupancy points", () => {
    fc.assert(
      fc.property(fc.bigInt(1n, 10n ** 15n), fc.double({ min: 0, max: 1, noNaN: true }), (rate, occupancy) => {
        const next = stepTowardRate(rate, occupancy);
        const isRight = occupancy < 0.8 ? next <= rate : next >= rate;
        return isRight && next * 100n >= rate * 97n && next * 100n <= rate * 103n;
      }),
    );
  });
});

describe("a tick of advice", () => {
  it("holds rates within what the operator declares", () => {
    expect(advised({ occupancy: measured(0) })).toEqual([970_000n, 1_940_000n, 1_940_000n]);
    const floor = { floorDcPerHour: 1_990_000n, capDcPerHour: 3_000_000n };
    expect(advised({ occupancy: measured(0), bounds: { spot: BOUNDS, onDemand: floor } })).toEqual([
      970_000n,
      1_990_000n,
      1_990_000n,
    ]);
    const cap = { floorDcPerHour: 0n, capDcPerHour: 2_000_001n };
    expect(advised({ occupancy: measured(1), bounds: { spot: BOUNDS, onDemand: cap } })[1]).toBe(2_000_001n);
  });

  it("brings reserved to the on-demand advice by steps of 3 %", () => {
    const reserved = (reservedDcPerHour: bigint): unknown =>
      adviseTick("1", 0, inputs({ rates: { ...RATES, reservedDcPerHour } })).advice[2];
    expect(reserved(1_990_000n)).toMatchObject({ rateDcPerHour: 2_000_000n, boundBy: null });
    const goal = { steppedDcPerHour: 2_000_000n, boundBy: "STEP" };
    expect(reserved(1_000_000n)).toMatchObject({ rateDcPerHour: 1_030_000n, ...goal });
    expect(reserved(4_000_001n)).toMatchObject({ rateDcPerHour: 3_880_001n, ...goal }); // 3,880,000.97 rounded toward the old
  });

  it("keeps spot at 0.9 of on-demand or below, and gives none below its cost", () => {
    expect(advised({ rates: { ...RATES, spotDcPerHour: 1_900_000n } })[0]).toBe(1_800_000n);
    const dear = { floorDcPerHour: 1_850_000n, capDcPerHour: 3_000_000n };
    expect(advised({ bounds: { spot: dear, onDemand: BOUNDS } })[0]).toBe("SPOT_BELOW_COST ON_DEMAND");
  });

  it("gives none, with the reason, when occupancy isn't known", () => {
    expect(advised({ occupancy: unknown("OCCUPANCY_STALE") })).toEqual(Array(3).fill("OCCUPANCY_STALE null"));
  });

  it("refuses a floor above its cap", () => {
    const bad = { floorDcPerHour: 2n, capDcPerHour: 1n };
    expect(() => adviseTick("1", 0, inputs({ bounds: { spot: bad, onDemand: BOUNDS } }))).toThrow("SPOT: a rate of");
  });

  it("takes its floor from power and costs, rounded up", () => {
    // 700 W at 0.12 DC a kWh are 0.084 DC, and 0.2 DC beside them
    expect(costFloorUp({ powerWatts: 700n, dcPerKilowattHour: 120_000n, opexDcPerHour: 200_000n })).toBe(284_000n);
    expect(costFloorUp({ powerWatts: 1n, dcPerKilowattHour: 1n, opexDcPerHour: 0n })).toBe(1n);
  });
});

describe("occupancy", () => {
  const hour = (at: number, rentedSeconds: number, availableSeconds = 3_600) => ({
    hourAt: at * 3_600,
    rentedSeconds,
    availableSeconds,
  });

  it("is averaged over 24 hours", () => {
    expect(smoothedOccupancy([hour(0, 1_800)], 3_600)).toEqual(measured(0.5));
    const weight = 1 - Math.exp(-1 / 24); // 0.040811
    expect(smoothedOccupancy([hour(1, 3_600), hour(0, 0)], 7_200).value).toBeCloseTo(weight, 12);
    // a day apart: the newer weighs 1 − 1/e
    expect(smoothedOccupancy([hour(0, 0), hour(24, 3_600)], 25 * 3_600).value).toBeCloseTo(0.632121, 6);
  });

  it("isn't known without capacity, without hours over, or a day after the last", () => {
    expect(smoothedOccupancy([], 0)).toEqual(unknown("NO_OCCUPANCY"));
    expect(smoothedOccupancy([hour(0, 0, 0)], 3_600)).toEqual(unknown("NO_OCCUPANCY"));
    expect(smoothedOccupancy([hour(0, 1_800)], 3_599)).toEqual(unknown("NO_OCCUPANCY"));
    expect(smoothedOccupancy([hour(0, 1_800)], 26 * 3_600)).toEqual(unknown("OCCUPANCY_STALE"));
  });
});

describe("what a delegated pricer may post", () => {
  const wide = { floorDcPerHour: 0n, capDcPerHour: 10n ** 12n };
  const delegation: Delegation = { spot: wide, onDemand: wide, reserved: wide, maxStepBps: 100n, minInterval: 3_600 };
  const { advice } = adviseTick("1", 0, inputs({ occupancy: measured(0) })); // 3 % down

  it("goes toward the advice by the step that is allowed", () => {
    const posting = postable(RATES, advice, delegation, 10_000, null);
    expect(posting.rates).toEqual({
      spotDcPerHour: 990_000n,
      onDemandDcPerHour: 1_980_000n,
      reservedDcPerHour: 1_980_000n,
    });
  });

  it("waits out the interval, and posts nothing that changes nothing", () => {
    expect(postable(RATES, advice, delegation, 10_000, 6_401)).toEqual({ rates: null, reason: "TOO_SOON" });
    expect(postable(RATES, advice, delegation, 10_000, 6_400).reason).toBeNull();
    expect(postable(RATES, [], delegation, 10_000, null).reason).toBe("NO_CHANGE");
  });

  it("never puts spot above on-demand and never leaves the bounds", () => {
    const high = { ...delegation, spot: { floorDcPerHour: 1_020_000n, capDcPerHour: 10n ** 12n } };
    expect(postable(RATES, advice, high, 10_000, null).reason).toBe("OUT_OF_BOUNDS");
    const even = { ...RATES, spotDcPerHour: 2_000_000n };
    const kept = advice.map((one) => (one.tier === "SPOT" ? { ...one, rateDcPerHour: 2_000_000n } : one));
    expect(postable(even, kept, delegation, 10_000, null).reason).toBe("SPOT_ABOVE_ON_DEMAND");
  });
});
