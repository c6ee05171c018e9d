import { valuesOf } from "../testing/rows.ts";
import { derive, deriveLate, remember, type LastSample } from "./derive.ts";

const INTERVAL = 10_000;
const at = (seconds: number): number => 1_000_000 + seconds * 1_000;
const last = (seconds: number, joules: number | null, powerWatts: number | null = 300): LastSample => ({
  at: at(seconds),
  powerWatts: powerWatts ?? NaN,
  energyAt: joules === null ? NaN : at(seconds),
  energyJoules: joules ?? NaN,
});
const energy = (joules: number, watts?: number): number[] =>
  valuesOf({ energy_total_joules: joules, ...(watts === undefined ? {} : { power_watts: watts }) });

describe("seconds covered", () => {
  it("are those since the sample before, 0 for the first and after three missed scrapes", () => {
    const covered = (elapsedSeconds: number, intervalMs: number): number =>
      derive(at(elapsedSeconds), valuesOf({}), last(0, null), intervalMs).coveredSeconds;
    expect(derive(at(0), valuesOf({}), null, INTERVAL).coveredSeconds).toBe(0);
    expect(covered(10, INTERVAL)).toBe(10);
    expect(covered(30, INTERVAL)).toBe(30);
    expect(covered(30.1, INTERVAL)).toBe(0);
  });

  it("are at most 5 minutes, but never less than two scrapes in time need", () => {
    const covered = (elapsedSeconds: number, intervalMs: number): number =>
      derive(at(elapsedSeconds), valuesOf({}), last(0, null), intervalMs).coveredSeconds;
    expect(covered(299, 150_000)).toBe(299);
    expect(covered(301, 150_000)).toBe(0);
    expect(covered(300.05, 300_000)).toBe(300.05);
    expect(covered(451, 300_000)).toBe(0);
  });
});

describe("energy", () => {
  it("is the difference of the counter", () => {
    expect(derive(at(10), energy(5_500), last(0, 2_000), INTERVAL)).toMatchObject({
      energyJoules: 3_500,
      isCounterReset: false,
    });
  });

  it("is counted across a gap, as the counter went on", () => {
    expect(derive(at(3_600), energy(1_002_000), last(0, 2_000), INTERVAL)).toMatchObject({
      coveredSeconds: 0,
      energyJoules: 1_000_000,
    });
  });

  it("of a counter that was reset is what it shows", () => {
    expect(derive(at(10), energy(1_200), last(0, 424_405), INTERVAL)).toMatchObject({
      energyJoules: 1_200,
      isCounterReset: true,
    });
  });

  it("over a day of resets is what the GPU has used, whatever it was reset to", () => {
    // 8,640 samples at 300 W; the driver is reloaded just after every 1,000th.
    let sum = 0;
    let before: LastSample | null = null;
    for (let tick = 0; tick <= 8_640; tick++) {
      const values = energy((tick % 1_000) * 3_000);
      const { energyJoules } = derive(at(tick * 10), values, before, INTERVAL);
      sum += energyJoules || 0; // nothing is known before the first
      before = remember(at(tick * 10), values, energyJoules, before);
    }
    // At each of the 8 resets the counter shows 0, and 3,000 J between are seen by nobody.
    expect(sum).toBe((8_640 - 8) * 3_000);
  });

  it("that no board can have used is taken from power instead", () => {
    expect(derive(at(10), energy(9e9, 310), last(0, 2_000), INTERVAL).energyJoules).toBe(3_050);
  });

  it("of a GPU without the counter is the integral of power", () => {
    expect(derive(at(10), valuesOf({ power_watts: 310 }), last(0, null), INTERVAL).energyJoules).toBe(3_050);
    expect(derive(at(10), valuesOf({ power_watts: 310 }), last(0, null, null), INTERVAL).energyJoules).toBe(3_100);
    expect(derive(at(10), valuesOf({}), last(0, null), INTERVAL).energyJoules).toBeNaN();
    expect(derive(at(600), valuesOf({ power_watts: 310 }), last(0, null), INTERVAL).energyJoules).toBeNaN();
  });

  it("isn't lost when a scrape doesn't show the counter", () => {
    const middle = remember(at(10), valuesOf({ power_watts: 300 }), NaN, last(0, 2_000));
    expect(derive(at(20), energy(8_000), middle, INTERVAL).energyJoules).toBe(6_000);
  });

  it("of a scrape that doesn't show the counter isn't counted twice, by power and by the counter's next reading", () => {
    // 300 W throughout; the third and fourth of six scrapes lack the counter.
    const scrapes = [energy(0, 300), energy(3_000, 300), ...[1, 2].map(() => valuesOf({ power_watts: 300 }))];
    let before: LastSample | null = null;
    const used = [...scrapes, energy(12_000, 300), energy(15_000, 300)].map((values, index) => {
      const { energyJoules } = derive(at(index * 10), values, before, INTERVAL);
      before = remember(at(index * 10), values, energyJoules, before);
      return energyJoules;
    });
    expect(used).toEqual([NaN, 3_000, NaN, NaN, 9_000, 3_000]);
  });

  it("of a counter that is gone for good is taken from power after 5 minutes", () => {
    let before: LastSample | null = remember(at(0), energy(5_000, 300), NaN, null);
    const used = Array.from({ length: 32 }, (_, index) => {
      const values = valuesOf({ power_watts: 300 });
      const { energyJoules } = derive(at((index + 1) * 10), values, before, INTERVAL);
      before = remember(at((index + 1) * 10), values, energyJoules, before);
      return energyJoules;
    });
    expect(used.slice(0, 30)).toEqual(Array.from({ length: 30 }, () => NaN));
    expect(used.slice(30)).toEqual([3_000, 3_000]);
    expect(derive(at(330), energy(104_000, 300), before, INTERVAL).energyJoules).toBe(3_000);
  });

  it("of a counter that comes late is counted once, and not after power has told it", () => {
    // 300 W throughout; the counter of the second scrape comes after the third, as of a part that was sent again.
    const before = remember(at(20), valuesOf({ power_watts: 300 }), NaN, last(0, 2_000));
    expect(deriveLate(at(10), energy(5_000), before)).toMatchObject({ coveredSeconds: 0, energyJoules: 3_000 });
    expect(deriveLate(at(10), energy(5_000), before).energyJoules).toBeNaN();
    expect(derive(at(30), energy(11_000), before, INTERVAL).energyJoules).toBe(6_000);
    const told = remember(at(20), valuesOf({ power_watts: 300 }), 3_000, last(10, null));
    expect(deriveLate(at(10), energy(5_000), told).energyJoules).toBeNaN();
    expect(derive(at(30), energy(11_000, 300), told, INTERVAL).energyJoules).toBe(3_000);
  });

  it("of a counter that is in a further part of a scrape is told with it", () => {
    const before = remember(at(10), valuesOf({ power_watts: 300 }), NaN, last(0, 2_000));
    expect(deriveLate(at(10), energy(5_000), before).energyJoules).toBe(3_000);
    expect(derive(at(20), energy(8_000), before, INTERVAL).energyJoules).toBe(3_000);
  });

  it("of an exporter that reads every 30 s is right in all, as values repeat and then leap", () => {
    const shown = [0, 0, 0, 9_000, 9_000, 9_000, 18_000];
    let before: LastSample | null = null;
    const used = shown.map((joules, index) => {
      const values = energy(joules);
      const { energyJoules } = derive(at(index * 10), values, before, INTERVAL);
      before = remember(at(index * 10), values, energyJoules, before);
      return energyJoules;
    });
    expect(used).toEqual([NaN, 0, 0, 9_000, 0, 0, 9_000]);
  });
});

describe("utilization", () => {
  it.each([
    ["the profiling counter", { gr_active_ratio: 0.4, gpu_util_ratio: 1 }, 0.4],
    ["the coarse one where that is missing", { gpu_util_ratio: 0.57 }, 0.57],
    ["the coarse one where that is stuck at 0", { gr_active_ratio: 0, gpu_util_ratio: 0.97 }, 0.97],
    ["0 where both say little", { gr_active_ratio: 0, gpu_util_ratio: 0.5 }, 0],
    ["nothing where there is nothing", {}, NaN],
  ])("is %s", (_what, given, expected) => {
    expect(derive(at(0), valuesOf(given as Record<string, number>), null, INTERVAL).utilRatio).toBe(expected);
  });
});
