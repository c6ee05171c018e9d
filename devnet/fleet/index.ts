export { GPU_MODELS, type GpuModel } from "./catalog.ts";
export { createFleetModel } from "./model.ts";
export { startFleetPast, type FleetPast, type FleetPastOptions } from "./past/index.ts";
export { startFleet } from "./server.ts";
export type {
  ClearFault,
  Fault,
  Fleet,
  FleetGpu,
  FleetHost,
  FleetModel,
  FleetOptions,
  Generation,
  StartFleetOptions,
} from "./types.ts";
