import { createHash } from "node:crypto";

/**
 * A number in [0, 1) that depends on the arguments alone, all taken as 32-bit integers. Neighboring arguments give
 * unrelated numbers.
 */
export function noise(seed: number, stream: number, step: number): number {
  let hash =
    seed ^
    Math.imul(stream, 0x9e3779b1) ^
    Math.imul(step, 0x85ebca6b) ^
    Math.imul(Math.floor(step / 2 ** 32), 0xc2b2ae35);
  hash = Math.imul(hash ^ (hash >>> 16), 0x7feb352d);
  hash = Math.imul(hash ^ (hash >>> 15), 0x846ca68b);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}

/** Noise that moves smoothly from one of its values to the next over `period` steps. */
export function smoothNoise(seed: number, stream: number, step: number, period: number): number {
  const index = Math.floor(step / period);
  const share = (step - index * period) / period;
  const weight = share * share * (3 - 2 * share);
  return noise(seed, stream, index) * (1 - weight) + noise(seed, stream, index + 1) * weight;
}

/** A GPU's UUID as NVIDIA's driver prints it, fixed by the seed and the GPU's place. */
export function gpuUuid(seed: number, host: string, index: number): string {
  const hex = createHash("sha256").update(`${seed}/${host}/${index}`).digest("hex");
  return `GPU-${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`;
}
