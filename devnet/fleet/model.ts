import { BaseError } from "#kernel/errors.ts";
import { SECOND_MS } from "#kernel/time.ts";
import { GPU_MODELS, type GpuModel } from "./catalog.ts";
import { coldGpu, stepGpu, type GpuReadings } from "./physics.ts";
import { gpuUuid } from "./random.ts";
import { renderBody } from "./render.ts";
import type { ClearFault, Fault, FleetGpu, FleetHost, FleetModel, FleetOptions, Generation } from "./types.ts";

/** Off the bus: the driver no longer sees the GPU, and its rows vanish soon after. */
const OFF_THE_BUS = 79;
const VANISH_TICKS = 3;
/** Air from a blocked aisle or a dead fan. */
const HOT_INLET_CELSIUS = 35;

/** Faults that last until they are taken back. */
type LastingFault = Exclude<Fault, { kind: "COUNTER_RESET" }>;
type FaultOf<K extends LastingFault["kind"]> = Extract<LastingFault, { kind: K }>;

interface SimulatedGpu extends FleetGpu {
  spec: GpuModel;
  load: number;
  readings: GpuReadings;
}

/**
 * Makes a fleet's physics.
 *
 * @throws BaseError `BAD_FLEET` for an unknown model, a name that can't stand in a URL, or a doubled host
 */
export function createFleetModel(options: FleetOptions): FleetModel {
  return new SimulatedFleet(options);
}

class SimulatedFleet implements FleetModel {
  readonly gpus: readonly FleetGpu[];
  readonly #gpus: readonly SimulatedGpu[];
  readonly #hosts: ReadonlyMap<string, FleetHost>;
  readonly #seed: number;
  readonly #collectSeconds: number;
  readonly #faults = new Map<LastingFault, { tick: number }>();
  #tick: number | undefined;

  constructor({ hosts, seed, collectSeconds = 5 }: FleetOptions) {
    this.#seed = seed;
    this.#collectSeconds = collectSeconds;
    this.#hosts = new Map(hosts.map((host) => [host.name, host]));
    if (this.#hosts.size < hosts.length) throw badFleet("two hosts have the same name");
    this.#gpus = hosts.flatMap((host) => gpusOf(host, seed));
    this.gpus = this.#gpus.map(({ uuid, model, host, index }) => ({ uuid, model, host, index }));
  }

  setLoad(uuid: string, load: number): void {
    if (!(load >= 0 && load <= 1)) throw badFleet(`load ${load} is not between 0 and 1`);
    this.#gpu(uuid).load = load;
  }

  order(fault: Fault): ClearFault {
    if ("uuid" in fault) this.#gpu(fault.uuid);
    else this.#host(fault.host);
    if (fault.kind === "COUNTER_RESET") {
      for (const gpu of this.#gpus) if (gpu.host === fault.host) resetCounters(gpu);
      return () => undefined;
    }
    if (fault.kind === "MIG") checkProfiles(this.#gpu(fault.uuid), fault.profiles);
    this.#faults.set(fault, { tick: this.#tick ?? 0 });
    return () => void this.#faults.delete(fault);
  }

  advanceTo(atMs: number): void {
    const target = Math.floor(atMs / (this.#collectSeconds * SECOND_MS));
    this.#tick ??= target;
    while (this.#tick < target) {
      this.#tick++;
      this.#gpus.forEach((gpu, number) => this.#step(gpu, number));
    }
  }

  body(host: string): string | undefined {
    const generation =
      this.#find("GENERATION", (fault) => fault.host === host)?.generation ?? this.#host(host).generation;
    if (this.#find("HOST_DOWN", (fault) => fault.host === host)) return undefined;
    if (this.#find("EMPTY_BODY", (fault) => fault.host === host)) return "";
    const gpus = this.#gpus
      .filter((gpu) => gpu.host === host && !this.#isOffTheBus(gpu.uuid))
      .map(({ uuid, index, spec, readings }) => ({
        uuid,
        index,
        model: spec,
        readings,
        xid: this.#find("XID", (fault) => fault.uuid === uuid)?.code ?? 0,
        profiles: this.#find("MIG", (fault) => fault.uuid === uuid)?.profiles ?? [],
      }));
    return renderBody(host, gpus, generation ?? ("classic" satisfies Generation));
  }

  clockDriftSeconds(host: string): number {
    return this.#find("CLOCK_DRIFT", (fault) => fault.host === host)?.seconds ?? 0;
  }

  #step(gpu: SimulatedGpu, number: number): void {
    const isHot = this.#find("THERMAL_THROTTLE", (fault) => fault.uuid === gpu.uuid) !== undefined;
    const load = this.#isOffTheBus(gpu.uuid) ? 0 : gpu.load;
    const influence = { load, inletExcessCelsius: isHot ? HOT_INLET_CELSIUS : 0 };
    const stream = { seed: this.#seed, gpu: number };
    gpu.readings = stepGpu(gpu.spec, gpu.readings, influence, stream, this.#tick ?? 0, this.#collectSeconds);
  }

  #isOffTheBus(uuid: string): boolean {
    const fault = this.#find("XID", (xid) => xid.uuid === uuid && xid.code === OFF_THE_BUS);
    return fault !== undefined && (this.#tick ?? 0) >= (this.#faults.get(fault)?.tick ?? Infinity) + VANISH_TICKS;
  }

  /** The newest fault of a kind. */
  #find<K extends LastingFault["kind"]>(kind: K, test: (fault: FaultOf<K>) => boolean): FaultOf<K> | undefined {
    let found: FaultOf<K> | undefined;
    for (const fault of this.#faults.keys()) {
      if (fault.kind === kind && test(fault as FaultOf<K>)) found = fault as FaultOf<K>;
    }
    return found;
  }

  #gpu(uuid: string): SimulatedGpu {
    const gpu = this.#gpus.find((one) => one.uuid === uuid);
    if (!gpu) throw badFleet(`no GPU ${uuid} in the fleet`);
    return gpu;
  }

  #host(name: string): FleetHost {
    const host = this.#hosts.get(name);
    if (!host) throw badFleet(`no host "${name}" in the fleet`);
    return host;
  }
}

function gpusOf(host: FleetHost, seed: number): SimulatedGpu[] {
  const spec = GPU_MODELS.find(({ name }) => name === host.model);
  if (!spec) {
    throw badFleet(
      `host "${host.name}" has model "${host.model}"`,
      `use one of ${GPU_MODELS.map(({ name }) => name).join(", ")}`,
    );
  }
  if (!/^[A-Za-z0-9][A-Za-z0-9.-]*$/.test(host.name)) throw badFleet(`"${host.name}" is no host name`);
  return Array.from({ length: host.gpuCount }, (_, index) => ({
    uuid: gpuUuid(seed, host.name, index),
    model: spec.name,
    host: host.name,
    index,
    spec,
    load: 0,
    readings: coldGpu(spec),
  }));
}

function resetCounters(gpu: SimulatedGpu): void {
  gpu.readings = { ...gpu.readings, energyJoules: 0, powerViolationSeconds: 0, thermalViolationSeconds: 0 };
}

function checkProfiles({ uuid, spec }: SimulatedGpu, profiles: readonly string[]): void {
  const sizes = profiles.map((profile) => (/^[12347]g\.\d+gb$/.test(profile) ? Number.parseInt(profile, 10) : NaN));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (!(total <= spec.migSlices)) throw badFleet(`${uuid} (${spec.name}) can't be cut into ${profiles.join(", ")}`);
}

function badFleet(message: string, hint?: string): BaseError {
  return new BaseError("BAD_FLEET", message, hint === undefined ? {} : { hints: [hint] });
}
