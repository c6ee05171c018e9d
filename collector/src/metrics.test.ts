import { COLUMNS, METRICS, parseMetrics } from "./metrics.ts";

const HEADER = "column,type,unit,kind,scope,min,max,blank,old_name,old_unit,new_name,new_unit,legacy_name,help";
const LINE = "sm_clock_hertz,real,Hz,gauge,device,0,4e9,,DCGM_FI_DEV_SM_CLOCK,MHz,,Hz,dcgm_sm_clock,clock";

describe("metrics.csv", () => {
  it("gives every field a column of its own, except the XID, which is an event", () => {
    expect(METRICS.filter(({ kind }) => kind === "event").map(({ column }) => column)).toEqual(["xid"]);
    expect(COLUMNS).toHaveLength(METRICS.length - 1);
    expect(COLUMNS.every(({ type }) => type !== "")).toBe(true);
  });

  it("holds the units that changed with release 4.9.0", () => {
    const changed = METRICS.filter(({ rawUnit }) => rawUnit.classic !== rawUnit["2026"]).map(({ column }) => column);
    expect(changed).toEqual([
      "gpu_util_ratio",
      "mem_copy_util_ratio",
      "enc_util_ratio",
      "dec_util_ratio",
      "nvlink_bytes_per_second",
      "fb_used_bytes",
      "fb_free_bytes",
      "fb_reserved_bytes",
      "fb_total_bytes",
      "energy_total_joules",
      "sm_clock_hertz",
      "mem_clock_hertz",
    ]);
  });
});

describe("parseMetrics", () => {
  it("reads a name that stayed while its unit changed", () => {
    const [metric] = parseMetrics(`${HEADER}\n${LINE}\n`);
    expect(metric).toMatchObject({
      newName: "DCGM_FI_DEV_SM_CLOCK",
      scale: { classic: { times: 1e6, over: 1 }, "2026": { times: 1, over: 1 } },
    });
  });

  it.each([
    ["another header", "column\nx", "line 1: the first line must be"],
    ["a missing cell", `${HEADER}\n${LINE.replace(",clock", "")}`, "line 2: expected 14 cells, found 13"],
    ["an unknown unit", `${HEADER}\n${LINE.replace("MHz", "GHz")}`, 'line 2: no way from unit "GHz" to "Hz"'],
    ["an unknown type", `${HEADER}\n${LINE.replace("real", "money")}`, 'line 2: "money" is none of real'],
    ["bounds upside down", `${HEADER}\n${LINE.replace("0,4e9", "4e9,0")}`, "line 2: column, old_name and min < max"],
    ["a name given twice", `${HEADER}\n${LINE}\n${LINE.replace("sm_clock_hertz", "other")}`, "stands on line 2 too"],
  ])("refuses %s, naming the line", (_what, text, message) => {
    expect(() => parseMetrics(text)).toThrow(message);
  });
});
