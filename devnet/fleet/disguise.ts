import type { FaultBook, OrderedFault } from "./fault-book.ts";
import type { GpuReadings } from "./physics.ts";
import { noise } from "./random.ts";
import type { Fault } from "./types.ts";

/** What a GPU's exporter shows, which is not what the GPU does: a recording, or activity that isn't there. */
export function disguise(
  uuid: string,
  readings: GpuReadings,
  faults: FaultBook,
  now: { tick: number; collectSeconds: number },
): GpuReadings {
  const replayed = faults.find(uuid, "REPLAYED");
  const frozen = faults.find(uuid, "FROZEN");
  const recorded = frozen?.tape[0]?.readings ?? (replayed && replay(replayed, now));
  const misfit = faults.find(uuid, "POWER_MISFIT");
  const shown = recorded ?? readings;
  return misfit ? pretend(shown, misfit.fault.activity, now.tick) : shown;
}

/** Keeps what a recording needs of a GPU's tick. */
export function record(
  uuid: string,
  faults: FaultBook,
  tick: number,
  readings: GpuReadings,
  collectSeconds: number,
): void {
  const replayed = faults.find(uuid, "REPLAYED");
  if (replayed && tick - replayed.tick < lengthOf(replayed, collectSeconds)) replayed.tape.push({ tick, readings });
}

type Replayed = OrderedFault<Extract<Fault, { kind: "REPLAYED" }>>;

/** @returns undefined as long as it is recorded */
function replay(
  replayed: Replayed,
  { tick, collectSeconds }: { tick: number; collectSeconds: number },
): GpuReadings | undefined {
  const length = lengthOf(replayed, collectSeconds);
  if (tick - replayed.tick < length) return undefined;
  const at = replayed.tick + ((tick - replayed.tick) % length);
  return replayed.tape.findLast((entry) => entry.tick <= at)?.readings;
}

/** In ticks. */
function lengthOf({ fault }: Replayed, collectSeconds: number): number {
  return Math.max(1, Math.round(fault.seconds / collectSeconds));
}

function pretend(readings: GpuReadings, activity: number, tick: number): GpuReadings {
  const shown = activity * (0.97 + 0.03 * noise(0, 0, tick));
  return { ...readings, activity: shown, tensorActivity: 0.55 * shown, dramActivity: 0.5 * shown };
}
