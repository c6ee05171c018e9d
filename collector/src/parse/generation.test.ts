import { readFileSync } from "node:fs";
import { readings } from "../testing/rows.ts";
import { parseExposition } from "./exposition.ts";

const AT = 1_700_000_000_000;
const uuid = 'UUID="GPU-1"';
const read = (...lines: string[]): Record<string, number> => readings(parseExposition(lines.join("\n"), AT).rows[0]);

describe("the units of a body", () => {
  it("are those of 2026 where clocks are in hertz, whatever else is in it", () => {
    const body = readFileSync(new URL("../../testdata/l40s-2026.prom", import.meta.url), "utf8");
    const { rows, generation, events, rejects } = parseExposition(body, AT);
    expect(generation).toBe("2026");
    expect(rows.map(readings)).toEqual([
      {
        sm_clock_hertz: 2_520_000_000,
        power_watts: 331.25,
        energy_total_joules: 424_405.577,
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

  it("are told by the spelling of names and labels where no value tells", () => {
    expect(read(`DCGM_FI_DEV_GPU_UTIL{${uuid}} 1`)).toEqual({ gpu_util_ratio: 0.01 });
    expect(read(`DCGM_FI_DEV_GPU_UTIL_RATIO{${uuid}} 1`)).toEqual({ gpu_util_ratio: 1 });
    expect(read(`DCGM_FI_DEV_GPU_UTIL{${uuid},DCGM_FI_SYSTEM_DRIVER_VERSION="590"} 1`)).toEqual({ gpu_util_ratio: 1 });
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
