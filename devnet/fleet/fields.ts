import type { GpuModel } from "./catalog.ts";
import { RESERVED_MIB, type GpuReadings } from "./physics.ts";
import type { Generation } from "./types.ts";

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
  name: Record<Generation, string>;
  type: "gauge" | "counter";
  help: Record<Generation, string>;
  /** as printed; undefined where this GPU or slice has no such line */
  print(reading: Reading, generation: Generation): string | undefined;
}

const MIB = 1_048_576;

const whole = (value: number): string => String(Math.round(value));
/** Go's %f. */
const fixed = (value: number): string => value.toFixed(6);
/** The driver reads power in milliwatts. */
const milli = (value: number): string => (Math.round(value * 1_000) / 1_000).toFixed(6);

type Names = string | [classic: string, renamed: string];
const both = (names: Names): Record<Generation, string> =>
  typeof names === "string" ? { classic: names, "2026": names } : { classic: names[0], "2026": names[1] };

const field = (name: Names, type: Field["type"], help: Names, print: Field["print"]): Field => ({
  name: both(name),
  type,
  help: both(help),
  print,
});

const clock = (name: string, what: string, mhz: (reading: Reading) => number): Field =>
  field(
    name,
    "gauge",
    [`${what} clock frequency (in MHz).`, `${what} clock frequency (in Hz).`],
    (reading, generation) => whole(mhz(reading) * (generation === "classic" ? 1 : 1e6)),
  );

const memory = (name: string, what: string, mib: (reading: Reading) => number): Field =>
  field(
    name,
    "gauge",
    [`Framebuffer memory ${what} (in MiB).`, `Framebuffer memory ${what} (in bytes).`],
    (reading, generation) => whole(Math.round(mib(reading)) * (generation === "classic" ? 1 : MIB)),
  );

/** Not exported for slices: the driver doesn't know it. */
const utilization = (name: Names, what: string, ratio: (reading: Reading) => number): Field =>
  field(name, "gauge", [`${what} (in %).`, `${what} (ratio).`], (reading, generation) => {
    if (reading.isSlice) return undefined;
    return generation === "classic" ? whole(100 * ratio(reading)) : fixed(ratio(reading));
  });

const profile = (name: Names, help: string, ratio: (gpu: GpuReadings) => number): Field =>
  field(name, "gauge", help, ({ gpu }) => fixed(ratio(gpu)));

const counter = (name: Names, help: string, count: (gpu: GpuReadings) => number): Field =>
  field(name, "counter", help, ({ gpu, isSlice }) => (isSlice ? undefined : whole(count(gpu))));

const pcie = (name: string, help: string, rate: (gpu: GpuReadings) => number): Field =>
  field(name, "gauge", help, ({ gpu, isSlice }) => (isSlice ? undefined : whole(rate(gpu))));

/** The exporter's default fields, and those that our operator guide asks for, in the order in which it prints them. */
export const FIELDS: readonly Field[] = [
  clock("DCGM_FI_DEV_SM_CLOCK", "SM", ({ gpu }) => gpu.smClockMhz),
  clock("DCGM_FI_DEV_MEM_CLOCK", "Memory", ({ model }) => model.memoryClockMhz),
  field(
    ["DCGM_FI_DEV_CLOCK_THROTTLE_REASONS", "DCGM_FI_DEV_CLOCKS_EVENT_REASONS"],
    "gauge",
    "Current clock event reasons (bitmask).",
    ({ gpu }) => whole(gpu.clockReasons),
  ),
  field(
    ["DCGM_FI_DEV_MEMORY_TEMP", "DCGM_FI_DEV_MEMORY_TEMP_CELSIUS"],
    "gauge",
    "Memory temperature (in C).",
    ({ model, gpu }) => whole(model.hasMemorySensor ? gpu.memoryCelsius : 0),
  ),
  field(["DCGM_FI_DEV_GPU_TEMP", "DCGM_FI_DEV_GPU_TEMP_CELSIUS"], "gauge", "GPU temperature (in C).", ({ gpu }) =>
    whole(gpu.gpuCelsius),
  ),
  field(["DCGM_FI_DEV_POWER_USAGE", "DCGM_FI_DEV_BOARD_POWER_WATTS"], "gauge", "Power draw (in W).", ({ gpu }) =>
    milli(gpu.powerWatts),
  ),
  field(
    "DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION",
    "counter",
    ["Total energy consumption since boot (in mJ).", "Total energy consumption since boot (in J)."],
    ({ gpu }, generation) => (generation === "classic" ? whole(gpu.energyJoules * 1_000) : milli(gpu.energyJoules)),
  ),
  field(
    ["DCGM_FI_DEV_POWER_MGMT_LIMIT", "DCGM_FI_DEV_BOARD_POWER_LIMIT_REQUESTED_WATTS"],
    "gauge",
    "Current power limit (in W).",
    ({ model }) => fixed(model.limitWatts),
  ),
  field(
    ["DCGM_FI_DEV_PCIE_REPLAY_COUNTER", "DCGM_FI_DEV_PCIE_REPLAY_TOTAL"],
    "counter",
    "Total number of PCIe retries.",
    () => "0",
  ),
  utilization(["DCGM_FI_DEV_GPU_UTIL", "DCGM_FI_DEV_GPU_UTIL_RATIO"], "GPU utilization", ({ gpu }) =>
    Math.min(1, gpu.activity * 1.02),
  ),
  utilization("DCGM_FI_DEV_MEM_COPY_UTIL", "Memory utilization", ({ gpu }) => gpu.dramActivity),
  utilization("DCGM_FI_DEV_ENC_UTIL", "Encoder utilization", () => 0),
  utilization("DCGM_FI_DEV_DEC_UTIL", "Decoder utilization", () => 0),
  counter(
    "DCGM_FI_DEV_POWER_VIOLATION",
    "Throttling duration due to power constraints (in ns).",
    (gpu) => gpu.powerViolationSeconds * 1e9,
  ),
  counter(
    "DCGM_FI_DEV_THERMAL_VIOLATION",
    "Throttling duration due to thermal constraints (in ns).",
    (gpu) => gpu.thermalViolationSeconds * 1e9,
  ),
  memory(
    "DCGM_FI_DEV_FB_FREE",
    "free",
    ({ model, gpu, memoryShare }) => (model.memoryMib - gpu.memoryUsedMib - RESERVED_MIB) * memoryShare,
  ),
  memory("DCGM_FI_DEV_FB_USED", "used", ({ gpu, memoryShare }) => gpu.memoryUsedMib * memoryShare),
  memory("DCGM_FI_DEV_FB_RESERVED", "reserved", ({ memoryShare }) => RESERVED_MIB * memoryShare),
  counter("DCGM_FI_DEV_ECC_DBE_AGG_TOTAL", "Total number of double-bit persistent ECC errors.", () => 0),
  counter("DCGM_FI_DEV_RETIRED_PENDING", "Total number of pages pending retirement.", () => 0),
  field(
    ["DCGM_FI_DEV_NVLINK_BANDWIDTH_TOTAL", "DCGM_FI_DEV_NVLINK_THROUGHPUT_TOTAL"],
    "counter",
    "Total number of NVLink bandwidth counters for all lanes.",
    ({ model, gpu }, generation) =>
      model.hasNvlink ? whole(gpu.nvlinkMegabytesPerSecond * (generation === "classic" ? 1 : 1e6)) : undefined,
  ),
  counter(
    ["DCGM_FI_DEV_UNCORRECTABLE_REMAPPED_ROWS", "DCGM_FI_DEV_ROW_REMAP_UNCORRECTABLE_TOTAL"],
    "Number of remapped rows for uncorrectable errors",
    () => 0,
  ),
  counter(
    ["DCGM_FI_DEV_CORRECTABLE_REMAPPED_ROWS", "DCGM_FI_DEV_ROW_REMAP_CORRECTABLE_TOTAL"],
    "Number of remapped rows for correctable errors",
    () => 0,
  ),
  field(
    ["DCGM_FI_DEV_ROW_REMAP_FAILURE", "DCGM_FI_DEV_ROW_REMAP_FAILED"],
    "gauge",
    "Whether remapping of rows has failed",
    ({ isSlice }) => (isSlice ? undefined : "0"),
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

/** Name and help of the XID gauge, whose rows have labels of their own. */
export const XID_FIELD: Pick<Field, "name" | "type" | "help"> = {
  name: both(["DCGM_FI_DEV_XID_ERRORS", "DCGM_FI_DEV_XID_ERROR"]),
  type: "gauge",
  help: both("Value of the last XID error encountered."),
};
