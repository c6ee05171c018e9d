import { BaseError } from "#kernel/errors.ts";
import type { GpuModel } from "./catalog.ts";
import type { Fault, FleetGpu, FleetHost } from "./types.ts";

/** Longest body or recording. */
const MAX_SECONDS = 7 * 86_400;

/**
 * Whether a fault can be.
 *
 * @param gpu that it names
 * @throws BaseError `BAD_FLEET` for a value that can't be
 */
export function checkFault(
  fault: Fault,
  gpu: (FleetGpu & { spec: GpuModel }) | undefined,
  host: FleetHost | undefined,
): void {
  switch (fault.kind) {
    case "MIG":
      return checkProfiles(fault.uuid, gpu?.spec, fault.profiles);
    case "SLOW_BODY":
    case "REPLAYED":
      return checkRange(fault.kind, "seconds", fault.seconds, MAX_SECONDS);
    case "BUSY":
      return checkRange(fault.kind, "load", fault.load, 1);
    case "POWER_MISFIT":
      return checkRange(fault.kind, "activity", fault.activity, 1);
    case "ENERGY_MISFIT":
      return checkRange(fault.kind, "factor", fault.factor, 100);
    case "WRONG_MODEL":
      // The exporter doesn't escape.
      if (!/^[^"\\\n]{1,100}$/.test(fault.model)) throw badFleet(`"${fault.model}" can't be printed as a model's name`);
      return;
    case "DUPLICATE_UUID":
      if (gpu?.host === host?.name)
        throw badFleet(`${fault.uuid} is on host "${fault.host}" already`, "name another host");
      return;
    default:
  }
}

function checkRange(kind: string, name: string, value: number, max: number): void {
  if (!(value >= 0 && value <= max)) throw badFleet(`${kind}: ${name} ${value} is not between 0 and ${max}`);
}

function checkProfiles(uuid: string, spec: GpuModel | undefined, profiles: readonly string[]): void {
  const sizes = profiles.map((profile) => (/^[12347]g\.\d+gb$/.test(profile) ? Number.parseInt(profile, 10) : NaN));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (!(total <= (spec?.migSlices ?? 0)))
    throw badFleet(`${uuid} (${spec?.name ?? ""}) can't be cut into ${profiles.join(", ")}`);
}

/** A fleet, or an order to it, that can't be. */
export function badFleet(message: string, hint?: string): BaseError {
  return new BaseError("BAD_FLEET", message, hint === undefined ? {} : { hints: [hint] });
}
