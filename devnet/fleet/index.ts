export { GPU_MODELS, type GpuModel } from "./catalog.ts";
export { createFleetModel } from "./model.ts";
export { startFleetPast, type FleetPast, type FleetPastOptions } from "./past/index.ts";
export { writeSkipped, type Skipped } from "./past/skip.ts";
export { startFleet } from "./server.ts";
export type {
  ClearFault,
  Delivery,
  Fault,
  Fleet,
  FleetGpu,
  FleetHost,
  FleetModel,
  FleetOptions,
  Generation,
  GpuFault,
  HostFault,
  StartFleetOptions,
} from "./types.ts";
