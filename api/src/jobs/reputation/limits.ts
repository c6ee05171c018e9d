import type { ThermalLimits } from "../../sources/reputation-hours.ts";

/**
 * Temperatures of the chip from which NVIDIA's drivers slow it down, by model (`telemetry.model_key`), as `nvidia-smi -q -d
 * TEMPERATURE` shows them for these boards; of others the H100's is taken. A change is a new methodology version.
 */
export const THERMAL_LIMITS: ThermalLimits = {
  models: ["h100-80gb-hbm3", "a100-sxm4-80gb", "a100-sxm4-40gb", "l40s"],
  celsius: [87, 85, 85, 88],
  otherCelsius: 87,
};
