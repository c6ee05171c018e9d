import type { GpuModel } from "./catalog.ts";
import { hasNewUnits, namesOf, textsOf, type ByGeneration, type Generation } from "./generations.ts";
import { RESERVED_MIB, type GpuReadings } from "./physics.ts";

/** A GPU, or one MIG slice of it, as a line of the exporter shows it. */
export interface Reading {
  model: GpuModel;
  gpu: GpuReadings;
  /** share of the GPU's memory; 1 for a whole GPU */
  memoryShare: number;
  isSlice: boolean;
}

/** One metric that the exporter prints. */
export interface Field {
  /** "" where a generation hasn't got it */
  name: ByGeneration;
  type: "gauge" | "counter";
  help: ByGeneration;
  /** the number printed, to its last digit; undefined where this GPU or slice has no such line */
  value(reading: Reading, generation: Generation): number | undefined;
  /** that number as text */
  print(value: number, generation: Generation): string;
}

const MIB = 1_048_576;

/** Go's %f. */
const fixed = (value: number): string => value.toFixed(6);
const rounded = (value: number): number => Math.round(value * 1e6) / 1e6;
/** The driver reads power in milliwatts. */
const milli = (value: number): number => Math.round(value * 1_000) / 1_000;

type Names = string | [classic: string, renamed: string, base?: string];
type Texts = string | [oldUnits: string, newUnits: string];
const texts = (help: Texts): ByGeneration => (typeof help === "string" ? textsOf(help, help) : textsOf(...help));

/** Renamed by DCGM 4.7, not before. */
const sameUntil = (classic: string, base: string): [string, string, string] => [classic, classic, base];

const whole = (names: Names, type: Field["type"], help: Texts, value: Field["value"]): Field => {
  const name = typeof names === "string" ? namesOf(names) : namesOf(...names);
  return {
    name,
    type,
    help: texts(help),
    value: (reading, generation) => (name[generation] === "" ? undefined : value(reading, generation)),
    print: (value) => String(value),
  };
};

const decimal = (names: Names, help: Texts, value: Field["value"]): Field => ({
  ...whole(names, "gauge", help, value),
  print: fixed,
});

const clock = (name: Names, what: string, mhz: (reading: Reading) => number): Field =>
  whole(
    name,
    "gauge",
    [`${what} clock frequency (in MHz).`, `${what} clock frequency (in Hz).`],
    (reading, generation) => Math.round(mhz(reading) * (hasNewUnits(generation) ? 1e6 : 1)),
  );

const memory = (name: Names, what: string, mib: (reading: Reading) => number): Field =>
  whole(
    name,
    "gauge",
    [`Framebuffer memory ${what} (in MiB).`, `Framebuffer memory ${what} (in bytes).`],
    (reading, generation) => Math.round(mib(reading)) * (hasNewUnits(generation) ? MIB : 1),
  );

/** Not exported for slices: the driver doesn't know it. */
const utilization = (name: Names, what: string, ratio: (reading: Reading) => number): Field => ({
  ...whole(name, "gauge", [`${what} (in %).`, `${what} (ratio).`], (reading, generation) => {
    if (reading.isSlice) return undefined;
    return hasNewUnits(generation) ? rounded(ratio(reading)) : Math.round(100 * ratio(reading));
  }),
  print: (value, generation) => (hasNewUnits(generation) ? fixed(value) : String(value)),
});

const profile = (name: Names, help: string, ratio: (gpu: GpuReadings) => number): Field =>
  decimal(name, help, ({ gpu }) => rounded(ratio(gpu)));

const counter = (name: Names, help: string, count: (gpu: GpuReadings) => number): Field =>
  whole(name, "counter", help, ({ gpu, isSlice }) => (isSlice ? undefined : Math.round(count(gpu))));

/** Time throttled, in nanoseconds before there were names with units. */
const violation = (name: string, what: string, seconds: (gpu: GpuReadings) => number): Field => {
  const help = (unit: string): string => `Throttling duration due to ${what} constraints (in ${unit}).`;
  const names: Names = sameUntil(`DCGM_FI_DEV_${name}_VIOLATION`, `DCGM_FI_DEV_GPU_${name}_THROTTLE_SECONDS_TOTAL`);
  return {
    ...whole(names, "counter", [help("ns"), help("s")], ({ gpu, isSlice }, generation) => {
      if (isSlice) return undefined;
      return hasNewUnits(generation) ? rounded(seconds(gpu)) : Math.round(seconds(gpu) * 1e9);
    }),
    print: (value, generation) => (hasNewUnits(generation) ? fixed(value) : String(value)),
  };
};

const pcie = (name: string, help: string, rate: (gpu: GpuReadings) => number): Field =>
  whole(name, "gauge", help, ({ gpu, isSlice }) => (isSlice ? undefined : Math.round(rate(gpu))));

/** The exporter's default fields, and those that our operator guide asks for, in the order in which it prints them. */
export const FIELDS: readonly Field[] = [
  clock(sameUntil("DCGM_FI_DEV_SM_CLOCK", "DCGM_FI_DEV_SM_CLOCK_HERTZ"), "SM", ({ gpu }) => gpu.smClockMhz),
  clock(
    sameUntil("DCGM_FI_DEV_MEM_CLOCK", "DCGM_FI_DEV_MEMORY_CLOCK_HERTZ"),
    "Memory",
    ({ model }) => model.memoryClockMhz,
  ),
  whole(
    ["DCGM_FI_DEV_CLOCK_THROTTLE_REASONS", "DCGM_FI_DEV_CLOCKS_EVENT_REASONS"],
    "gauge",
    "Current clock event reasons (bitmask).",
    ({ gpu }) => gpu.clockReasons,
  ),
  whole(
    ["DCGM_FI_DEV_MEMORY_TEMP", "DCGM_FI_DEV_MEMORY_TEMP_CELSIUS"],
    "gauge",
    "Memory temperature (in C).",
    ({ model, gpu }) => (model.hasMemorySensor ? Math.round(gpu.memoryCelsius) : 0),
  ),
  whole(["DCGM_FI_DEV_GPU_TEMP", "DCGM_FI_DEV_GPU_TEMP_CELSIUS"], "gauge", "GPU temperature (in C).", ({ gpu }) =>
    Math.round(gpu.gpuCelsius),
  ),
  decimal(["DCGM_FI_DEV_POWER_USAGE", "DCGM_FI_DEV_BOARD_POWER_WATTS"], "Power draw (in W).", ({ gpu }) =>
    milli(gpu.powerWatts),
  ),
  whole(
    sameUntil("DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION", "DCGM_FI_DEV_GPU_ENERGY_JOULES_TOTAL"),
    "counter",
    ["Total energy consumption since boot (in mJ).", "Total energy consumption since boot (in J)."],
    ({ gpu }, generation) => Math.round(gpu.energyJoules * (hasNewUnits(generation) ? 1 : 1_000)),
  ),
  decimal(
    ["DCGM_FI_DEV_POWER_MGMT_LIMIT", "DCGM_FI_DEV_BOARD_POWER_LIMIT_REQUESTED_WATTS"],
    "Current power limit (in W).",
    ({ model }) => model.limitWatts,
  ),
  whole(
    ["DCGM_FI_DEV_PCIE_REPLAY_COUNTER", "DCGM_FI_DEV_PCIE_REPLAY_TOTAL"],
    "counter",
    "Total number of PCIe retries.",
    () => 0,
  ),
  utilization(["DCGM_FI_DEV_GPU_UTIL", "DCGM_FI_DEV_GPU_UTIL_RATIO"], "GPU utilization", ({ gpu }) =>
    Math.min(1, gpu.activity * 1.02),
  ),
  utilization(
    sameUntil("DCGM_FI_DEV_MEM_COPY_UTIL", "DCGM_FI_DEV_MEMORY_UTIL_RATIO"),
    "Memory utilization",
    ({ gpu }) => gpu.dramActivity,
  ),
  utilization(sameUntil("DCGM_FI_DEV_ENC_UTIL", "DCGM_FI_DEV_ENC_UTIL_RATIO"), "Encoder utilization", () => 0),
  utilization(sameUntil("DCGM_FI_DEV_DEC_UTIL", "DCGM_FI_DEV_DEC_UTIL_RATIO"), "Decoder utilization", () => 0),
  violation("POWER", "power", (gpu) => gpu.powerViolationSeconds),
  violation("THERMAL", "thermal", (gpu) => gpu.thermalViolationSeconds),
  memory(
    sameUntil("DCGM_FI_DEV_FB_FREE", "DCGM_FI_DEV_FB_FREE_BYTES"),
    "free",
    ({ model, gpu, memoryShare }) => (model.memoryMib - gpu.memoryUsedMib - RESERVED_MIB) * memoryShare,
  ),
  memory(
    sameUntil("DCGM_FI_DEV_FB_USED", "DCGM_FI_DEV_FB_USED_BYTES"),
    "used",
    ({ gpu, memoryShare }) => gpu.memoryUsedMib * memoryShare,
  ),
  memory(
    ["", "", "DCGM_FI_DEV_FB_CAPACITY_BYTES"],
    "capacity",
    ({ model, memoryShare }) => model.memoryMib * memoryShare,
  ),
  memory(
    sameUntil("DCGM_FI_DEV_FB_RESERVED", "DCGM_FI_DEV_FB_RESERVED_BYTES"),
    "reserved",
    ({ memoryShare }) => RESERVED_MIB * memoryShare,
  ),
  counter("DCGM_FI_DEV_ECC_DBE_AGG_TOTAL", "Total number of double-bit persistent ECC errors.", (gpu) => gpu.eccErrors),
  counter("DCGM_FI_DEV_RETIRED_PENDING", "Total number of pages pending retirement.", () => 0),
  whole(
    [
      "DCGM_FI_DEV_NVLINK_BANDWIDTH_TOTAL",
      "DCGM_FI_DEV_NVLINK_THROUGHPUT_TOTAL",
      "DCGM_FI_DEV_NVLINK_THROUGHPUT_BYTES_PER_SECOND",
    ],
    "counter",
    "Total number of NVLink bandwidth counters for all lanes.",
    ({ model, gpu }, generation) =>
      model.hasNvlink ? Math.round(gpu.nvlinkMegabytesPerSecond * (hasNewUnits(generation) ? 1e6 : 1)) : undefined,
  ),
  counter(
    ["DCGM_FI_DEV_UNCORRECTABLE_REMAPPED_ROWS", "DCGM_FI_DEV_ROW_REMAP_UNCORRECTABLE_TOTAL"],
    "Number of remapped rows for uncorrectable errors",
    (gpu) => gpu.remappedRows,
  ),
  counter(
    ["DCGM_FI_DEV_CORRECTABLE_REMAPPED_ROWS", "DCGM_FI_DEV_ROW_REMAP_CORRECTABLE_TOTAL"],
    "Number of remapped rows for correctable errors",
    () => 0,
  ),
  whole(
    ["DCGM_FI_DEV_ROW_REMAP_FAILURE", "DCGM_FI_DEV_ROW_REMAP_FAILED"],
    "gauge",
    "Whether remapping of rows has failed",
    ({ isSlice }) => (isSlice ? undefined : 0),
  ),
  profile(
    ["DCGM_FI_PROF_GR_ENGINE_ACTIVE", "DCGM_FI_PROF_GR_ENGINE_UTIL_RATIO"],
    "Ratio of time the graphics engine is active (in %).",
    (gpu) => gpu.activity,
  ),
  profile(
    ["DCGM_FI_PROF_SM_ACTIVE", "DCGM_FI_PROF_SM_UTIL_RATIO"],
    "The ratio of cycles an SM has at least 1 warp assigned (in %).",
    (gpu) => gpu.activity * 0.9,
  ),
  profile(
    ["DCGM_FI_PROF_PIPE_TENSOR_ACTIVE", "DCGM_FI_PROF_TENSOR_UTIL_RATIO"],
    "Ratio of cycles the tensor (HMMA) pipe is active (in %).",
    (gpu) => gpu.tensorActivity,
  ),
  profile(
    ["DCGM_FI_PROF_DRAM_ACTIVE", "DCGM_FI_PROF_DRAM_UTIL_RATIO"],
    "Ratio of cycles the device memory interface is active sending or receiving data (in %).",
    (gpu) => gpu.dramActivity,
  ),
  pcie(
    "DCGM_FI_PROF_PCIE_TX_BYTES",
    "The rate of data transmitted over the PCIe bus - including both protocol headers and data payloads - in bytes per second.",
    (gpu) => gpu.pcieTxBytesPerSecond,
  ),
  pcie(
    "DCGM_FI_PROF_PCIE_RX_BYTES",
    "The rate of data received over the PCIe bus - including both protocol headers and data payloads - in bytes per second.",
    (gpu) => gpu.pcieRxBytesPerSecond,
  ),
];

const XID_HELP = "Value of the last XID error encountered.";

/** Name and help of the XID gauge, whose rows have labels of their own. */
export const XID_FIELD: Pick<Field, "name" | "type" | "help"> = {
  name: namesOf("DCGM_FI_DEV_XID_ERRORS", "DCGM_FI_DEV_XID_ERROR"),
  type: "gauge",
  help: textsOf(XID_HELP, XID_HELP),
};
