import type { GpuReadings } from "./physics.ts";
import type { Fault } from "./types.ts";

/** Faults that happen at once and can't be taken back. */
export type MomentaryFault = Extract<Fault, { kind: "COUNTER_RESET" | "ECC_ERROR" }>;
/** Faults that last until they are taken back. */
export type LastingFault = Exclude<Fault, MomentaryFault>;
type FaultOf<K extends LastingFault["kind"]> = Extract<LastingFault, { kind: K }>;

/** Whether a fault happens at once, and is over. */
export function isMomentary(fault: Fault): fault is MomentaryFault {
  return fault.kind === "COUNTER_RESET" || fault.kind === "ECC_ERROR";
}

/** A fault that lasts, and what it needs to remember. */
export interface OrderedFault<F extends LastingFault = LastingFault> {
  fault: F;
  /** of the order */
  tick: number;
  /** of its GPU when it was ordered, and in the ticks after it for a fault that records them: oldest first */
  tape: { tick: number; readings: GpuReadings }[];
}

/** The faults of a fleet that last, by where they are. */
export class FaultBook {
  readonly #faults = new Map<string, OrderedFault[]>();

  add(fault: LastingFault, tick: number, readings: GpuReadings | undefined): OrderedFault {
    const ordered = { fault, tick, tape: readings ? [{ tick, readings }] : [] };
    const place = placeOf(fault);
    this.#faults.set(place, [...(this.#faults.get(place) ?? []), ordered]);
    return ordered;
  }

  remove(ordered: OrderedFault): void {
    const place = placeOf(ordered.fault);
    const left = (this.#faults.get(place) ?? []).filter((other) => other !== ordered);
    if (left.length > 0) this.#faults.set(place, left);
    else this.#faults.delete(place);
  }

  /** The newest fault of a kind at a GPU (by UUID) or host. */
  find<K extends LastingFault["kind"]>(place: string, kind: K): OrderedFault<FaultOf<K>> | undefined {
    return this.all(place, kind).at(-1);
  }

  /** Faults of a kind at a GPU or host, oldest first. */
  all<K extends LastingFault["kind"]>(place: string, kind: K): OrderedFault<FaultOf<K>>[] {
    const faults = this.#faults.get(place);
    return faults ? faults.filter((one): one is OrderedFault<FaultOf<K>> => one.fault.kind === kind) : [];
  }
}

/** A GPU shown twice is a fault of the host that shows another's. */
function placeOf(fault: LastingFault): string {
  return "host" in fault ? fault.host : fault.uuid;
}
