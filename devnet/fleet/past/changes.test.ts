import type { PlayedDay, Trouble, Use } from "../../market/history/use.ts";
import { createFleetModel } from "../model.ts";
import type { FleetModel } from "../types.ts";
import { FleetChanges } from "./changes.ts";
import { smallTroubles } from "./small-troubles.ts";

const DAY = 86_400;
const T0 = 20_000 * DAY;
const HOST = { name: "h1", model: "NVIDIA L40S", gpuCount: 2 };

let model: FleetModel;
let changes: FleetChanges;
let uuid: string;
beforeEach(() => {
  model = createFleetModel({ hosts: [HOST], seed: 1 });
  uuid = model.gpus[0]?.uuid ?? "";
  model.leapTo(T0 * 1_000);
  changes = new FleetChanges(model);
});

const use = (from: number, to: number, load = 0.5): Use => ({ uuid, from: T0 + from, to: T0 + to, load });
const day = (number: number, uses: Use[], troubles: Trouble[] = []): PlayedDay => ({
  from: T0 + number * DAY,
  to: T0 + (number + 1) * DAY,
  uses,
  troubles,
});
/** The first GPU's activity some seconds after the beginning; the model must be before. */
function activityAt(seconds: number): number {
  changes.applyTo((T0 + seconds) * 1_000);
  const shown = model.show("h1");
  return shown ? (shown.gpus[0]?.readings.activity ?? NaN) : NaN;
}

describe("uses", () => {
  it("load their GPU from their first second to their last, and add up to at most all", () => {
    changes.take(day(0, [use(1_000, 2_000), use(1_500, 3_000, 0.9)]));
    expect(activityAt(999)).toBe(0);
    const alone = activityAt(1_010);
    expect(alone).toBeGreaterThan(0.4);
    expect(alone).toBeLessThan(0.52);
    expect(activityAt(1_510)).toBeGreaterThan(0.85);
    expect(activityAt(2_010)).toBeGreaterThan(0.75);
    expect(activityAt(3_010)).toBe(0);
  });

  it("go on over midnight when the next day names them, whole or cut, and end when it doesn't", () => {
    changes.take(day(0, [use(DAY - 100, 2 * DAY)]));
    expect(activityAt(DAY - 50)).toBeGreaterThan(0.4);
    changes.take(day(1, [use(DAY, DAY + 500)]));
    expect(activityAt(DAY + 50)).toBeGreaterThan(0.4);
    expect(activityAt(DAY + 510)).toBe(0);
    changes.take(day(2, [use(DAY, 3 * DAY)]));
    expect(activityAt(2 * DAY + 5)).toBeGreaterThan(0.4);
    changes.take(day(3, []));
    expect(activityAt(3 * DAY + 5)).toBe(0);
  });
});

describe("troubles", () => {
  const down = (from: number, to: number): Trouble => ({
    fault: { kind: "HOST_DOWN", host: "h1" },
    from: T0 + from,
    to: T0 + to,
  });
  const isDownAt = (seconds: number): boolean => {
    changes.applyTo((T0 + seconds) * 1_000);
    return model.body("h1") === undefined;
  };

  it("last as long as they are ordered, over midnight too", () => {
    changes.take(day(0, [], [down(100, 200), down(DAY - 10, DAY)]));
    expect([99, 100, 199, 200, DAY - 10].map(isDownAt)).toEqual([false, true, true, false, true]);
    changes.take(day(1, [], [down(DAY, DAY + 60)]));
    expect([DAY, DAY + 59, DAY + 60].map(isDownAt)).toEqual([true, true, false]);
  });

  it("that happen at once happen once", () => {
    const fault = { kind: "ECC_ERROR", uuid } as const;
    changes.take(day(0, [], [{ fault, from: T0 + 50, to: T0 + 50 }]));
    changes.applyTo((T0 + 100) * 1_000);
    changes.take(day(1, [], [{ fault, from: T0 + 50, to: T0 + 2 * DAY }]));
    changes.applyTo((T0 + DAY + 100) * 1_000);
    expect(model.body("h1")).toMatch(/DCGM_FI_DEV_ECC_DBE_AGG_TOTAL\{gpu="0"[^\n]* 1\n/);
  });

  it("of the small kind befall GPUs in use, within the use, and are the same for the same seed", () => {
    const gpus = createFleetModel({ hosts: [{ ...HOST, gpuCount: 1_000 }], seed: 1 }).gpus;
    const used = gpus.slice(0, 900).map((gpu) => ({ ...use(3_600, 40_000), uuid: gpu.uuid }));
    const troubles = smallTroubles(1, gpus, day(0, used));
    expect(smallTroubles(1, gpus, day(0, used))).toEqual(troubles);
    expect(smallTroubles(2, gpus, day(0, used))).not.toEqual(troubles);
    // 900 GPUs: about 7.5 program errors, 2 in hot air, 0.75 memory errors of two troubles each.
    expect(troubles.length).toBeGreaterThan(3);
    expect(troubles.length).toBeLessThan(30);
    const names = new Set(used.map((one) => one.uuid));
    for (const { fault, from } of troubles) {
      expect("uuid" in fault && names.has(fault.uuid)).toBe(true);
      expect(from).toBeGreaterThanOrEqual(T0 + 3_600);
      expect(from).toBeLessThan(T0 + 40_000);
    }
  });
});
