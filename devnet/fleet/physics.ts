import type { GpuModel } from "./catalog.ts";
import { noise, smoothNoise } from "./random.ts";

/** A GPU at one tick. */
export interface GpuReadings {
  /** share of time in which it computes */
  activity: number;
  tensorActivity: number;
  dramActivity: number;
  powerWatts: number;
  /** since the driver was loaded */
  energyJoules: number;
  gpuCelsius: number;
  memoryCelsius: number;
  smClockMhz: number;
  memoryUsedMib: number;
  pcieTxBytesPerSecond: number;
  pcieRxBytesPerSecond: number;
  nvlinkMegabytesPerSecond: number;
  /** DCGM's bits: 1 idle, 4 power cap, 32 heat */
  clockReasons: number;
  /** throttled since the driver was loaded, in seconds */
  powerViolationSeconds: number;
  thermalViolationSeconds: number;
  /** 1 is full speed; less while the driver fights heat */
  throttle: number;
  /** in the life of the board: uncorrectable memory errors, and rows of memory remapped after them */
  eccErrors: number;
  remappedRows: number;
}

/** What acts on a GPU during a tick. */
export interface GpuInfluence {
  /** demand, 0 to 1 */
  load: number;
  /** how much warmer than usual the air comes in */
  inletExcessCelsius: number;
  /** how fast its energy counter runs: 1 as it should */
  energyFactor: number;
}

/** Where a GPU stands in the fleet's random streams. */
export interface GpuStream {
  seed: number;
  /** number of the GPU in the fleet */
  gpu: number;
}

/** Memory kept back by the driver. */
export const RESERVED_MIB = 640;
const IDLE_MIB = 4;

const POWER_TAU_SECONDS = 1.5;
const HEAT_TAU_SECONDS = 45;
const MEMORY_TAU_SECONDS = 8;
/** NVIDIA's clocks move in such steps. */
const CLOCK_STEP_MHZ = 15;
/** Jobs have phases; each lasts so many ticks. */
const PHASE_TICKS = 12;

/** A GPU that has idled since its driver was loaded, just now. */
export function coldGpu(model: GpuModel): GpuReadings {
  const celsius = model.inletCelsius + model.celsiusPerWatt * model.idleWatts;
  return {
    activity: 0,
    tensorActivity: 0,
    dramActivity: 0,
    powerWatts: model.idleWatts,
    energyJoules: 0,
    gpuCelsius: celsius,
    memoryCelsius: celsius,
    smClockMhz: model.idleClockMhz,
    memoryUsedMib: IDLE_MIB,
    pcieTxBytesPerSecond: 0,
    pcieRxBytesPerSecond: 0,
    nvlinkMegabytesPerSecond: 0,
    clockReasons: 1,
    powerViolationSeconds: 0,
    thermalViolationSeconds: 0,
    throttle: 1,
    eccErrors: 0,
    remappedRows: 0,
  };
}

/** Whether a step over many ticks would differ from those ticks: the driver's fight with heat goes tick by tick. */
export function needsTicks({ throttle }: GpuReadings, { inletExcessCelsius }: GpuInfluence): boolean {
  return throttle < 1 || inletExcessCelsius > 0;
}

/**
 * The GPU at `tick`, `seconds` after `before`. Power follows work within seconds, heat follows power within a minute, and
 * the energy counter is the integral of power, so that no reading contradicts another. A step may span many ticks of the
 * same load, unless the GPU `needsTicks`: work is then that of the last of them.
 */
export function stepGpu(
  model: GpuModel,
  before: GpuReadings,
  { load, inletExcessCelsius, energyFactor }: GpuInfluence,
  { seed, gpu }: GpuStream,
  tick: number,
  seconds: number,
): GpuReadings {
  const stream = gpu * 16;
  const phase = smoothNoise(seed, stream, tick, PHASE_TICKS);
  const activity =
    load <= 0 ? 0 : Math.min(1, load * (0.88 + 0.12 * phase + 0.02 * (noise(seed, stream + 1, tick) - 0.5)));
  const throttle = nextThrottle(model, before, seconds);
  const aim = aimedPower(model, load, activity * throttle, noise(seed, stream + 2, tick));
  const powerWatts = approach(before.powerWatts, aim, POWER_TAU_SECONDS, seconds);
  const steady = model.inletCelsius + inletExcessCelsius + model.celsiusPerWatt * powerWatts;
  const gpuCelsius = approach(before.gpuCelsius, steady, HEAT_TAU_SECONDS, seconds);
  const dramActivity = activity * (0.35 + 0.3 * phase);
  const isCapped = powerWatts > 0.97 * model.limitWatts;
  const isHot = throttle < 1;
  const job = 0.72 + 0.2 * noise(seed, stream + 3, Math.floor(load * 1e6));
  const memoryTarget = load > 0 ? (model.memoryMib - RESERVED_MIB) * job : IDLE_MIB;
  return {
    activity,
    tensorActivity: activity * (0.45 + 0.25 * (1 - phase)),
    dramActivity,
    powerWatts,
    energyJoules:
      before.energyJoules +
      aim * seconds * energyFactor +
      (before.powerWatts - powerWatts) * POWER_TAU_SECONDS * energyFactor,
    gpuCelsius,
    memoryCelsius: approach(before.memoryCelsius, gpuCelsius + 2 + 12 * dramActivity, HEAT_TAU_SECONDS, seconds),
    smClockMhz: smClock(model, activity, throttle, noise(seed, stream + 4, tick)),
    memoryUsedMib: Math.round(approach(before.memoryUsedMib, memoryTarget, MEMORY_TAU_SECONDS, seconds)),
    pcieTxBytesPerSecond: Math.round(
      9_000 + 9_000 * noise(seed, stream + 5, tick) + activity * 1.4e9 * noise(seed, stream + 6, tick),
    ),
    pcieRxBytesPerSecond: Math.round(
      7_000 + 9_000 * noise(seed, stream + 7, tick) + activity * 3.1e9 * noise(seed, stream + 8, tick),
    ),
    nvlinkMegabytesPerSecond: model.hasNvlink ? Math.round(activity * 120_000 * phase) : 0,
    clockReasons: (load <= 0 ? 1 : 0) | (isCapped ? 4 : 0) | (isHot ? 32 : 0),
    powerViolationSeconds: before.powerViolationSeconds + (isCapped ? seconds : 0),
    thermalViolationSeconds: before.thermalViolationSeconds + (isHot ? seconds : 0),
    throttle,
    eccErrors: before.eccErrors,
    remappedRows: before.remappedRows,
  };
}

/** Too hot, the driver takes speed away by steps, and gives it back more slowly once it is 3 °C below. */
function nextThrottle(model: GpuModel, before: GpuReadings, seconds: number): number {
  if (before.gpuCelsius > model.slowdownCelsius) return Math.max(0.2, before.throttle - 0.02 * seconds);
  if (before.gpuCelsius < model.slowdownCelsius - 3) return Math.min(1, before.throttle + 0.005 * seconds);
  return before.throttle;
}

/**
 * Where power is going. A loaded job alone costs power, computing or not: context, memory and higher clocks. It stays
 * below the limit.
 */
function aimedPower(model: GpuModel, load: number, work: number, random: number): number {
  const span = model.limitWatts - model.idleWatts;
  const target = model.idleWatts + (load > 0 ? span * (0.08 + 0.9 * work) : 0);
  return target * (1 + 0.012 * (random - 0.5));
}

function smClock(model: GpuModel, activity: number, throttle: number, random: number): number {
  if (activity === 0) return model.idleClockMhz;
  const clock = model.boostClockMhz * throttle * (1 - 0.06 * activity) - 30 * random;
  return Math.max(model.idleClockMhz, Math.round(clock / CLOCK_STEP_MHZ) * CLOCK_STEP_MHZ);
}

/** Moves from a value to another as a first-order system does in `seconds`. */
function approach(from: number, to: number, tauSeconds: number, seconds: number): number {
  return to + (from - to) * Math.exp(-seconds / tauSeconds);
}
