import { SECOND_MS } from "#kernel/time.ts";
import { GPU_MODELS, type GpuModel } from "./catalog.ts";
import { disguise, record } from "./disguise.ts";
import { badFleet, checkFault } from "./fault-check.ts";
import { FaultBook, isMomentary, type MomentaryFault } from "./fault-book.ts";
import { coldGpu, needsTicks, stepGpu, type GpuInfluence, type GpuReadings } from "./physics.ts";
import { gpuUuid } from "./random.ts";
import { renderBody, XID_WINDOW_SECONDS, type RenderedGpu } from "./render.ts";
import type { ClearFault, Delivery, Fault, FleetGpu, FleetHost, FleetModel, FleetOptions, ShownHost } from "./types.ts";

/** Off the bus: the driver no longer sees the GPU, and its rows vanish soon after. */
const OFF_THE_BUS = 79;
const VANISH_TICKS = 3;
/** Air from a blocked aisle or a dead fan. */
const HOT_INLET_CELSIUS = 35;

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
  readonly #faults = new FaultBook();
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
    const gpu = "uuid" in fault ? this.#gpu(fault.uuid) : undefined;
    const host = "host" in fault ? this.#host(fault.host) : undefined;
    checkFault(fault, gpu, host);
    const gpus = gpu ? [gpu] : (host?.gpus ?? []).map((one) => this.#leap(one));
    if (isMomentary(fault)) {
      for (const one of gpus) one.readings = { ...one.readings, ...countersAfter(fault, one.readings) };
      return () => undefined;
    }
    const ordered = this.#faults.add(fault, this.#tick ?? 0, gpu?.readings);
    return () => {
      gpus.forEach((one) => this.#leap(one));
      this.#faults.remove(ordered);
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
    if (this.#faults.find(name, "HOST_DOWN")) return undefined;
    if (this.#faults.find(name, "EMPTY_BODY")) return "";
    const generation = this.#faults.find(name, "GENERATION")?.fault.generation ?? host.generation ?? "classic";
    const copied = new Set(this.#faults.all(name, "DUPLICATE_UUID").map(({ fault }) => this.#gpu(fault.uuid)));
    const gpus = [...host.gpus, ...copied].flatMap((gpu, index) => this.#shown(gpu, index) ?? []);
    return { gpus, generation };
  }

  /** As an exporter shows it; undefined once it is off the bus. */
  #shown(gpu: SimulatedGpu, index: number): RenderedGpu | undefined {
    const { uuid, spec, readings } = this.#leap(gpu);
    if (this.#isOffTheBus(uuid)) return undefined;
    const now = { tick: this.#tick ?? 0, collectSeconds: this.#collectSeconds };
    const name = this.#faults.find(uuid, "WRONG_MODEL")?.fault.model;
    return {
      uuid,
      index,
      model: name === undefined ? spec : { ...spec, name },
      readings: disguise(uuid, readings, this.#faults, now),
      xid: this.#faults.find(uuid, "XID")?.fault.code ?? 0,
      recentXids: this.#recentXids(uuid),
      profiles: this.#faults.find(uuid, "MIG")?.fault.profiles ?? [],
    };
  }

  #recentXids(uuid: string): Map<number, number> {
    const counts = new Map<number, number>();
    const oldest = (this.#tick ?? 0) - XID_WINDOW_SECONDS / this.#collectSeconds;
    for (const { fault, tick } of this.#faults.all(uuid, "XID")) {
      if (tick > oldest) counts.set(fault.code, (counts.get(fault.code) ?? 0) + 1);
    }
    return counts;
  }

  body(host: string): string | undefined {
    const shown = this.show(host);
    return shown === undefined || shown === "" ? shown : renderBody(host, shown.gpus, shown.generation);
  }

  delivery(host: string): Delivery {
    const seconds = this.#faults.find(host, "SLOW_BODY")?.fault.seconds ?? 0;
    return { seconds, isCutOff: this.#faults.find(host, "TRUNCATED_BODY") !== undefined };
  }

  clockDriftSeconds(host: string): number {
    return this.#faults.find(host, "CLOCK_DRIFT")?.fault.seconds ?? 0;
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
    record(gpu.uuid, this.#faults, tick, gpu.readings, this.#collectSeconds);
  }

  #influenceOn({ uuid, load }: SimulatedGpu, tick: number): GpuInfluence {
    const isIdle = this.#isOffTheBus(uuid, tick) || this.#faults.find(uuid, "IDLE") !== undefined;
    const least = this.#faults.find(uuid, "BUSY")?.fault.load ?? 0;
    return {
      load: isIdle ? 0 : Math.max(load, least),
      inletExcessCelsius: this.#faults.find(uuid, "THERMAL_THROTTLE") ? HOT_INLET_CELSIUS : 0,
      energyFactor: this.#faults.find(uuid, "ENERGY_MISFIT")?.fault.factor ?? 1,
    };
  }

  #isOffTheBus(uuid: string, tick = this.#tick ?? 0): boolean {
    const xids = this.#faults.all(uuid, "XID");
    return xids.some(({ fault, tick: orderedAt }) => fault.code === OFF_THE_BUS && tick >= orderedAt + VANISH_TICKS);
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
function countersAfter({ kind }: MomentaryFault, { eccErrors, remappedRows }: GpuReadings): Partial<GpuReadings> {
  return kind === "ECC_ERROR"
    ? { eccErrors: eccErrors + 1, remappedRows: remappedRows + 1 }
    : { energyJoules: 0, powerViolationSeconds: 0, thermalViolationSeconds: 0 };
}
