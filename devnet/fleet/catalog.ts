/** What sets one GPU model apart from another, as its readings show it. */
export interface GpuModel {
  /** DCGM's modelName */
  name: string;
  /** board power with nothing to do, and the most it is allowed, in watts */
  idleWatts: number;
  limitWatts: number;
  /** clocks of the multiprocessors, idle and at their best, and of the memory, in MHz */
  idleClockMhz: number;
  boostClockMhz: number;
  memoryClockMhz: number;
  memoryMib: number;
  /** steady temperature = inlet + resistance · power */
  inletCelsius: number;
  celsiusPerWatt: number;
  /** above it the driver lowers the clocks */
  slowdownCelsius: number;
  hasMemorySensor: boolean;
  hasNvlink: boolean;
  /** slices that a MIG GPU is counted in; 0 where there is no MIG */
  migSlices: number;
}

/**
 * Data-sheet limits; idle power and temperatures fitted to public readings of real boards (H100 idle 66–70 W at 26–29 °C;
 * A100 idle 46 W at 29 °C and 410 W at 61 °C).
 */
export const GPU_MODELS: readonly GpuModel[] = [
  {
    name: "NVIDIA H100 80GB HBM3",
    idleWatts: 67,
    limitWatts: 700,
    idleClockMhz: 345,
    boostClockMhz: 1980,
    memoryClockMhz: 2619,
    memoryMib: 81_559,
    inletCelsius: 23,
    celsiusPerWatt: 0.062,
    slowdownCelsius: 87,
    hasMemorySensor: true,
    hasNvlink: true,
    migSlices: 7,
  },
  {
    name: "NVIDIA A100-SXM4-80GB",
    idleWatts: 50,
    limitWatts: 400,
    idleClockMhz: 210,
    boostClockMhz: 1410,
    memoryClockMhz: 1593,
    memoryMib: 81_920,
    inletCelsius: 25,
    celsiusPerWatt: 0.088,
    slowdownCelsius: 85,
    hasMemorySensor: true,
    hasNvlink: true,
    migSlices: 7,
  },
  {
    name: "NVIDIA L40S",
    idleWatts: 34,
    limitWatts: 350,
    idleClockMhz: 210,
    boostClockMhz: 2520,
    memoryClockMhz: 9_001,
    memoryMib: 46_068,
    inletCelsius: 25,
    celsiusPerWatt: 0.125,
    slowdownCelsius: 88,
    hasMemorySensor: false,
    hasNvlink: false,
    migSlices: 0,
  },
];
