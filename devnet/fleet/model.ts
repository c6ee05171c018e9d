import { BaseError } from "#kernel/errors.ts";
import { SECOND_MS } from "#kernel/time.ts";
import { GPU_MODELS, type GpuModel } from "./catalog.ts";
import { coldGpu, needsTicks, stepGpu, type GpuInfluence, type GpuReadings } from "./physics.ts";
import { gpuUuid } from "./random.ts";
import { renderBody } from "./render.ts";
import type { ClearFault, Fault, FleetGpu, FleetHost, FleetModel, FleetOptions, ShownHost } from "./types.ts";

/** Off the bus: the driver no longer sees the GPU, and its rows vanish soon after. */
const OFF_THE_BUS = 79;
const VANISH_TICKS = 3;
/** Air from a blocked aisle or a dead fan. */
const HOT_INLET_CELSIUS = 35;

/** Faults that last until they are taken back. */
type LastingFault = Exclude<Fault, { kind: "COUNTER_RESET" | "ECC_ERROR" }>;
type FaultOf<K extends LastingFault["kind"]> = Extract<LastingFault, { kind: K }>;

interface SimulatedGpu extends FleetGpu {
  /** in the fleet: its place in the random streams */
  number: number;
  spec: GpuModel;
  load: number;
  readings: GpuReadings;
  /** that the readings are of; behind the fleet's after a leap */
  tick: number;
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
  readonly #gpus: ReadonlyMap<string, SimulatedGpu>;
  readonly #hosts: ReadonlyMap<string, FleetHost & { gpus: readonly SimulatedGpu[] }>;
  readonly #seed: number;
  readonly #collectSeconds: number;
  readonly #faults = new Map<LastingFault, { tick: number }>();
  #tick: number | undefined;

  constructor({ hosts, seed, collectSeconds = 5 }: FleetOptions) {
    this.#seed = seed;
    this.#collectSeconds = collectSeconds;
    const gpus = hosts.flatMap((host) => gpusOf(host, seed)).map((gpu, number) => ({ ...gpu, number }));
    this.#gpus = new Map(gpus.map((gpu) => [gpu.uuid, gpu]));
    const own = (name: string): SimulatedGpu[] => gpus.filter(({ host }) => host === name);
    this.#hosts = new Map(hosts.map((host) => [host.name, { ...host, gpus: own(host.name) }]));
    if (this.#hosts.size < hosts.length) throw badFleet("two hosts have the same name");
    this.gpus = gpus.map(({ uuid, model, host, index }) => ({ uuid, model, host, index }));
  }

  setLoad(uuid: string, load: number): void {
    if (!(load >= 0 && load <= 1)) throw badFleet(`load ${load} is not between 0 and 1`);
    this.#gpu(uuid).load = load;
  }

  order(fault: Fault): ClearFault {
    const gpus = "uuid" in fault ? [this.#gpu(fault.uuid)] : this.#host(fault.host).gpus.map((gpu) => this.#leap(gpu));
    if (fault.kind === "COUNTER_RESET" || fault.kind === "ECC_ERROR") {
      for (const gpu of gpus) gpu.readings = { ...gpu.readings, ...countersAfter(fault, gpu.readings) };
      return () => undefined;
    }
    if (fault.kind === "MIG") checkProfiles(this.#gpu(fault.uuid), fault.profiles);
    this.#faults.set(fault, { tick: this.#tick ?? 0 });
    return () => {
      gpus.forEach((gpu) => this.#leap(gpu));
      this.#faults.delete(fault);
    };
  }

  advanceTo(atMs: number): void {
    for (const gpu of this.#gpus.values()) this.#leap(gpu);
    this.leapTo(atMs);
    for (const gpu of this.#gpus.values()) while (gpu.tick < (this.#tick ?? 0)) this.#step(gpu, gpu.tick + 1);
  }

  leapTo(atMs: number): void {
    const target = Math.floor(atMs / (this.#collectSeconds * SECOND_MS));
    if (this.#tick === undefined) for (const gpu of this.#gpus.values()) gpu.tick = target;
    this.#tick = Math.max(this.#tick ?? target, target);
  }

  show(name: string): ShownHost | "" | undefined {
    const host = this.#host(name);
    if (this.#find("HOST_DOWN", (fault) => fault.host === name)) return undefined;
    if (this.#find("EMPTY_BODY", (fault) => fault.host === name)) return "";
    const generation = this.#find("GENERATION", (fault) => fault.host === name)?.generation ?? host.generation;
    const gpus = host.gpus
      .filter(({ uuid }) => !this.#isOffTheBus(uuid))
      .map((gpu) => {
        const { uuid, index, spec, readings } = this.#leap(gpu);
        const xid = this.#find("XID", (fault) => fault.uuid === uuid)?.code ?? 0;
        const profiles = this.#find("MIG", (fault) => fault.uuid === uuid)?.profiles ?? [];
        return { uuid, index, model: spec, readings, xid, profiles };
      });
    return { gpus, generation: generation ?? "classic" };
  }

  body(host: string): string | undefined {
    const shown = this.show(host);
    return shown === undefined || shown === "" ? shown : renderBody(host, shown.gpus, shown.generation);
  }

  clockDriftSeconds(host: string): number {
    return this.#find("CLOCK_DRIFT", (fault) => fault.host === host)?.seconds ?? 0;
  }

  /** Brings a GPU to the fleet's tick, in one step where nothing is lost by that. */
  #leap(gpu: SimulatedGpu): SimulatedGpu {
    const target = this.#tick ?? gpu.tick;
    while (gpu.tick < target) {
      const isSlow = needsTicks(gpu.readings, this.#influenceOn(gpu, target));
      this.#step(gpu, isSlow ? gpu.tick + 1 : target);
    }
    return gpu;
  }

  #step(gpu: SimulatedGpu, tick: number): void {
    const seconds = (tick - gpu.tick) * this.#collectSeconds;
    const stream = { seed: this.#seed, gpu: gpu.number };
    gpu.readings = stepGpu(gpu.spec, gpu.readings, this.#influenceOn(gpu, tick), stream, tick, seconds);
    gpu.tick = tick;
  }

  #influenceOn({ uuid, load }: SimulatedGpu, tick: number): GpuInfluence {
    const isHot = this.#find("THERMAL_THROTTLE", (fault) => fault.uuid === uuid) !== undefined;
    return { load: this.#isOffTheBus(uuid, tick) ? 0 : load, inletExcessCelsius: isHot ? HOT_INLET_CELSIUS : 0 };
  }

  #isOffTheBus(uuid: string, tick = this.#tick ?? 0): boolean {
    const fault = this.#find("XID", (xid) => xid.uuid === uuid && xid.code === OFF_THE_BUS);
    return fault !== undefined && tick >= (this.#faults.get(fault)?.tick ?? Infinity) + VANISH_TICKS;
  }

  /** The newest fault of a kind. */
  #find<K extends LastingFault["kind"]>(kind: K, test: (fault: FaultOf<K>) => boolean): FaultOf<K> | undefined {
    let found: FaultOf<K> | undefined;
    for (const fault of this.#faults.keys()) {
      if (fault.kind === kind && test(fault as FaultOf<K>)) found = fault as FaultOf<K>;
    }
    return found;
  }

  /** The GPU as it is now. */
  #gpu(uuid: string): SimulatedGpu {
    const gpu = this.#gpus.get(uuid);
    if (!gpu) throw badFleet(`no GPU ${uuid} in the fleet`);
    return this.#leap(gpu);
  }

  #host(name: string): FleetHost & { gpus: readonly SimulatedGpu[] } {
    const host = this.#hosts.get(name);
    if (!host) throw badFleet(`no host "${name}" in the fleet`);
    return host;
  }
}

function gpusOf(host: FleetHost, seed: number): Omit<SimulatedGpu, "number">[] {
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
    tick: 0,
  }));
}

/** A driver reload begins the driver's counters anew; the board's own go on. */
function countersAfter(
  { kind }: Exclude<Fault, LastingFault>,
  { eccErrors, remappedRows }: GpuReadings,
): Partial<GpuReadings> {
  return kind === "ECC_ERROR"
    ? { eccErrors: eccErrors + 1, remappedRows: remappedRows + 1 }
    : { energyJoules: 0, powerViolationSeconds: 0, thermalViolationSeconds: 0 };
}

function checkProfiles({ uuid, spec }: SimulatedGpu, profiles: readonly string[]): void {
  const sizes = profiles.map((profile) => (/^[12347]g\.\d+gb$/.test(profile) ? Number.parseInt(profile, 10) : NaN));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (!(total <= spec.migSlices)) throw badFleet(`${uuid} (${spec.name}) can't be cut into ${profiles.join(", ")}`);
}

function badFleet(message: string, hint?: string): BaseError {
  return new BaseError("BAD_FLEET", message, hint === undefined ? {} : { hints: [hint] });
}
