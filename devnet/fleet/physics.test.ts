import fc from "fast-check";
import { GPU_MODELS, type GpuModel } from "./catalog.ts";
import { coldGpu, stepGpu, type GpuReadings } from "./physics.ts";

const STREAM = { seed: 1, gpu: 0 };
const [H100, A100, L40S] = GPU_MODELS as unknown as [GpuModel, GpuModel, GpuModel];

/** Runs a GPU under a load for so many seconds, and gives its readings at every tick. */
function run(
  model: GpuModel,
  load: number,
  seconds: number,
  from = coldGpu(model),
  tickSeconds = 5,
  inletExcessCelsius = 0,
): GpuReadings[] {
  const ticks: GpuReadings[] = [];
  for (let tick = 1; tick * tickSeconds <= seconds; tick++) {
    ticks.push(
      stepGpu(model, ticks.at(-1) ?? from, { load, inletExcessCelsius, energyFactor: 1 }, STREAM, tick, tickSeconds),
    );
  }
  return ticks;
}
const last = (ticks: GpuReadings[]): GpuReadings => ticks.at(-1) ?? coldGpu(H100);

describe("a GPU", () => {
  it("idles as real ones do: H100 at 66–70 W and 26–29 °C, A100 near 50 W and 29 °C", () => {
    const h100 = last(run(H100, 0, 600));
    expect(h100.powerWatts).toBeGreaterThan(66);
    expect(h100.powerWatts).toBeLessThan(70);
    expect(Math.round(h100.gpuCelsius)).toBeGreaterThanOrEqual(26);
    expect(Math.round(h100.gpuCelsius)).toBeLessThanOrEqual(29);
    expect(Math.round(last(run(A100, 0, 600)).gpuCelsius)).toBe(29);
  });

  it("under full load is as warm as real ones: an A100 near 400 W and 60 °C", () => {
    const a100 = last(run(A100, 1, 1_200));
    expect(a100.powerWatts).toBeGreaterThan(350);
    expect(a100.gpuCelsius).toBeGreaterThan(54);
    expect(a100.gpuCelsius).toBeLessThan(63);
  });

  it("takes power within seconds and heat within a minute or two", () => {
    const ticks = run(H100, 1, 300, coldGpu(H100), 1);
    const steady = last(ticks);
    const share = (second: number, value: (gpu: GpuReadings) => number): number =>
      (value(ticks[second - 1] ?? steady) - value(coldGpu(H100))) / (value(steady) - value(coldGpu(H100)));
    expect(share(5, (gpu) => gpu.powerWatts)).toBeGreaterThan(0.85);
    expect(share(5, (gpu) => gpu.gpuCelsius)).toBeLessThan(0.15);
    expect(share(45, (gpu) => gpu.gpuCelsius)).toBeGreaterThan(0.5);
    expect(share(45, (gpu) => gpu.gpuCelsius)).toBeLessThan(0.8);
  });

  it("has an energy counter that is the integral of its power", () => {
    // Half a second apart, with noise that is held for 5 s: by the trapezoidal rule within a hundredth.
    const fine: GpuReadings[] = [];
    for (let half = 1; half <= 1_200; half++) {
      const before = fine.at(-1) ?? coldGpu(L40S);
      fine.push(
        stepGpu(L40S, before, { load: 0.7, inletExcessCelsius: 0, energyFactor: 1 }, STREAM, Math.ceil(half / 10), 0.5),
      );
    }
    let joules = 0;
    let before = coldGpu(L40S).powerWatts;
    for (const { powerWatts } of fine) {
      joules += ((before + powerWatts) / 2) * 0.5;
      before = powerWatts;
    }
    expect(last(fine).energyJoules / joules).toBeCloseTo(1, 3);
    expect(last(run(L40S, 0.7, 600)).energyJoules).toBeCloseTo(last(fine).energyJoules, 3);
  });

  it("uses as much in one step of five minutes as the power at its end says, but for the way there", () => {
    const before = last(run(H100, 0, 600));
    const after = stepGpu(H100, before, { load: 0.6, inletExcessCelsius: 0, energyFactor: 1 }, STREAM, 60, 300);
    const joules = after.energyJoules - before.energyJoules;
    // Power rises with a time constant of 1.5 s, which costs 1.5 s of the difference.
    expect(joules).toBeCloseTo(300 * after.powerWatts - 1.5 * (after.powerWatts - before.powerWatts), 6);
  });

  it("in hot air is throttled, says so, and stays just below its limit", () => {
    const ticks = run(H100, 1, 3_600, last(run(H100, 1, 600)), 5, 35);
    const hot = last(ticks);
    expect(hot.gpuCelsius).toBeGreaterThan(80);
    expect(hot.gpuCelsius).toBeLessThan(H100.slowdownCelsius + 2);
    expect(hot.clockReasons & 32).toBe(32);
    expect(hot.thermalViolationSeconds).toBeGreaterThan(3_000);
    expect(hot.smClockMhz).toBeLessThan(0.85 * last(run(H100, 1, 600)).smClockMhz);
    const cooled = last(run(H100, 1, 3_600, hot));
    expect(cooled.clockReasons & 32).toBe(0);
  });

  it("keeps within the bounds of its model, and its counters never fall, whatever is asked of it", () => {
    const phase = fc.record({
      load: fc.double({ min: 0, max: 1, noNaN: true }),
      excess: fc.constantFrom(0, 35),
      seconds: fc.integer({ min: 1, max: 300 }),
      ticks: fc.integer({ min: 1, max: 40 }),
    });
    fc.assert(
      fc.property(
        fc.constantFrom(...GPU_MODELS),
        fc.nat(0xffffffff),
        fc.array(phase, { maxLength: 6 }),
        (model, seed, phases) => {
          let gpu = coldGpu(model);
          let tick = 0;
          for (const { load, excess, seconds, ticks } of phases) {
            for (let step = 0; step < ticks; step++) {
              const next = stepGpu(
                model,
                gpu,
                { load, inletExcessCelsius: excess, energyFactor: 1 },
                { seed, gpu: 3 },
                tick++,
                seconds,
              );
              expectPlausible(model, gpu, next);
              gpu = next;
            }
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});

function expectPlausible(model: GpuModel, before: GpuReadings, now: GpuReadings): void {
  const isPlausible =
    now.powerWatts >= 0.98 * model.idleWatts &&
    now.powerWatts <= 1.01 * model.limitWatts &&
    now.gpuCelsius >= model.inletCelsius &&
    now.gpuCelsius <= 110 &&
    now.smClockMhz >= model.idleClockMhz &&
    now.smClockMhz <= model.boostClockMhz &&
    [now.activity, now.tensorActivity, now.dramActivity].every((ratio) => ratio >= 0 && ratio <= 1) &&
    now.memoryUsedMib >= 0 &&
    now.memoryUsedMib <= model.memoryMib - 640 &&
    now.energyJoules > before.energyJoules &&
    now.thermalViolationSeconds >= before.thermalViolationSeconds &&
    now.powerViolationSeconds >= before.powerViolationSeconds;
  expect({ isPlausible, now }).toEqual({ isPlausible: true, now });
}
