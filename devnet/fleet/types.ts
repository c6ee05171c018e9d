import type { Generation } from "./generations.ts";
import type { RenderedGpu } from "./render.ts";

export type { Generation } from "./generations.ts";

/** One simulated GPU. */
export interface FleetGpu {
  /** as DCGM prints it, e.g. "GPU-5fd4f087-86f3-7a43-b711-4771313afc50"; fixed by seed, host and index */
  readonly uuid: string;
  /** as DCGM's `modelName`, one of `GPU_MODELS` */
  readonly model: string;
  /** name of its host */
  readonly host: string;
  /** 0, 1, … within its host */
  readonly index: number;
}

/** One simulated host. */
export interface FleetHost {
  /** in the URL of its exporter and in the label `hostname`; letters, digits, dots and dashes */
  name: string;
  /** one of `GPU_MODELS` */
  model: string;
  gpuCount: number;
  /** "classic" when left out */
  generation?: Generation;
  /** further labels of its target, e.g. { operator: "1", region: "eu-north" } */
  labels?: Record<string, string>;
}

/**
 * Something that goes wrong, until it is cleared; of two of a kind at one place the newer counts. A host's:
 * - HOST_DOWN: connections to the exporter are cut
 * - EMPTY_BODY: 200 without a body, as in a hot reload
 * - SLOW_BODY: the body trickles in over so many seconds
 * - TRUNCATED_BODY: the connection is cut after half of the body announced
 * - CLOCK_DRIFT: the host's clock (its Date header) is off by so many seconds
 * - COUNTER_RESET: driver reload, at once: every counter of the host begins anew
 * - GENERATION: the host runs another exporter
 * - DUPLICATE_UUID: the host shows this GPU of another host too, as a copied exporter does
 */
export type HostFault =
  | { kind: "HOST_DOWN"; host: string }
  | { kind: "EMPTY_BODY"; host: string }
  | { kind: "SLOW_BODY"; host: string; seconds: number }
  | { kind: "TRUNCATED_BODY"; host: string }
  | { kind: "CLOCK_DRIFT"; host: string; seconds: number }
  | { kind: "COUNTER_RESET"; host: string }
  | { kind: "GENERATION"; host: string; generation: Generation }
  | { kind: "DUPLICATE_UUID"; host: string; uuid: string };

/**
 * A GPU's:
 * - XID: the code is shown; with 79 (fallen off the bus) the GPU's rows vanish three ticks later
 * - THERMAL_THROTTLE: hot inlet air; clocks fall and the throttle reason is shown
 * - ECC_ERROR: an uncorrectable memory error, at once: the board counts it, and a row remapped, for ever
 * - MIG: the GPU is cut into slices of these profiles, e.g. ["1g.10gb", "3g.40gb"]; order another to cut it anew
 * - WRONG_MODEL: the exporter gives it this model name
 * - IDLE: it does nothing, whatever is asked of it: idle though rented
 * - BUSY: it works at least so hard, whoever asks: busy though not rented
 * - FROZEN: the readings stay what they are now, counters too, as of a host engine that hangs
 * - REPLAYED: it shows over and over what it shows in the first so many seconds: a recording in place of a GPU
 * - POWER_MISFIT: it shows so much activity, while power, heat, clocks and energy are those of its real work
 * - ENERGY_MISFIT: its energy counter runs at so many times its power; 0: it stands
 */
export type GpuFault =
  | { kind: "XID"; uuid: string; code: number }
  | { kind: "THERMAL_THROTTLE"; uuid: string }
  | { kind: "ECC_ERROR"; uuid: string }
  | { kind: "MIG"; uuid: string; profiles: readonly string[] }
  | { kind: "WRONG_MODEL"; uuid: string; model: string }
  | { kind: "IDLE"; uuid: string }
  | { kind: "BUSY"; uuid: string; load: number }
  | { kind: "FROZEN"; uuid: string }
  | { kind: "REPLAYED"; uuid: string; seconds: number }
  | { kind: "POWER_MISFIT"; uuid: string; activity: number }
  | { kind: "ENERGY_MISFIT"; uuid: string; factor: number };

/** Something that goes wrong. */
export type Fault = HostFault | GpuFault;

/** How a host's exporter sends its body. */
export interface Delivery {
  /** until the last byte; 0: at once */
  seconds: number;
  /** only half of what is announced comes */
  isCutOff: boolean;
}

/** Takes a fault back. Idempotent. */
export type ClearFault = () => void;

/** Options of `createFleetModel`. */
export interface FleetOptions {
  hosts: readonly FleetHost[];
  /** same seed, same fleet, to the last digit */
  seed: number;
  /** seconds between two readings of the GPUs, as dcgm-exporter's `-c`; 5 when left out */
  collectSeconds?: number;
}

/** What a host's exporter shows. */
export interface ShownHost {
  generation: Generation;
  gpus: readonly RenderedGpu[];
}

/** The physics of a fleet, without a server or a clock: the same calls give the same bodies. */
export interface FleetModel {
  readonly gpus: readonly FleetGpu[];
  /** Demand on a GPU from now on, 0 (nobody) to 1 (all it has). */
  setLoad(uuid: string, load: number): void;
  /** @throws BaseError `BAD_FLEET` for a GPU or host that isn't there, or a value that can't be */
  order(fault: Fault): ClearFault;
  /** Moves on to the last collect tick at or before `atMs` (milliseconds since 1970), tick by tick. */
  advanceTo(atMs: number): void;
  /**
   * The same in the long steps of a past: each GPU goes at once from one change to the next, or to where it is looked at.
   * Its energy is still the integral of its power, but its readings are those of the tick arrived at.
   */
  leapTo(atMs: number): void;
  /** What the host's exporter shows at this moment, before it is put into text; undefined and "" as for `body`. */
  show(host: string): ShownHost | "" | undefined;
  /** What the host's exporter prints at this moment; undefined while the host is down, "" in a hot reload. */
  body(host: string): string | undefined;
  /** How the host sends that body. */
  delivery(host: string): Delivery;
  /** Seconds by which the host's clock is off. */
  clockDriftSeconds(host: string): number;
}

/** Options of `startFleet`. */
export interface StartFleetOptions extends FleetOptions {
  /** address to listen on */
  address?: string;
  /** 0: the system chooses */
  port: number;
  /** physics that have lived already, e.g. through a seeded history; made anew when left out */
  model?: FleetModel;
  /** whether its exporters answer 503 and its time stands still until it is opened: its past is yet to be written */
  isHeld?: boolean;
  /** where to write the list of targets, in Prometheus' file_sd JSON */
  targetsFile?: string;
}

/** A running fleet: `<url>/<host>/metrics` answers as that host's dcgm-exporter. */
export interface Fleet {
  readonly url: string;
  readonly gpus: readonly FleetGpu[];
  readonly hosts: readonly FleetHost[];
  readonly model: FleetModel;
  /** Lets its exporters answer 503 and its time stand still until it is opened. */
  hold(): void;
  /** Lets a fleet that was held go on, from where its model is. */
  open(): void;
  setLoad(uuid: string, load: number): void;
  order(fault: Fault): ClearFault;
  stop(): Promise<void>;
}

/** @throws BaseError `PORT_TAKEN`; `BAD_FLEET` for an unknown model or a doubled host */
export type StartFleet = (options: StartFleetOptions) => Promise<Fleet>;
