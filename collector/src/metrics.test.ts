import { COLUMNS, METRICS, parseMetrics } from "./metrics.ts";

const HEADER =
  "column,type,unit,kind,scope,min,max,blank,old_name,old_unit,new_name,base_name,base_unit,legacy_name,help";
const LINE =
  "sm_clock_hertz,real,Hz,gauge,device,0,4e9,,DCGM_FI_DEV_SM_CLOCK,MHz,,DCGM_FI_DEV_SM_CLOCK_HERTZ,Hz,dcgm_sm_clock,clock";

describe("metrics.csv", () => {
  it("gives every field a column of its own, except the XIDs, which are events", () => {
    expect(METRICS.filter(({ kind }) => kind === "event").map(({ column }) => column)).toEqual([
      "xid",
      "recent_xid",
      "total_xid",
    ]);
    expect(COLUMNS).toHaveLength(METRICS.length - 3);
    expect(COLUMNS.every(({ type }) => type !== "")).toBe(true);
  });

  it("holds the names that came with units of their own: those of DCGM 4.7's header", () => {
    const changed = METRICS.filter(({ baseName }) => baseName !== "");
    expect(changed.map(({ oldName, baseName, unit }) => [oldName, baseName, unit])).toEqual([
      ["DCGM_FI_DEV_GPU_UTIL", "DCGM_FI_DEV_GPU_UTIL_RATIO", "ratio"],
      ["DCGM_FI_DEV_MEM_COPY_UTIL", "DCGM_FI_DEV_MEMORY_UTIL_RATIO", "ratio"],
      ["DCGM_FI_DEV_ENC_UTIL", "DCGM_FI_DEV_ENC_UTIL_RATIO", "ratio"],
      ["DCGM_FI_DEV_DEC_UTIL", "DCGM_FI_DEV_DEC_UTIL_RATIO", "ratio"],
      ["DCGM_FI_DEV_NVLINK_BANDWIDTH_TOTAL", "DCGM_FI_DEV_NVLINK_THROUGHPUT_BYTES_PER_SECOND", "B/s"],
      ["DCGM_FI_DEV_FB_USED", "DCGM_FI_DEV_FB_USED_BYTES", "B"],
      ["DCGM_FI_DEV_FB_FREE", "DCGM_FI_DEV_FB_FREE_BYTES", "B"],
      ["DCGM_FI_DEV_FB_RESERVED", "DCGM_FI_DEV_FB_RESERVED_BYTES", "B"],
      ["DCGM_FI_DEV_FB_TOTAL", "DCGM_FI_DEV_FB_CAPACITY_BYTES", "B"],
      ["DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION", "DCGM_FI_DEV_GPU_ENERGY_JOULES_TOTAL", "J"],
      ["DCGM_FI_DEV_SM_CLOCK", "DCGM_FI_DEV_SM_CLOCK_HERTZ", "Hz"],
      ["DCGM_FI_DEV_MEM_CLOCK", "DCGM_FI_DEV_MEMORY_CLOCK_HERTZ", "Hz"],
      ["DCGM_FI_DEV_POWER_VIOLATION", "DCGM_FI_DEV_GPU_POWER_THROTTLE_SECONDS_TOTAL", "s"],
      ["DCGM_FI_DEV_THERMAL_VIOLATION", "DCGM_FI_DEV_GPU_THERMAL_THROTTLE_SECONDS_TOTAL", "s"],
      ["DCGM_FI_DEV_SYNC_BOOST_VIOLATION", "DCGM_FI_DEV_GPU_SYNC_BOOST_THROTTLE_SECONDS_TOTAL", "s"],
      ["DCGM_FI_DEV_BOARD_LIMIT_VIOLATION", "DCGM_FI_DEV_GPU_LIMIT_THROTTLE_SECONDS_TOTAL", "s"],
      ["DCGM_FI_DEV_LOW_UTIL_VIOLATION", "DCGM_FI_DEV_GPU_LOW_UTIL_THROTTLE_SECONDS_TOTAL", "s"],
      ["DCGM_FI_DEV_RELIABILITY_VIOLATION", "DCGM_FI_DEV_GPU_RELIABILITY_THROTTLE_SECONDS_TOTAL", "s"],
    ]);
    // What a new name measures needs no conversion.
    expect(changed.every(({ scale }) => scale["2026"].times === 1 && scale["2026"].over === 1)).toBe(true);
  });
});

describe("parseMetrics", () => {
  it("reads a field that has another name for another unit", () => {
    const [metric] = parseMetrics(`${HEADER}\n${LINE}\n`);
    expect(metric).toMatchObject({
      newName: "DCGM_FI_DEV_SM_CLOCK",
      baseName: "DCGM_FI_DEV_SM_CLOCK_HERTZ",
      scale: { classic: { times: 1e6, over: 1 }, "2026": { times: 1, over: 1 } },
    });
  });

  it.each([
    ["another header", "column\nx", "line 1: the first line must be"],
    ["a missing cell", `${HEADER}\n${LINE.replace(",clock", "")}`, "line 2: expected 15 cells, found 14"],
    ["an unknown unit", `${HEADER}\n${LINE.replace("MHz", "GHz")}`, 'line 2: no way from unit "GHz" to "Hz"'],
    ["an unknown type", `${HEADER}\n${LINE.replace("real", "money")}`, 'line 2: "money" is none of real'],
    ["bounds upside down", `${HEADER}\n${LINE.replace("0,4e9", "4e9,0")}`, "line 2: column, old_name and min < max"],
    ["a name given twice", `${HEADER}\n${LINE}\n${LINE.replace("sm_clock_hertz", "other")}`, "stands on line 2 too"],
  ])("refuses %s, naming the line", (_what, text, message) => {
    expect(() => parseMetrics(text)).toThrow(message);
  });
});
