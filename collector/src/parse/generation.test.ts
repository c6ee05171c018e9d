import { readFileSync } from "node:fs";
import { readings } from "../testing/rows.ts";
import { parseExposition } from "./exposition.ts";

const AT = 1_700_000_000_000;
const uuid = 'UUID="GPU-1"';
const read = (...lines: string[]): Record<string, number> => readings(parseExposition(lines.join("\n"), AT).rows[0]);

describe("the units of a body", () => {
  it("are those of 2026 under the names of DCGM 4.7", () => {
    const body = readFileSync(new URL("../../testdata/l40s-2026.prom", import.meta.url), "utf8");
    const { rows, generation, events, rejects } = parseExposition(body, AT);
    expect(generation).toBe("2026");
    expect(rows.map(readings)).toEqual([
      {
        sm_clock_hertz: 2_520_000_000,
        power_watts: 331.25,
        energy_total_joules: 424_405,
        gpu_util_ratio: 0.57,
        fb_used_bytes: 41_518_366_720,
      },
      { sm_clock_hertz: 210_000_000, gpu_util_ratio: 1 },
    ]);
    expect(rows[0]?.labels).toMatchObject({ hostname: "node-7", driver_version: "590.48.01" });
    expect(events).toEqual([{ uuid: rows[0]?.uuid, kind: "XID", code: 31, text: "GPU memory page fault" }]);
    // The memory temperature of 0 of a board without the sensor.
    expect(rejects).toEqual({ blank: 1 });
  });

  it("are the old ones under DCGM 4.6, which has some new names already", () => {
    expect(
      read(
        `DCGM_FI_DEV_SM_CLOCK{${uuid}} 1410`,
        `DCGM_FI_DEV_GPU_UTIL_RATIO{${uuid}} 57`,
        `DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION{${uuid}} 424405577`,
      ),
    ).toEqual({ sm_clock_hertz: 1_410_000_000, gpu_util_ratio: 0.57, energy_total_joules: 424_405.577 });
  });

  it("are each name's own where an operator lists old and new ones beside each other", () => {
    const lines = [
      `DCGM_FI_DEV_SM_CLOCK{${uuid}} 1410`,
      `DCGM_FI_DEV_MEMORY_CLOCK_HERTZ{${uuid}} 1215000000`,
      `DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION{${uuid}} 424405577`,
      `DCGM_FI_DEV_FB_USED_BYTES{${uuid}} 4596957184`,
      `DCGM_FI_DEV_POWER_VIOLATION{${uuid}} 1500000000`,
      `DCGM_FI_DEV_GPU_THERMAL_THROTTLE_SECONDS_TOTAL{${uuid}} 2.5`,
      `DCGM_FI_DEV_GPU_UTIL_RATIO{${uuid}} 0.57`,
    ];
    const expected = {
      sm_clock_hertz: 1_410_000_000,
      mem_clock_hertz: 1_215_000_000,
      energy_total_joules: 424_405.577,
      fb_used_bytes: 4_596_957_184,
      power_violation_seconds: 1.5,
      thermal_violation_seconds: 2.5,
      gpu_util_ratio: 0.57,
    };
    expect(read(...lines)).toEqual(expected);
    expect(read(...lines.reverse())).toEqual(expected);
  });

  it("of one quantity under both its names are the new one's, in whatever order they come", () => {
    const lines = [
      `DCGM_FI_DEV_SM_CLOCK{${uuid}} 1410`,
      `DCGM_FI_DEV_SM_CLOCK_HERTZ{${uuid}} 1410000000`,
      `DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION{${uuid}} 424405577`,
      `DCGM_FI_DEV_GPU_ENERGY_JOULES_TOTAL{${uuid}} 424405`,
    ];
    const expected = { sm_clock_hertz: 1_410_000_000, energy_total_joules: 424_405 };
    expect(read(...lines)).toEqual(expected);
    expect(read(...lines.reverse())).toEqual(expected);
  });

  it("of energy alone are millijoules under the old name and joules under the new", () => {
    expect(read(`DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION{${uuid},DCGM_FI_SYSTEM_DRIVER_VERSION="590"} 5000`)).toEqual({
      energy_total_joules: 5,
    });
    expect(read(`DCGM_FI_DEV_GPU_ENERGY_JOULES_TOTAL{${uuid}} 5000`)).toEqual({ energy_total_joules: 5_000 });
  });

  it("of a relay that has converted them are told by clocks in hertz under old names", () => {
    expect(
      read(`DCGM_FI_DEV_SM_CLOCK{${uuid}} 1410000000`, `DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION{${uuid}} 424405.577`),
    ).toEqual({ sm_clock_hertz: 1_410_000_000, energy_total_joules: 424_405.577 });
  });

  it("are told by memory or by a percentage where there are no clocks", () => {
    expect(read(`DCGM_FI_DEV_FB_USED{${uuid}} 4384`, `DCGM_FI_DEV_GPU_UTIL{${uuid}} 1`)).toEqual({
      fb_used_bytes: 4_596_957_184,
      gpu_util_ratio: 0.01,
    });
    expect(read(`DCGM_FI_DEV_FB_USED{${uuid}} 4596957184`, `DCGM_FI_DEV_GPU_UTIL{${uuid}} 1`)).toEqual({
      fb_used_bytes: 4_596_957_184,
      gpu_util_ratio: 1,
    });
    expect(read(`DCGM_FI_DEV_GPU_UTIL_RATIO{${uuid}} 57`)).toEqual({ gpu_util_ratio: 0.57 });
  });

  it("of a name that has meant a percentage and a ratio are told by the other GPUs' values, or by other names", () => {
    const name = "DCGM_FI_DEV_GPU_UTIL_RATIO";
    const ofFirst = (...lines: string[]): unknown => read(`${name}{${uuid}} 1`, ...lines)["gpu_util_ratio"];
    expect(ofFirst(`${name}{UUID="GPU-2"} 57`)).toBe(0.01);
    expect(ofFirst(`${name}{UUID="GPU-2"} 0.57`)).toBe(1);
    expect(ofFirst(`DCGM_FI_DEV_SM_CLOCK{UUID="GPU-1"} 1410`)).toBe(0.01);
    expect(ofFirst(`DCGM_FI_DEV_SM_CLOCK_HERTZ{UUID="GPU-1"} 1410000000`)).toBe(1);
    expect(ofFirst()).toBe(1);
    // One impossible value of millions seen on real GPUs is no witness.
    expect(ofFirst(`${name}{UUID="GPU-2"} 4294967295`, `${name}{UUID="GPU-3"} 0.5`)).toBe(1);
  });

  it("aren't changed by one impossible value", () => {
    expect(
      read(
        `DCGM_FI_DEV_SM_CLOCK{${uuid}} 4294967295`,
        `DCGM_FI_DEV_MEM_CLOCK{${uuid}} 1215`,
        `DCGM_FI_DEV_FB_USED{${uuid}} 4384`,
      ),
    ).toEqual({ mem_clock_hertz: 1_215_000_000, fb_used_bytes: 4_596_957_184 });
  });

  it("of the oldest exporter are read under its lower-case names", () => {
    expect(read(`dcgm_sm_clock{gpu="0",uuid="GPU-1"} 135`, `dcgm_power_usage{gpu="0",uuid="GPU-1"} 30.1`)).toEqual({
      sm_clock_hertz: 135_000_000,
      power_watts: 30.1,
    });
  });
});
