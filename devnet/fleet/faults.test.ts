import { COLUMNS, parseExposition, type GpuRow } from "#collector/index.ts";
import { parseFault } from "./fault-desk.ts";
import { createFleetModel } from "./model.ts";
import type { FleetModel } from "./types.ts";

const H100 = "NVIDIA H100 80GB HBM3";
const T0 = 1_700_000_000_000;
const OPTIONS = {
  hosts: [
    { name: "h1", model: H100, gpuCount: 2 },
    { name: "h2", model: "NVIDIA L40S", gpuCount: 1 },
  ],
  seed: 7,
  collectSeconds: 5,
};

let fleet: FleetModel;
let uuid: string;
beforeEach(() => {
  fleet = createFleetModel(OPTIONS);
  fleet.advanceTo(T0);
  uuid = fleet.gpus[0]?.uuid ?? "";
});

const after = (seconds: number): number => T0 + seconds * 1_000;
const rowsOf = (host: string): GpuRow[] => parseExposition(fleet.body(host) ?? "", T0).rows;
const reading = (column: string, row = rowsOf("h1")[0]): number =>
  row?.values[COLUMNS.findIndex((metric) => metric.column === column)] ?? NaN;
/** What is shown at each of some times, in seconds after the beginning. */
const shownAt = (times: readonly number[]): (GpuRow["values"] | undefined)[] =>
  times.map((seconds) => {
    fleet.advanceTo(after(seconds));
    return rowsOf("h1")[0]?.values;
  });

describe("a fault that a careful reader can tell", () => {
  it("of frozen readings repeats them to the last digit, energy too, while the neighbor's go on", () => {
    fleet.setLoad(uuid, 0.7);
    const [before] = shownAt([60]);
    const clear = fleet.order({ kind: "FROZEN", uuid });
    fleet.setLoad(uuid, 0);
    expect(shownAt([65, 600])).toEqual([before, before]);
    expect(reading("energy_total_joules", rowsOf("h1")[1])).toBeGreaterThan(600 * 60);
    clear();
    // What it did meanwhile was counted: a minute at some 500 W, and nine at some 67 W.
    expect(reading("energy_total_joules")).toBeGreaterThan(60 * 400 + 540 * 60);
    expect(reading("gr_active_ratio")).toBe(0);
  });

  it("of a replay shows what is recorded first over and over", () => {
    fleet.setLoad(uuid, 0.6);
    fleet.advanceTo(after(60));
    fleet.order({ kind: "REPLAYED", uuid, seconds: 300 });
    const first = shownAt([60, 100, 200, 355]);
    fleet.setLoad(uuid, 0);
    expect(shownAt([360, 400, 500, 655])).toEqual(first);
    expect(shownAt([660, 700, 800, 955])).toEqual(first);
    expect(new Set(first.map((values) => JSON.stringify(values))).size).toBe(4);
  });

  it("of idling does nothing though it is asked to, and of busyness works though it isn't", () => {
    const [, other = ""] = fleet.gpus.map((gpu) => gpu.uuid);
    fleet.setLoad(uuid, 0.9);
    fleet.order({ kind: "IDLE", uuid });
    const clear = fleet.order({ kind: "BUSY", uuid: other, load: 0.8 });
    fleet.advanceTo(after(120));
    expect([reading("gr_active_ratio"), Math.round(reading("power_watts") / 10)]).toEqual([0, 7]);
    const [, busy] = rowsOf("h1");
    expect(reading("gr_active_ratio", busy)).toBeGreaterThan(0.65);
    expect(reading("power_watts", busy)).toBeGreaterThan(400);
    clear();
    fleet.advanceTo(after(240));
    expect(reading("gr_active_ratio", rowsOf("h1")[1])).toBe(0);
  });

  it("of power shows activity without the power that it takes", () => {
    fleet.order({ kind: "POWER_MISFIT", uuid, activity: 0.95 });
    fleet.advanceTo(after(120));
    expect(reading("gr_active_ratio")).toBeGreaterThan(0.9);
    expect(reading("gpu_util_ratio")).toBeGreaterThan(0.9);
    expect(reading("power_watts")).toBeLessThan(70);
  });

  it.each([
    [3, 3 * 67 * 600],
    [0, 0],
  ])("of energy runs the counter at %d times the power, which stays true", (factor, joules) => {
    const before = reading("energy_total_joules");
    fleet.order({ kind: "ENERGY_MISFIT", uuid, factor });
    fleet.advanceTo(after(600));
    const used = reading("energy_total_joules") - before;
    // 67 W within the noise of 1.2 %.
    expect(Math.abs(used - joules)).toBeLessThanOrEqual(0.012 * joules);
    expect(Math.round(reading("power_watts"))).toBe(67);
  });

  it("of its name gives the model that was ordered, and the physics of its own", () => {
    fleet.order({ kind: "WRONG_MODEL", uuid, model: "NVIDIA B200" });
    expect(rowsOf("h1").map(({ model }) => model)).toEqual(["NVIDIA B200", H100]);
    expect(reading("power_limit_watts")).toBe(700);
  });

  it("of a copied exporter shows a GPU at two hosts, with the same readings", () => {
    fleet.order({ kind: "DUPLICATE_UUID", host: "h2", uuid });
    const copy = rowsOf("h2")[1];
    expect(copy?.uuid).toBe(uuid);
    expect(copy?.labels).toMatchObject({ hostname: "h2", index: "1" });
    expect(copy?.values).toEqual(rowsOf("h1")[0]?.values);
  });

  it("of slices cut anew gives other ids than before", () => {
    fleet.order({ kind: "MIG", uuid, profiles: ["1g.10gb", "1g.10gb"] });
    const ids = (): (string | null)[] =>
      rowsOf("h1")
        .filter((row) => row.uuid === uuid)
        .map(({ migId }) => migId);
    expect(ids()).toEqual([null, "7", "8"]);
    const clear = fleet.order({ kind: "MIG", uuid, profiles: ["3g.40gb", "4g.40gb"] });
    expect(ids()).toEqual([null, "1", "2"]);
    clear();
    expect(ids()).toEqual([null, "7", "8"]);
  });

  it("is the same at every run, tick by tick", () => {
    const run = (): string => {
      const model = createFleetModel(OPTIONS);
      model.advanceTo(T0);
      model.order({ kind: "REPLAYED", uuid, seconds: 60 });
      model.order({ kind: "POWER_MISFIT", uuid, activity: 0.5 });
      model.order({ kind: "ENERGY_MISFIT", uuid: model.gpus[1]?.uuid ?? "", factor: 1.7 });
      for (let seconds = 5; seconds < 300; seconds += 7) model.advanceTo(after(seconds));
      return model.body("h1") ?? "";
    };
    expect(run()).toBe(run());
  });
});

describe("an order", () => {
  it.each([
    [{ kind: "BUSY", uuid: "$", load: 1.5 }, "load 1.5 is not between 0 and 1"],
    [{ kind: "SLOW_BODY", host: "h1", seconds: -1 }, "seconds -1 is not between"],
    [{ kind: "REPLAYED", uuid: "$", seconds: NaN }, "seconds NaN"],
    [{ kind: "POWER_MISFIT", uuid: "$", activity: 2 }, "activity 2"],
    [{ kind: "ENERGY_MISFIT", uuid: "$", factor: -1 }, "factor -1"],
    [{ kind: "WRONG_MODEL", uuid: "$", model: 'a"b' }, "can't be printed"],
    [{ kind: "DUPLICATE_UUID", host: "h1", uuid: "$" }, 'is on host "h1" already'],
    [{ kind: "DUPLICATE_UUID", host: "h9", uuid: "$" }, 'no host "h9"'],
    [{ kind: "FROZEN", uuid: "GPU-0" }, "no GPU GPU-0"],
  ] as const)("that can't be is refused: %j", (fault, message) => {
    const named = "uuid" in fault && fault.uuid === "$" ? { ...fault, uuid } : fault;
    expect(() => fleet.order(named)).toThrow(expect.objectContaining({ code: "BAD_FLEET" }) as Error);
    expect(() => fleet.order(named)).toThrow(message);
  });

  it("as text is read, or refused with what is wrong in it", () => {
    expect(parseFault('{"kind":"XID","uuid":"GPU-1","code":31}')).toEqual({ kind: "XID", uuid: "GPU-1", code: 31 });
    expect(() => parseFault("{")).toThrow("no JSON");
    expect(() => parseFault('{"kind":"FIRE"}')).toThrow("kind");
    expect(() => parseFault('{"kind":"XID","uuid":"GPU-1"}')).toThrow("code");
    expect(() => parseFault('{"kind":"IDLE","uuid":"GPU-1","host":"h1"}')).toThrow("host");
    expect(() => parseFault('{"kind":"GENERATION","host":"h1","generation":"9"}')).toThrow("generation");
  });
});
