import { createHash } from "node:crypto";
import { COLUMNS, parseExposition, type GpuRow } from "#collector/index.ts";
import { createFleetModel } from "./model.ts";
import type { FleetModel, FleetOptions } from "./types.ts";

const H100 = "NVIDIA H100 80GB HBM3";
const T0 = 1_700_000_000_000;
const OPTIONS: FleetOptions = {
  hosts: [
    { name: "h1", model: H100, gpuCount: 2 },
    { name: "h2", model: "NVIDIA L40S", gpuCount: 1, generation: "2026" },
  ],
  seed: 7,
  collectSeconds: 5,
};

let fleet: FleetModel;
let first: string;
beforeEach(() => {
  fleet = createFleetModel(OPTIONS);
  fleet.advanceTo(T0);
  first = fleet.gpus[0]?.uuid ?? "";
});

const after = (seconds: number): number => T0 + seconds * 1_000;
const rowsOf = (host: string): GpuRow[] => parseExposition(fleet.body(host) ?? "", T0).rows;
const reading = (row: GpuRow | undefined, column: string): number | null | undefined =>
  row?.values[COLUMNS.findIndex((metric) => metric.column === column)];

describe("a fleet", () => {
  it("has GPUs that depend on the seed and their place alone", () => {
    const uuids = fleet.gpus.map(({ uuid }) => uuid);
    expect(createFleetModel(OPTIONS).gpus.map(({ uuid }) => uuid)).toEqual(uuids);
    expect(createFleetModel({ ...OPTIONS, seed: 8 }).gpus.some(({ uuid }) => uuids.includes(uuid))).toBe(false);
    expect(uuids.every((uuid) => /^GPU-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(uuid))).toBe(true);
    expect(fleet.gpus.map(({ host, index, model }) => [host, index, model])).toEqual([
      ["h1", 0, H100],
      ["h1", 1, H100],
      ["h2", 0, "NVIDIA L40S"],
    ]);
  });

  it("is the same to the last digit however its time is cut", () => {
    const hour = (steps: number): string => {
      const model = createFleetModel(OPTIONS);
      model.advanceTo(T0);
      model.setLoad(model.gpus[0]?.uuid ?? "", 0.6);
      for (let step = 1; step <= steps; step++) model.advanceTo(T0 + (step * 3_600_000) / steps);
      return createHash("sha256")
        .update(`${model.body("h1")}${model.body("h2")}`)
        .digest("hex")
        .slice(0, 16);
    };
    expect(hour(1)).toBe(hour(97));
  });

  it("changes nothing between two readings of the GPUs, as the exporter collects only so often", () => {
    fleet.setLoad(first, 1);
    fleet.advanceTo(after(5));
    const body = fleet.body("h1");
    fleet.advanceTo(after(9.999));
    expect(fleet.body("h1")).toBe(body);
    fleet.advanceTo(after(10));
    expect(fleet.body("h1")).not.toBe(body);
  });

  it("works where it is asked to, and only there", () => {
    fleet.setLoad(first, 0.5);
    fleet.advanceTo(after(60));
    const [busy, idle] = rowsOf("h1");
    expect(reading(busy, "gr_active_ratio")).toBeGreaterThan(0.4);
    expect(reading(busy, "gr_active_ratio")).toBeLessThan(0.55);
    expect(reading(idle, "gr_active_ratio")).toBe(0);
    expect(reading(idle, "power_watts")).toBeLessThan(70);
  });

  it("refuses unknown models, GPUs, hosts, doubled hosts and impossible loads", () => {
    const bad = expect.objectContaining({ code: "BAD_FLEET" }) as Error;
    const host = { name: "h1", model: H100, gpuCount: 1 };
    expect(() => createFleetModel({ hosts: [{ ...host, model: "H100" }], seed: 1 })).toThrow(bad);
    expect(() => createFleetModel({ hosts: [host, host], seed: 1 })).toThrow(bad);
    expect(() => createFleetModel({ hosts: [{ ...host, name: "a/b" }], seed: 1 })).toThrow(bad);
    expect(() => fleet.setLoad("GPU-0", 1)).toThrow(bad);
    expect(() => fleet.setLoad(first, 1.5)).toThrow(bad);
    expect(() => fleet.order({ kind: "HOST_DOWN", host: "h9" })).toThrow(bad);
    expect(() => fleet.order({ kind: "MIG", uuid: first, profiles: ["4g.40gb", "4g.40gb"] })).toThrow(bad);
    expect(() => fleet.order({ kind: "MIG", uuid: fleet.gpus[2]?.uuid ?? "", profiles: ["1g.10gb"] })).toThrow(bad);
  });
});

describe("a fault", () => {
  it("of a host takes its exporter away, until it is taken back", () => {
    const clear = fleet.order({ kind: "HOST_DOWN", host: "h1" });
    expect([fleet.body("h1"), rowsOf("h2").length]).toEqual([undefined, 1]);
    clear();
    clear();
    expect(rowsOf("h1")).toHaveLength(2);
    fleet.order({ kind: "EMPTY_BODY", host: "h1" });
    expect(fleet.body("h1")).toBe("");
  });

  it("of XID 79 is shown, and then the GPU's rows vanish while its neighbor stays", () => {
    const clear = fleet.order({ kind: "XID", uuid: first, code: 79 });
    expect(parseExposition(fleet.body("h1") ?? "", T0).events).toEqual([
      { uuid: first, kind: "XID", code: 79, text: "GPU has fallen off the bus" },
    ]);
    fleet.advanceTo(after(15));
    expect(rowsOf("h1").map(({ uuid }) => uuid)).toEqual([fleet.gpus[1]?.uuid]);
    expect(fleet.body("h1")).not.toContain(first);
    clear();
    expect(rowsOf("h1")).toHaveLength(2);
  });

  it("of another XID leaves the GPU at work", () => {
    fleet.order({ kind: "XID", uuid: first, code: 31 });
    fleet.advanceTo(after(60));
    expect(rowsOf("h1")).toHaveLength(2);
    expect(fleet.body("h1")).toContain('err_code="31",err_msg="GPU memory page fault"} 31');
  });

  it("of heat lowers clocks and is told in the reasons", () => {
    fleet.setLoad(first, 1);
    fleet.advanceTo(after(300));
    const clock = reading(rowsOf("h1")[0], "sm_clock_hertz") ?? 0;
    fleet.order({ kind: "THERMAL_THROTTLE", uuid: first });
    fleet.advanceTo(after(1_800));
    const [hot] = rowsOf("h1");
    expect((reading(hot, "clock_event_reasons") ?? 0) & 32).toBe(32);
    expect(reading(hot, "sm_clock_hertz")).toBeLessThan(0.9 * clock);
    expect(reading(hot, "thermal_violation_seconds")).toBeGreaterThan(0);
  });

  it("of the driver begins the counters of all the host's GPUs anew", () => {
    fleet.advanceTo(after(600));
    const before = rowsOf("h1").map((row) => reading(row, "energy_total_joules"));
    fleet.order({ kind: "COUNTER_RESET", host: "h1" });
    expect(before.every((joules) => (joules ?? 0) > 30_000)).toBe(true);
    expect(rowsOf("h1").map((row) => reading(row, "energy_total_joules"))).toEqual([0, 0]);
    fleet.advanceTo(after(605));
    expect(reading(rowsOf("h1")[0], "energy_total_joules")).toBeGreaterThan(300);
  });

  it("that cuts a GPU into slices repeats its power on each, and shares out its memory", () => {
    fleet.setLoad(first, 1);
    fleet.advanceTo(after(120));
    const whole = reading(rowsOf("h1")[0], "power_watts");
    fleet.order({ kind: "MIG", uuid: first, profiles: ["1g.10gb", "1g.10gb", "3g.40gb"] });
    const rows = rowsOf("h1").filter(({ uuid }) => uuid === first);
    expect(rows.map(({ migId, migProfile }) => [migId, migProfile])).toEqual([
      [null, null],
      ["7", "1g.10gb"],
      ["8", "1g.10gb"],
      ["1", "3g.40gb"],
    ]);
    expect(reading(rows[0], "power_watts")).toBe(whole);
    expect(fleet.body("h1")?.match(new RegExp(`^DCGM_FI_DEV_POWER_USAGE.*${first}`, "gm"))).toHaveLength(3);
    expect(reading(rows[0], "gpu_util_ratio")).toBeNaN();
    expect(reading(rows[1], "gr_active_ratio")).toBeGreaterThan(0.8);
    const ratio = (reading(rows[3], "fb_used_bytes") ?? 0) / (reading(rows[1], "fb_used_bytes") ?? 1);
    expect(ratio).toBeCloseTo(3, 3);
  });

  it("of an upgrade changes names and units, and nothing that is meant by them", () => {
    fleet.setLoad(first, 0.7);
    fleet.advanceTo(after(60));
    const before = rowsOf("h1");
    fleet.order({ kind: "GENERATION", host: "h1", generation: "2026" });
    const now = rowsOf("h1");
    expect(fleet.body("h1")).toContain("DCGM_FI_DEV_BOARD_POWER_WATTS{");
    expect(fleet.body("h1")).not.toContain("DCGM_FI_DEV_POWER_USAGE");
    expect(now.map(({ uuid, model }) => [uuid, model])).toEqual(before.map(({ uuid, model }) => [uuid, model]));
    expect(reading(now[0], "energy_total_joules")).toBeCloseTo(reading(before[0], "energy_total_joules") ?? NaN, -1);
  });

  it("of a clock is told to whoever serves the body", () => {
    const clear = fleet.order({ kind: "CLOCK_DRIFT", host: "h1", seconds: -90 });
    expect([fleet.clockDriftSeconds("h1"), fleet.clockDriftSeconds("h2")]).toEqual([-90, 0]);
    clear();
    expect(fleet.clockDriftSeconds("h1")).toBe(0);
  });
});

describe("a leap", () => {
  /** Half an hour of load, then a quarter of an hour without. */
  function lived(move: (model: FleetModel, atMs: number) => void): FleetModel {
    const model = createFleetModel(OPTIONS);
    move(model, T0);
    model.setLoad(first, 0.8);
    move(model, after(1_800));
    model.setLoad(first, 0);
    move(model, after(2_700));
    return model;
  }
  const energies = (model: FleetModel): number[] =>
    [...parseExposition(model.body("h1") ?? "", T0).rows, ...parseExposition(model.body("h2") ?? "", T0).rows].map(
      (row) => reading(row, "energy_total_joules") ?? NaN,
    );

  it("uses the energy of the ticks that it passes over, but for their noise", () => {
    const [slow, fast] = [lived((model, at) => model.advanceTo(at)), lived((model, at) => model.leapTo(at))];
    const ticked = energies(slow);
    energies(fast).forEach((joules, index) => expect(joules / (ticked[index] ?? 0)).toBeGreaterThan(0.9));
    energies(fast).forEach((joules, index) => expect(joules / (ticked[index] ?? 0)).toBeLessThan(1.1));
    // Idle power again within seconds: of the load's 560 W nothing is left.
    expect(reading(parseExposition(fast.body("h1") ?? "", T0).rows[0], "power_watts")).toBeLessThan(70);
  });

  it("can be followed by ticks, and never goes back", () => {
    fleet.leapTo(after(3_600));
    const body = fleet.body("h1");
    fleet.leapTo(after(60));
    expect(fleet.body("h1")).toBe(body);
    fleet.advanceTo(after(3_605));
    expect(reading(rowsOf("h1")[0], "energy_total_joules")).toBeCloseTo(3_605 * 67, -4);
  });

  it("under heat goes tick by tick: the driver's fight is the same", () => {
    const heated = (move: (model: FleetModel, atMs: number) => void): GpuRow | undefined => {
      const model = createFleetModel(OPTIONS);
      model.advanceTo(T0);
      model.setLoad(first, 1);
      model.order({ kind: "THERMAL_THROTTLE", uuid: first });
      move(model, after(3_600));
      return parseExposition(model.body("h1") ?? "", T0).rows[0];
    };
    expect(heated((model, at) => model.leapTo(at))).toEqual(heated((model, at) => model.advanceTo(at)));
  });
});

it("an uncorrectable memory error is counted for ever, also by a driver loaded anew", () => {
  fleet.order({ kind: "ECC_ERROR", uuid: first });
  fleet.order({ kind: "COUNTER_RESET", host: "h1" });
  const rows = rowsOf("h1");
  expect([0, 1].map((index) => reading(rows[index], "ecc_dbe_total"))).toEqual([1, 0]);
  expect([0, 1].map((index) => reading(rows[index], "remap_uncorrectable_total"))).toEqual([1, 0]);
});
